"""What others answer us when we call them: feeds, slow servers, headers in any case."""

import socket
import threading
import time

import pytest

from qunluo.providers import calling, feeds, outside
from qunluo.reach.ports import Fate
from tests.reach.standins import world

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


@pytest.mark.parametrize("said", [b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 200 OK\r\n\r\n", b""])
def test_a_server_that_drips_is_left_when_its_time_is_up(monkeypatch, said):
    monkeypatch.setattr(outside, "leads_outside", lambda address: True)
    monkeypatch.setattr(calling, "IN_ALL", 0.4)
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
        scheme = "http" if said else "https"  # the third one drips into the greeting
        began = time.monotonic()
        answer = calling.call("GET", f"{scheme}://127.0.0.1:{server.getsockname()[1]}/")
        over.set()
    assert time.monotonic() - began < 2
    assert answer.status == 0
    assert not answer.fine
