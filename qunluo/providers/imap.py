"""A mailbox over IMAP, always sealed with TLS: letters by their number, each handed over once."""

import imaplib
import re
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from qunluo.providers.within import Watch
from qunluo.reach.ports import Emptied, Fetched

SECONDS, IN_ALL = 10, 60
# The words of a letter come first; what is attached to it is never fetched.
MOST_BYTES = 640 * 1024
MOST_LETTERS = 50
PORT = 993
TOO_SLOW = "No whole answer in time."


@dataclass(frozen=True)
class Place:
    """Where a mailbox is, and who may read it."""

    host: str
    port: int
    user: str
    password: str
    folder: str


def place_of(address: str) -> Place | None:
    """Return what imaps://user:password@host:993/INBOX says; None when it is no such address."""
    try:
        parts = urlsplit(address)
        port = parts.port or PORT
    except ValueError:
        return None
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    folder = unquote(parts.path.lstrip("/")) or "INBOX"
    odd = re.search(r"[\x00-\x1f\x7f]", user + password + folder)
    if parts.scheme != "imaps" or not parts.hostname or not user or not password or odd:
        return None
    return Place(parts.hostname, port, user, password, folder)


class ImapMailbox:
    """Reads a mailbox with the client of the standard library."""

    def empty(
        self,
        address: str,
        validity: int,
        uid: int,
        take: Callable[[Fetched], bool],
        *,
        unread_to: int = 0,
    ) -> Emptied:
        """Hand over what is new, the oldest first, and mark what was taken as read."""
        place = place_of(address)
        if place is None:
            said = "QUNLUO_IMAP_URL is no address of a mailbox."
            return Emptied(validity, uid, said=said, unread_to=unread_to)
        reading = _Reading(validity, uid, unread_to)
        watch = Watch(IN_ALL)
        try:
            with _opened(place, watch) as box:
                reading.go(box, place.folder, take)
        except Exception as error:  # noqa: BLE001 -- imaplib stumbles over odd answers in many ways
            reading.said = TOO_SLOW if watch.over else _reason(error)
        finally:
            watch.end()
        return reading.outcome()


class _Reading:
    """One look into a mailbox; what was taken counts, also when the line breaks later."""

    def __init__(self, validity: int, uid: int, unread_to: int) -> None:
        self.validity, self.uid, self.unread_to = validity, uid, unread_to
        self.taken, self.stuck, self.said = 0, 0, ""

    def go(self, box: imaplib.IMAP4, folder: str, take: Callable[[Fetched], bool]) -> None:
        after = self._enter(box, folder)
        new = _new(box, self.uid, self.unread_to)
        for uid in new[:MOST_LETTERS]:
            try:
                raw = _letter(box, uid)
            except imaplib.IMAP4.error as error:
                # A letter that is refused or has no end counts as one that cannot be taken, lest
                # it keeps back all others for ever; a line that broke does not.
                if isinstance(error, TooLong) or not isinstance(error, imaplib.IMAP4.abort):
                    self.stuck = uid
                raise
            if raw is not None and not take(Fetched(uid, raw)):
                self.stuck = uid
                return
            self.uid = uid
            if raw is not None:
                self.taken += 1
                # The mark is ours; whether the other side shows the letter as read is a courtesy.
                with suppress(imaplib.IMAP4.error):
                    box.uid("STORE", str(uid), "+FLAGS.SILENT", r"(\Seen)")
        if len(new) <= MOST_LETTERS:
            self.uid = max(self.uid, after)  # what was there and read before is no answer to us

    def _enter(self, box: imaplib.IMAP4, folder: str) -> int:
        """Open the folder; return the number of the last letter that has lain in it."""
        _checked(box.select(_quoted(folder)))
        numbering = _number(box.response("UIDVALIDITY")[1])
        after = _number(box.response("UIDNEXT")[1]) - 1
        if numbering != self.validity:
            self.validity, self.uid = numbering, 0
        if not self.uid:
            self.unread_to = after
        return after

    def outcome(self) -> Emptied:
        return Emptied(self.validity, self.uid, self.taken, self.stuck, self.said, self.unread_to)


