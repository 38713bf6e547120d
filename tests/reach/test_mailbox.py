"""A mailbox in which answers lie: read over TLS, each letter once, within limits."""

import re
import socketserver
import ssl
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from qunluo.cli.main import main
from qunluo.kernel.clock import now
from qunluo.providers import imap
from qunluo.reach import actions, jobs, queries
from qunluo.reach.actions import mailbox
from qunluo.reach.models import MailboxMark

pytestmark = [pytest.mark.req("X01"), pytest.mark.above_the_database]


class Box:
    """A mailbox: its letters by number, what was read, and how the server behaves."""

    def __init__(self):
        self.letters, self.seen, self.said = {}, set(), []
        self.validity, self.drips, self.told, self.kept_back = 7, False, [], set()

    def put(self, *texts):
        for text in texts:
            self.letters[max(self.letters, default=0) + 1] = text.encode()

    def answer(self, command, rest):
        self.said.append(f"{command} {rest}".strip())
        if command == "CAPABILITY":
            yield b"* CAPABILITY IMAP4rev1 ID"
        elif command == "LOGIN" and rest != 'mei@farm.example "p w\\"d"':
            yield None
        elif command == "SELECT":
            yield b"* %d EXISTS" % len(self.letters)
            yield b"* OK [UIDVALIDITY %d] numbers" % self.validity
            yield b"* OK [UIDNEXT %d] next" % (max(self.letters, default=0) + 1)
        elif rest.startswith("SEARCH"):
            yield b"* SEARCH " + b" ".join(b"%d" % one for one in self._found(rest))
        elif fetched := re.match(r"FETCH (\d+) \(BODY\.PEEK\[\]<0\.(\d+)>\)", rest):
            uid, most = map(int, fetched.groups())
            if uid in self.kept_back:
                yield None
                return
            raw = self.letters[uid][:most]
            yield b"* 1 FETCH (UID %d BODY[]<0> {%d}\r\n%b)" % (uid, len(raw), raw)
        elif stored := re.match(r"STORE (\d+) \+FLAGS\.SILENT \(\\Seen\)", rest):
            self.seen.add(int(stored[1]))

    def _found(self, rest):
        if "UNSEEN" in rest:
            first, last = map(int, re.search(r"UID (\d+):(\d+)", rest).groups())
            return [one for one in self.letters if first <= one <= last and one not in self.seen]
        if not self.letters:
            return []
        first = int(re.search(r"UID (\d+):\*", rest)[1])
        return [one for one in self.letters if one >= min(first, max(self.letters))]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for this machine, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    at = datetime.now(UTC)  # noqa: TID251 -- certificates know no other time
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name)
        .public_key(key.public_key()).serial_number(1)
        .not_valid_before(at - timedelta(days=1)).not_valid_after(at + timedelta(days=9))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    file = tmp_path_factory.mktemp("tls") / "both.pem"
    file.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return file


