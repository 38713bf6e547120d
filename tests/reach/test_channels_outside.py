"""What others answer us when we call them: feeds, slow servers, headers in any case."""

import socket
import threading
import time
from contextlib import contextmanager

import pytest

from qunluo.providers import calling, feeds, outside
from qunluo.providers.webpush.carrier import WebPush
from qunluo.reach.ports import Fate
from tests.reach.standins import world
from tests.reach.test_push import Browser

__all__ = ["world"]

RSS = b"""<rss version="2.0"><channel><title>Inside</title><item><guid>1</guid>
<title>Private</title></item></channel></rss>"""


def test_a_feed_whose_body_is_the_name_of_a_file_does_not_open_it(tmp_path):
    inside = tmp_path / "inside.xml"
    inside.write_bytes(RSS)
    assert feeds.parsed(RSS, "https://w.example/", {}).entries
    found = feeds.parsed(str(inside).encode(), "https://w.example/", {})
    assert found.fate is Fate.LATER
    assert not found.entries


def test_headers_are_found_in_any_case(world):
    world.answers.append((429, "", {"retry-after": "7"}))
    assert calling.call("GET", world.address).wait == 7
    world.answers.append((301, "", {"location": "/there"}))
    world.answers.append((200, RSS, {"content-type": "application/rss+xml", "etag": '"1"'}))
    assert feeds.Feeds().read(f"{world.address}/here", {}).memory == {"etag": '"1"'}


@contextmanager
def dripping(said):
    """A server that answers byte by byte, without end."""
    over = threading.Event()

    def drip(server):
        line, _from = server.accept()
        with line:
            try:
                line.sendall(said)
                while not over.wait(0.02):
                    line.sendall(b"x")
            except OSError:
                pass

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=drip, args=(server,), daemon=True).start()
        yield f"127.0.0.1:{server.getsockname()[1]}"
        over.set()


@pytest.fixture
def short(monkeypatch):
    """Calls that may go anywhere and end soon."""
    monkeypatch.setattr(outside, "leads_outside", lambda address: True)
    monkeypatch.setattr(calling, "IN_ALL", 0.4)


@pytest.mark.parametrize("said", [b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 200 OK\r\n\r\n", b""])
def test_a_server_that_drips_is_left_when_its_time_is_up(short, said):
    scheme = "http" if said else "https"  # the third one drips into the greeting
    with dripping(said) as place:
        began = time.monotonic()
        answer = calling.call("GET", f"{scheme}://{place}/")
    assert time.monotonic() - began < 2
    assert answer.status == 0
    assert not answer.fine


def test_a_push_service_that_drips_is_left_too(short):
    browser = Browser()
    with dripping(b"HTTP/1.1 201 Created\r\nX: ") as place:
        began = time.monotonic()
        fate = WebPush().carry(f"http://{place}/1", browser.p256dh, browser.auth, b"x")
    assert time.monotonic() - began < 2
    assert fate is Fate.LATER
