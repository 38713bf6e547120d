"""Bringing a community back from its archive: the same content under new ids."""

import hashlib
import json
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID, uuid5

from django.contrib.auth.hashers import make_password

from qunluo.growth import errors
from qunluo.growth.actions.archives import EVENTS, FORMAT, FORMAT_VERSION, file_of
from qunluo.growth.events import CommunityRestored
from qunluo.growth.queries.archives import community_at
from qunluo.kernel import archive, events, media
from qunluo.kernel.archive import COMMUNITY, PERSON, Kind, Restorer, Row
from qunluo.kernel.outbox import bring_in, publish
from qunluo.kernel.text import _
from qunluo.kernel.tx import write_tx
from qunluo.people.queries import people_by_email

if TYPE_CHECKING:
    from qunluo.community.models import Community

MOST_BYTES = 4 * 1024**3
LONGEST_LINE = 4 * 1024**2
MOST_PICTURE = 20 * 1024**2
Progress = Callable[[int, int], None]
DAMAGE = {
    "zip": _("it is not a complete zip file"),
    "manifest": _("its manifest is missing or unreadable"),
    "checksum": _("a checksum does not fit"),
    "line": _("a line is not a record"),
    "large": _("it unpacks to more than an archive may hold"),
}


def damaged(what: str) -> errors.ArchiveDamaged:
    """Return the error for a kind of damage."""
    return errors.ArchiveDamaged(what=DAMAGE[what])


@dataclass
class _Reader:
    """Reads an archive and checks it against its manifest while doing so."""

    zip: zipfile.ZipFile
    manifest: Row = field(default_factory=dict)

    def __post_init__(self) -> None:
        if sum(member.file_size for member in self.zip.infolist()) > MOST_BYTES:
            raise damaged("large")
        try:
            with self.zip.open("manifest.json") as file:
                self.manifest = json.loads(file.read(LONGEST_LINE))
            if self.manifest["format"] != FORMAT:
                raise damaged("manifest")
            newest = int(self.manifest["format_version"])
        except (KeyError, ValueError, TypeError):
            raise damaged("manifest") from None
        if newest > FORMAT_VERSION:
            raise errors.ArchiveTooNew(version=str(self.manifest.get("software", newest)))

    def check(self) -> None:
        """Compare every file with its checksum before anything is written."""
        for name, told in self.manifest["files"].items():
            self._compare(name, told["sha256"])
        for key, told in self.manifest["media"].items():
            self._compare(f"media/{key}", told)

    def rows(self, name: str) -> Iterator[Row]:
        """Yield the records of a file; a kind that the archive does not know has none."""
        if name not in self.manifest["files"]:
            return
        with self.zip.open(name) as file:
            while line := file.readline(LONGEST_LINE):
                try:
                    yield json.loads(line)
                except ValueError:
                    raise damaged("line") from None

    def picture(self, key: str) -> bytes:
        """Return a picture; nothing when the archive has none under the key."""
        if key not in self.manifest["media"]:
            return b""
        with self.zip.open(f"media/{key}") as file:
            return file.read(MOST_PICTURE)

    def _compare(self, name: str, wanted: str) -> None:
        digest = hashlib.sha256()
        try:
            with self.zip.open(name) as file:
                while chunk := file.read(1024 * 1024):
                    digest.update(chunk)
        except (KeyError, zipfile.BadZipFile, EOFError, OSError):
            raise damaged("checksum") from None
        if digest.hexdigest() != wanted:
            raise damaged("checksum")


def restore_community(
    path: Path, *, slug: str = "", progress: Progress = lambda _done, _total: None
) -> "Community":
    """Restore an archive into this installation, all of it or nothing; return the community.

    People are found by their e-mail; others are made without a way to sign in until they claim
    their account by their address. ArchiveDamaged, ArchiveTooNew, SlugTaken.
    """
    try:
        opened = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, EOFError):
        raise damaged("zip") from None
    with opened:
        reader = _Reader(opened)
        reader.check()
        slug = slug or str(reader.manifest["slug"])
        if community_at(slug):
            raise errors.SlugTaken(slug=slug)
        with write_tx():
            return _Restoring(reader, slug, progress).run()


@dataclass
class _Restoring:
    reader: _Reader
    slug: str
    progress: Progress
    restorer: Restorer = field(default_factory=Restorer)
    found: int = 0
    made: int = 0

    def run(self) -> "Community":
        kinds = [kind for kind in archive.kinds().values() if kind.model != PERSON]
        self._people(archive.kinds()[PERSON])
        for done, kind in enumerate(kinds, start=1):
            overrides = {"slug": self.slug} if kind.model == COMMUNITY else {}
            rows = self._with_pictures(kind, self.reader.rows(file_of(kind)))
            self.restorer.insert(kind, rows, **overrides)
            self.progress(done, len(kinds) + 1)
        community = community_at(self.slug)
        if community is None:
            raise damaged("line")
        self.restorer.rename_codes(community.pk)
        bring_in(self._history(community.pk))
        publish(
            CommunityRestored(
                community_id=community.pk, people_found=self.found, people_made=self.made
            )
        )
        self.progress(len(kinds) + 1, len(kinds) + 1)
        return community

    def _people(self, kind: Kind) -> None:
        """Find people by their address; make the others, in one go per thousand."""
        batch: list[Row] = []
        for row in self.reader.rows(file_of(kind)):
            batch.append(row)
            if len(batch) == archive.CHUNK:
                self._meet(kind, batch)
                batch = []
        self._meet(kind, batch)

    def _meet(self, kind: Kind, batch: list[Row]) -> None:
        known = people_by_email(str(row["email"]) for row in batch if row.get("email"))
        strangers = []
        for row in batch:
            if person := known.get(str(row.get("email"))):
                self.restorer.know(PERSON, row["id"], person.pk)
                self.found += 1
            else:
                strangers.append(row)
        rows = self._with_pictures(kind, iter(strangers))
        self.made += self.restorer.insert(
            kind, rows, password=make_password(None), is_staff=False, is_superuser=False
        )

    def _with_pictures(self, kind: Kind, rows: Iterator[Row]) -> Iterator[Row]:
        for row in rows:
            for name in kind.media:
                if data := self.reader.picture(str(row.get(name) or "")):
                    media.restore(row[name], data)
            yield row

    def _history(self, community_id: int) -> Iterator[tuple[UUID, events.Event]]:
        """Yield the events with new ids; a copy beside its original gets uids of its own."""
        for row in self.reader.rows(EVENTS):
            uid = UUID(row["uid"])
            yield (
                uuid5(uid, self.slug) if archive.event_is_known(uid) else uid,
                events.restore(
                    row["name"],
                    self.restorer.mapped_event(row["data"]),
                    community_id=community_id,
                    actor_id=self.restorer.new_id(PERSON, row["actor_id"]),
                    person_id=self.restorer.new_id(PERSON, row["person_id"]),
                    at=datetime.fromisoformat(row["at"]),
                ),
            )