@pytest.fixture
def box(certificate, monkeypatch, settings):
    """A mailbox on this machine, behind TLS, whose letters are noted as they come."""
    here, sealing = Box(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    sealing.load_cert_chain(certificate)

    class Door(socketserver.StreamRequestHandler):
        def setup(self):
            self.request = sealing.wrap_socket(self.request, server_side=True)
            super().setup()

        def handle(self):
            self.wfile.write(b"* OK ready\r\n")
            while line := self.rfile.readline().decode().strip():
                tag, command, *rest = line.split(" ", 2)
                while here.drips:
                    self.wfile.write(b"* OK still here\r\n")
                    time.sleep(0.02)
                rows = list(here.answer(command.upper(), " ".join(rest)))
                refused = None in rows
                for row in () if refused else rows:
                    self.wfile.write(row + b"\r\n")
                said = "NO [AUTHENTICATIONFAILED] wrong" if refused else "OK done"
                self.wfile.write(f"{tag} {said}\r\n".encode())
                if command.upper() == "LOGOUT":
                    return

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

        def handle_error(self, *_args):
            pass

    server = Server(("127.0.0.1", 0), Door)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    monkeypatch.setattr(
        imap, "trusted", lambda: ssl.create_default_context(cafile=str(certificate))
    )
    monkeypatch.setattr(mailbox, "receive_mail", lambda raw: here.told.append(raw.decode()))
    here.port = server.server_address[1]
    settings.IMAP_URL = f'imaps://mei%40farm.example:p w"d@localhost:{here.port}/In%20Tray'
    settings.REPLY_ADDRESS = "reply@farm.example"
    yield here
    here.drips = False
    server.shutdown()
    server.server_close()


@pytest.mark.django_db
def test_each_letter_of_a_mailbox_is_taken_once_and_then_marked_as_read(box, travel):
    box.put("read before", "one", "two")
    box.seen = {1}
    with travel(now()) as clock:
        assert queries.mailbox_waits()
        jobs.read_mailbox()
        assert box.told == ["one", "two"]
        assert box.seen == {1, 2, 3}
        assert 'SELECT "In Tray"' in box.said
        assert 'ID ("name" "Qunluo")' in box.said, "NetEase lets in nobody else"
        assert not queries.mailbox_waits(), "it rests for a minute"
        assert actions.read_mailbox() is None
        clock.move(timedelta(minutes=1))
        box.put("three")
        box.seen.add(4)  # somebody looked at it before us
        jobs.read_mailbox()
        clock.move(timedelta(minutes=1))
        jobs.read_mailbox()
    assert box.told == ["one", "two", "three"]


@pytest.mark.django_db
def test_a_letter_that_cannot_be_taken_now_comes_again_and_others_wait_behind_it(
    box, travel, monkeypatch
):
    box.put("one", "two", "three")
    told, broken = box.told, {"two"}

    def takes(raw):
        if raw.decode() in broken:
            raise OSError
        told.append(raw.decode())

    monkeypatch.setattr(mailbox, "receive_mail", takes)
    with travel(now()) as clock:
        actions.read_mailbox()
        assert (told, box.seen) == (["one"], {1})
        for _ in range(mailbox.MOST_TRIES - 2):
            clock.move(timedelta(minutes=30))
            actions.read_mailbox()
        assert told == ["one"]
        clock.move(timedelta(minutes=30))
        actions.read_mailbox()
        clock.move(timedelta(minutes=30))
        actions.read_mailbox()
    assert told == ["one", "three"], "one odd letter does not hold all others for ever"
    assert box.seen == {1, 3}, "it stays unread where it lies"


@pytest.mark.django_db
def test_a_letter_that_the_server_does_not_give_out_is_passed_over_after_ten_tries(box, travel):
    box.put("one", "two", "three")
    box.kept_back = {2}
    with travel(now()) as clock:
        for _ in range(mailbox.MOST_TRIES + 2):
            actions.read_mailbox()
            clock.move(timedelta(minutes=40))
    assert box.told == ["one", "three"]


@pytest.mark.django_db
def test_a_mailbox_that_was_numbered_anew_is_read_from_what_is_unread(box, travel):
    box.put("one", "two")
    with travel(now()) as clock:
        actions.read_mailbox()
        box.letters, box.validity, box.seen = {}, 8, {1}
        box.put("old", "new")
        clock.move(timedelta(minutes=1))
        actions.read_mailbox()
    assert box.told == ["one", "two", "new"]


@pytest.mark.django_db
def test_long_letters_and_many_are_read_within_limits(box, monkeypatch, travel):
    monkeypatch.setattr(imap, "MOST_LETTERS", 2)
    monkeypatch.setattr(imap, "MOST_BYTES", 10)
    box.put("x" * 1000, "two", "three")
    with travel(now()) as clock:
        assert actions.read_mailbox().taken == 2
        assert box.told == ["x" * 10, "two"]
        clock.move(timedelta(minutes=1))
        actions.read_mailbox()
    assert box.told[2:] == ["three"]


@pytest.mark.django_db
def test_a_mailbox_with_many_unread_letters_gives_no_read_one_among_them(box, monkeypatch, travel):
    monkeypatch.setattr(imap, "MOST_LETTERS", 2)
    box.put("one", "two", "read before", "three", "read too")
    box.seen = {3, 5}
    with travel(now()) as clock:
        actions.read_mailbox()
        box.put("new")
        box.seen.add(6)  # somebody looked at it before us
        for _ in range(3):
            clock.move(timedelta(minutes=1))
            actions.read_mailbox()
    assert box.told == ["one", "two", "three", "new"]


@pytest.mark.django_db
def test_a_mailbox_that_cannot_be_read_says_why_and_is_left_alone_for_longer(
    box, settings, monkeypatch, travel, capsys
):
    box.put("one")
    good = settings.IMAP_URL
    with travel(now()) as clock:
        settings.IMAP_URL = good.replace("p w", "wrong")
        assert "wrong" in actions.read_mailbox().said
        assert MailboxMark.objects.get().fails == 1
        clock.move(timedelta(minutes=1))
        assert not queries.mailbox_waits()
        clock.move(timedelta(minutes=1))
        box.drips = True
        settings.IMAP_URL = good
        monkeypatch.setattr(imap, "IN_ALL", 0.2)
        began = time.monotonic()
        assert actions.read_mailbox().said == imap.TOO_SLOW
        assert time.monotonic() - began < 2
        box.drips = False
        monkeypatch.setattr(imap, "trusted", ssl.create_default_context)
        monkeypatch.setattr(imap, "IN_ALL", 20)
        clock.move(timedelta(hours=1))
        assert "certificate" in actions.read_mailbox().said.lower()
        assert not box.told
    assert MailboxMark.objects.get().last_error


@pytest.mark.django_db
def test_the_mailbox_can_be_tried_by_hand(box, settings, capsys):
    box.put("one")
    assert main(["mail", "fetch"]) == 0
    assert "Letters read: 1." in capsys.readouterr().out
    box.put("two")
    assert not queries.mailbox_waits(), "the job lets it rest"
    assert main(["mail", "fetch"]) == 0
    assert box.told == ["one", "two"]
    MailboxMark.objects.update(lent_until=now() + timedelta(minutes=1))
    assert main(["mail", "fetch"]) == 0
    assert "Somebody else reads" in capsys.readouterr().out
    settings.IMAP_URL = "imap://mei:x@farm.example"
    assert main(["mail", "fetch"]) == 1
    assert "QUNLUO_IMAP_URL is no address" in capsys.readouterr().out
    settings.REPLY_ADDRESS = ""
    assert main(["mail", "fetch"]) == 1
    assert not queries.mailbox_waits(), "without an address nothing there is for us"


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("imaps://a%40b.c:p%3Aw@mx.b.c", ("mx.b.c", 993, "a@b.c", "p:w", "INBOX")),
        ("imaps://a:b@mx.b.c:1993/Antworten", ("mx.b.c", 1993, "a", "b", "Antworten")),
        ("imap://a:b@mx.b.c", None),
        ("imaps://mx.b.c", None),
        ("imaps://a:b@mx.b.c:x", None),
        ("imaps://a:b%0Ac@mx.b.c", None),
    ],
)
def test_where_a_mailbox_is_stands_in_one_address(address, found):
    place = imap.place_of(address)
    assert (place and (place.host, place.port, place.user, place.password, place.folder)) == found


def test_a_folder_is_named_as_the_protocol_has_it():
    assert imap._quoted("回信") == '"&Vt5P4Q-"'
    assert imap._quoted('A & "B"') == '"A &- \\"B\\""'
