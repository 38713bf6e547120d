"""Servers on this machine that stand in for payment services, and misbehave when they are told to.

`moods` is what the next calls meet: "silent" and "hung up" do what was asked and give no answer,
"deaf" gives none and does nothing, "huge" answers without measure, "broken" 500, "elsewhere" 302,
"unsigned", "forged"; a function gets the honest answer as (status, headers, body) and returns what
is sent instead.
"""

import threading
from collections import deque
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from qunluo.market.ports import Asked, ProviderRefused, RefundAsked

NOON = datetime(2026, 11, 23, 4, 0, 0, tzinfo=UTC)  # twelve o'clock in Beijing
MORE = 9 * 1024 * 1024


@cache
def key(name):
    """A real RSA key for a part in the play."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def private_pem(name):
    return key(name).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()  # fmt: skip


def public_pem(name):
    return key(name).public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    ).decode()  # fmt: skip


class Service:
    """A service: `serve` answers a call, `signed` signs what it answers."""

    def __init__(self):
        self.moods, self.got, self.over = deque(), [], threading.Event()
        self.server = _Quiet(("127.0.0.1", 0), _door(self))
        self.base = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def stop(self):
        self.over.set()
        self.server.shutdown()
        self.server.server_close()

    def serve(self, method, path, query, headers, body):
        raise NotImplementedError

    def signed(self, status, headers, body, *, by):
        return status, headers, body

    def answer(self, method, target, headers, body):
        """The answer to a call in the mood of the moment; None for none."""
        mood = self.moods.popleft() if self.moods else ""
        parts = urlsplit(target)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        small = {name.lower(): value for name, value in headers.items()}
        self.got.append((method, parts.path, query, small, body))
        if mood == "deaf":
            return None
        if mood in {"broken", "elsewhere"}:
            status = 500 if mood == "broken" else 302
            return status, {"Location": "http://127.0.0.1:9/"}, b'{"code":"SYSTEM_ERROR"}'
        self.target, self.small = target, small
        found = self.serve(method, parts.path, query, small, body)
        if mood == "silent":
            self.over.wait(20)
            return None
        if mood == "hung up":
            return None
        if mood == "huge":
            return 200, {"Content-Type": "application/json"}, b"{}" + b" " * MORE
        by = {"unsigned": None, "forged": "somebody"}.get(mood, "service")
        honest = self.signed(*found, by=by)
        return mood(*honest) if callable(mood) else honest


class _Quiet(ThreadingHTTPServer):
    def handle_error(self, *_args):
        """Say nothing of callers who hang up."""


def _door(service):
    class Door(BaseHTTPRequestHandler):
        def _do(self):
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            answer = service.answer(self.command, self.path, dict(self.headers), body)
            if answer is None:
                self.close_connection = True
                return
            status, headers, raw = answer
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if status != 204:
                self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            if status != 204:
                self.wfile.write(raw)

        do_GET = do_POST = do_DELETE = _do  # noqa: N815 -- as the standard library has it

        def log_message(self, *_args):
            pass

    return Door


def asked(number="QL20261123P1", amount=1990, **more):
    return Asked(
        **{
            "number": number,
            "amount": amount,
            "currency": "CNY",
            "title": "山后农场 大米 5 公斤 & 鸡蛋",
            "expires_at": NOON + timedelta(minutes=30),
            "return_url": "https://shop.example/orders/1?a=b&c=d",
            "notify_url": "https://shop.example/pay/x/key/",
            "address": "203.0.113.7",
            **more,
        }
    )


def refund_asked(number="QL20261123P1R1", amount=500, **more):
    return RefundAsked(
        **{
            "number": number,
            "payment": "QL20261123P1",
            "ref": "",
            "amount": amount,
            "of": 1990,
            "currency": "CNY",
            "reason": "少了一袋",
            "notify_url": "https://shop.example/pay/x/key/",
            **more,
        }
    )


@contextmanager
def refused(said):
    """Expect that a provider refuses, and what it says."""
    with pytest.raises(ProviderRefused) as error:
        yield
    assert said in error.value.said