class TooLong(imaplib.IMAP4.abort):
    """A server sends more of a letter than was asked for."""


class _Sealed(imaplib.IMAP4_SSL):
    """The client, on a line that is watched, with answers that have an end."""

    def __init__(self, place: Place, watch: Watch) -> None:
        self._watch = watch
        super().__init__(place.host, place.port, ssl_context=trusted(), timeout=SECONDS)

    def _create_socket(self, timeout: float | None) -> socket.socket:
        line = socket.create_connection((self.host, self.port), timeout)
        context: ssl.SSLContext = self.ssl_context
        return context.wrap_socket(self._watch.hold(line), server_hostname=self.host)

    def read(self, size: int) -> bytes:
        """Read so many bytes of a letter."""
        if size > MOST_BYTES:
            raise TooLong("A letter is longer than was asked for.")
        return super().read(size)


def trusted() -> ssl.SSLContext:
    """Return whose certificates count."""
    return ssl.create_default_context()


@contextmanager
def _opened(place: Place, watch: Watch) -> Iterator[imaplib.IMAP4]:
    """Sign in and out."""
    box = _Sealed(place, watch)
    try:
        if not place.user.isascii() or not place.password.isascii():
            raise imaplib.IMAP4.error("User and password are plain letters, digits and signs.")
        _checked(box.login(place.user, place.password))
        if "ID" in box.capabilities:  # NetEase lets in only who introduces themselves
            box.xatom("ID", '("name" "Qunluo")')
        yield box
    finally:
        with suppress(imaplib.IMAP4.error, OSError):
            box.logout()


def _new(box: imaplib.IMAP4, uid: int, unread_to: int) -> list[int]:
    """Return the numbers of the letters behind one, in their order.

    Of those that lay there at the first look (up to `unread_to`) only the unread ones.
    """
    found: set[int] = set()
    if uid < unread_to:
        found = _searched(box, "UID", f"{uid + 1}:{unread_to}", "UNSEEN", "UNDELETED")
    if not uid and unread_to <= 0:  # a server that does not say where the mailbox ends
        return sorted(_searched(box, "UNSEEN", "UNDELETED"))
    first = max(uid, unread_to) + 1
    # “n:*” always names the last one too
    found |= {one for one in _searched(box, "UID", f"{first}:*") if one >= first}
    return sorted(found)


def _searched(box: imaplib.IMAP4, *asked: str) -> set[int]:
    found = _checked(box.uid("SEARCH", *asked))
    return {int(one) for row in found if isinstance(row, bytes) for one in row.split()}


def _letter(box: imaplib.IMAP4, uid: int) -> bytes | None:
    """Return how a letter begins; None when it was removed meanwhile."""
    found = _checked(box.uid("FETCH", str(uid), f"(BODY.PEEK[]<0.{MOST_BYTES}>)"))
    return next((one[1] for one in found if isinstance(one, tuple)), None)


def _number(found: list[Any]) -> int:
    given = found[0] if found else None
    return int(given) if isinstance(given, bytes) and given.isdigit() else 0


def _checked(answer: tuple[str, list[Any]]) -> list[Any]:
    status, found = answer
    if status != "OK":
        said = found[0] if found and isinstance(found[0], bytes) else b""
        raise imaplib.IMAP4.error(said.decode("utf-8", "replace"))
    return found


def _quoted(folder: str) -> str:
    """Return a folder as the protocol names it (modified UTF-7), in quotes."""
    plain = re.sub(r"[^\x20-\x7e]+|&", lambda found: _shifted(found[0]), folder)
    return '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _shifted(text: str) -> str:
    if text == "&":
        return "&-"
    coded = text.encode("utf-7").decode().strip("+-").replace("/", ",")
    return f"&{coded}-"


def _reason(error: Exception) -> str:
    said = error.args[-1] if error.args else ""
    words = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    return f"{type(error).__name__}: {words}"[:300].replace("\0", "")
