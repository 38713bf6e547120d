"""Stand-ins for WeCom, WeChat, webhooks and feeds: a small server on this machine, no network."""

import json
import threading
from collections import deque
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from qunluo.providers import outside, wecom
from qunluo.providers.wechat import carrier

APP, SECRET = "wx0123456789abcdef", "app-secret"


class Outside:
    """What the world answers: the next of `answers`, else what the services usually say."""

    def __init__(self, port):
        self.address = f"http://127.0.0.1:{port}"
        self.got = []
        self.answers = deque()
        self.tokens = 0

    def to(self, path):
        """What came to a path: (query, headers, body)."""
        return [one[1:] for one in self.got if one[0] == path]

    def answer(self, method, path, query, headers, body):
        self.got.append((path, query, headers, body))
        if self.answers:
            return self.answers.popleft()
        if path == "/cgi-bin/stable_token":
            self.tokens += 1
            known = json.loads(body)["secret"] == SECRET
            return 200, {"access_token": f"t{self.tokens}", "expires_in": 7200} if known else {
                "errcode": 40125, "errmsg": "invalid appsecret"}  # fmt: skip
        if path == "/cgi-bin/message/template/send":
            fresh = query.get("access_token") == [f"t{self.tokens}"]
            return 200, {"errcode": 0 if fresh else 42001, "errmsg": "ok"}
        if path == "/cgi-bin/webhook/send":
            return 200, {"errcode": 0, "errmsg": "ok"}
        return 200, ""


@pytest.fixture
def world(monkeypatch):
    """The services outside, on this machine."""

    class Door(BaseHTTPRequestHandler):
        def _do(self):
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, said, *more = here.answer(
                self.command, parts.path, parse_qs(parts.query), dict(self.headers), body
            )
            raw = said if isinstance(said, bytes) else (
                said if isinstance(said, str) else json.dumps(said)).encode()  # fmt: skip
            self.send_response(status)
            for name, value in (more[0] if more else {}).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        do_GET = do_POST = _do  # noqa: N815 -- as the standard library has it

        def log_message(self, *_args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    here = Outside(server.server_port)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setattr(outside, "leads_outside", lambda address: True)
    monkeypatch.setattr(outside, "is_open_https", lambda address: address.startswith("http"))
    monkeypatch.setattr(wecom, "SEND", f"{here.address}/cgi-bin/webhook/send")
    monkeypatch.setattr(carrier, "HOST", here.address)
    yield here
    server.shutdown()
    server.server_close()
