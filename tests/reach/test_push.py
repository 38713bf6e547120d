"""Pushes arrive encrypted, are tried again, and forget devices that are gone."""

import base64
import json
import stat
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import http_ece
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02

from qunluo.kernel import schedule
from qunluo.kernel.clock import now
from qunluo.kernel.schedule import runner
from qunluo.providers import outside
from qunluo.providers.webpush import keys
from qunluo.providers.webpush.carrier import WebPush
from qunluo.reach import actions, queries
from qunluo.reach.errors import BadDevice, DeviceNotFound
from qunluo.reach.models import Device, Push
from qunluo.reach.ports import Fate
from tests.reach.makers import notice, somebody, subject, tell

pytestmark = pytest.mark.django_db
THING = {"subject": "thing", "subject_id": 1, "scopes": ("thing:1",)}
OPEN = "https://push.example.org/send/1"


def b64(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


class Browser:
    """A browser with its keys, which can read what was pushed to it."""

    def __init__(self):
        self.key = ec.generate_private_key(ec.SECP256R1())
        point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.p256dh, self.secret = b64(point), b"0123456789abcdef"
        self.auth = b64(self.secret)

    def reads(self, body):
        return http_ece.decrypt(
            body, private_key=self.key, auth_secret=self.secret, version="aes128gcm"
        )


@pytest.fixture
def service(monkeypatch):
    """A push service of our own, which answers what it is told to."""

    class Service(BaseHTTPRequestHandler):
        got, status = [], 201

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            Service.got.append((dict(self.headers), body))
            self.send_response(Service.status)
            self.end_headers()

        def log_message(self, *_args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Service)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    Service.address = f"http://127.0.0.1:{server.server_port}/send/1"
    monkeypatch.setattr(outside, "leads_outside", lambda address: True)
    monkeypatch.setattr(outside, "is_open_https", lambda address: True)
    yield Service
    server.shutdown()
    server.server_close()


def with_device(who, browser, endpoint):
    return actions.add_device(
        actor=who, endpoint=endpoint, p256dh=browser.p256dh, auth=browser.auth, language="en",
        name="Phone",
    )  # fmt: skip


def noon():
    """A moment at which nobody sleeps in Shanghai."""
    return now().replace(hour=4, minute=0)


def test_a_notice_arrives_encrypted_signed_and_once(service, travel):
    mei, lin, browser = somebody("Mei"), somebody("Lin"), Browser()
    with subject(), travel(noon()):
        with_device(mei, browser, service.address)
        tell(mei, what="replied", reason="yours", actor_id=lin.pk, **THING)
        assert actions.send_due_notices() == 1
        assert actions.send_pushes() == 1
        assert actions.send_pushes() == actions.send_due_notices() == 0
    ((headers, body),) = service.got
    said = json.loads(browser.reads(body))
    assert said["title"] == "Farm · Square"
    assert said["body"] == "Lin replied in “Rain”"
    assert said["url"].endswith(f"/me/notices/{notice(mei).pk}/")
    assert said["tag"] == "k"
    assert b"Rain" not in body
    assert headers["Content-Encoding"] == "aes128gcm"
    assert int(headers["TTL"]) > 0
    assert Vapid02.verify(headers["Authorization"])
    assert not Push.objects.exists()


def test_in_quiet_hours_devices_keep_still(service, travel):
    mei, browser = somebody(), Browser()
    with travel(noon().replace(hour=15)) as clock:  # 23:00 in Shanghai
        with_device(mei, browser, service.address)
        tell(mei)
        assert actions.send_due_notices() == 0
        tell(mei, reason="security", key="s")
        assert actions.send_due_notices() >= 1
        assert actions.send_pushes() == 1
        clock.move(timedelta(hours=9))
        actions.send_due_notices()
        assert actions.send_pushes() == 1


@pytest.mark.parametrize("change", ["read", "unwish", "hide"])
def test_what_was_read_or_hidden_or_unwished_meanwhile_is_not_pushed(service, travel, change):
    mei, browser = somebody(), Browser()
    with subject() as known, travel(noon()):
        with_device(mei, browser, service.address)
        tell(mei, what="replied", reason="yours", **THING)
        actions.send_due_notices()
        if change == "read":
            actions.mark_notices_read(actor=mei)
        elif change == "unwish":
            actions.wish(actor=mei, push=False)
        else:
            known.clear()
        assert actions.send_pushes() == 0
    assert service.got == []
    assert not Push.objects.exists()


@pytest.mark.parametrize("status", [404, 410])
def test_a_device_that_is_gone_is_forgotten(service, travel, status):
    mei, browser = somebody(), Browser()
    service.status = status
    with travel(noon()):
        with_device(mei, browser, service.address)
        tell(mei)
        actions.send_due_notices()
        assert actions.send_pushes() == 0
    assert not Device.objects.exists()


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_service_in_trouble_is_asked_again_with_patience_and_not_for_ever(
    service, travel, status
):
    mei, browser = somebody(), Browser()
    service.status = status
    with travel(noon()) as clock:
        with_device(mei, browser, service.address)
        tell(mei)
        actions.send_due_notices()
        waits = []
        while waiting := Push.objects.first():
            clock.move_to(max(clock.at, waiting.next_try_at))
            waits.append(clock.at)
            actions.send_pushes()
    assert 4 <= len(service.got) <= 7
    assert Device.objects.count() == 1


def test_a_service_that_says_no_is_not_pestered(service, travel):
    mei, browser = somebody(), Browser()
    service.status = 400
    with travel(noon()):
        with_device(mei, browser, service.address)
        tell(mei)
        actions.send_due_notices()
        actions.send_pushes()
    assert len(service.got) == 1
    assert not Push.objects.exists()


@pytest.mark.parametrize(
    "address",
    [
        "", "x", "http://push.example.org/1", "https://push.example.org:8443/1",
        "https://user:pw@push.example.org/1", "https://localhost/1", "file:///etc/passwd",
        "https://[::1", "https://" + "a" * 2000 + ".org/",
    ],
)  # fmt: skip
def test_only_https_out_in_the_open_is_kept(address):
    browser = Browser()
    with pytest.raises(BadDevice):
        with_device(somebody(), browser, address)
    assert not Device.objects.exists()


@pytest.mark.parametrize(
    ("machine", "open_to_us"),
    [
        ("93.184.216.34", True), ("2606:2800:220:1::1", True), ("127.0.0.1", False),
        ("10.1.2.3", False), ("192.168.1.1", False), ("169.254.169.254", False),
        ("100.64.0.1", False), ("0.0.0.0", False), ("::1", False), ("fe80::1%eth0", False),
        ("fd00::1", False), ("::ffff:127.0.0.1", False), ("224.0.0.1", False),
    ],
)  # fmt: skip
def test_a_name_that_leads_into_our_own_network_is_never_called(monkeypatch, machine, open_to_us):
    found = [(2, 1, 6, "", ("93.184.216.34", 443)), (2, 1, 6, "", (machine, 443))]
    monkeypatch.setattr(outside.socket, "getaddrinfo", lambda *_args, **_more: found)
    assert outside.leads_outside(OPEN) is open_to_us
    called = []
    monkeypatch.setattr("requests.Session.request", lambda *a, **k: called.append(a))
    if not open_to_us:
        browser = Browser()
        assert WebPush().carry(OPEN, browser.p256dh, browser.auth, b"x") is Fate.LATER
        assert called == []


@pytest.mark.parametrize(("p256dh", "auth"), [("x", "x"), ("", ""), ("A" * 87, "A" * 3)])
def test_keys_that_no_browser_makes_are_refused(p256dh, auth):
    with pytest.raises(BadDevice):
        actions.add_device(actor=somebody(), endpoint=OPEN, p256dh=p256dh, auth=auth, language="en")


def test_a_point_off_the_curve_loses_the_device_and_nothing_else(monkeypatch):
    monkeypatch.setattr(outside, "leads_outside", lambda address: True)
    odd = b64(b"\x04" + b"\x01" * 64)
    assert WebPush().carry(OPEN, odd, b64(b"0" * 16), b"x") is Fate.GONE


def test_a_device_is_kept_once_for_who_is_signed_in_and_only_its_owner_removes_it():
    mei, lin, browser = somebody("Mei"), somebody("Lin"), Browser()
    with_device(mei, browser, OPEN)
    device = with_device(lin, browser, OPEN)
    assert queries.devices_of(mei) == []
    with pytest.raises(DeviceNotFound):
        actions.take_device(actor=mei, pk=device.pk)
    actions.take_device(actor=lin, pk=device.pk)
    assert queries.devices_of(lin) == []


def test_ten_devices_are_enough():
    mei, browser = somebody(), Browser()
    for number in range(12):
        with_device(mei, browser, f"{OPEN}{number}")
    assert len(queries.devices_of(mei)) == 10


def test_the_key_is_made_once_and_is_ours_alone(tmp_path):
    keys.signer.cache_clear()
    first = keys.public_key(tmp_path)
    keys.signer.cache_clear()
    assert keys.public_key(tmp_path) == first
    file = tmp_path / keys.NAME
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [keys.NAME]
    keys.signer.cache_clear()


def test_the_schedule_carries_pushes_by_itself(service, travel):
    mei, browser = somebody(), Browser()
    with travel(noon()) as clock:
        runner.ensure()
        with_device(mei, browser, service.address)
        tell(mei)
        for _turn in range(2):
            clock.move(timedelta(seconds=20))
            schedule.run_due(strict=True)
    assert len(service.got) == 1
