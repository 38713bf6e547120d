"""A whole community as an open archive: JSON Lines, pictures and a manifest with checksums."""

import hashlib
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.serializers.json import DjangoJSONEncoder

from qunluo.growth.events import CommunityRestored
from qunluo.kernel import archive, media
from qunluo.kernel.archive import PERSON, Kind, Row
from qunluo.kernel.clock import now
from qunluo.kernel.errors import NotFound

if TYPE_CHECKING:
    from qunluo.community.models import Community

FORMAT, FORMAT_VERSION = "qunluo-community", 1
EVENTS = "events.jsonl"
README = """\
群落 · 社群存档

这是一个社群的全部内容。每个 .jsonl 文件都是 UTF-8 文本，每行一条 JSON 记录，任何程序都能读取；
manifest.json 列出所有文件、条数和校验和。events.jsonl 是完整的事件历史，media/ 里是图片。
时间均为 UTC，金额为最小货币单位的整数。恢复：qunluo import community <文件>

Qunluo · archive of a community

This is everything a community holds. Every .jsonl file is UTF-8 text with one JSON record a line;
manifest.json lists all files with counts and checksums. events.jsonl is the whole history of
events, media/ holds the pictures. Times are UTC, money is whole minor units.
Restore it with: qunluo import community <file>
"""
Progress = Callable[[int, int], None]


class _Exact(DjangoJSONEncoder):
    """Keeps microseconds, which Django's encoder cuts to milliseconds."""

    def default(self, o: Any) -> Any:
        return o.isoformat() if hasattr(o, "isoformat") else super().default(o)


class _Writer:
    """Writes JSON Lines into the archive and keeps the manifest."""

    def __init__(self, target: zipfile.ZipFile) -> None:
        self.zip = target
        self.files: dict[str, Row] = {}
        self.media: dict[str, str] = {}
        self.people: set[int] = set()
        self._named: list[str] = []

    def lines(self, name: str, rows: Iterable[Row]) -> None:
        digest, count = hashlib.sha256(), 0
        with self.zip.open(name, "w", force_zip64=True) as file:
            for row in rows:
                line = json.dumps(row, cls=_Exact, ensure_ascii=False, separators=(",", ":"))
                data = line.encode() + b"\n"
                file.write(data)
                digest.update(data)
                count += 1
        self.files[name] = {"count": count, "sha256": digest.hexdigest()}
        # A zip takes one file at a time: what the lines name is written behind them.
        named, self._named = self._named, []
        for key in named:
            self._file(key)

    def picture(self, key: str) -> None:
        if key and "/" in key:
            self._named.append(key)

    def _file(self, key: str) -> None:
        if key in self.media:
            return
        with suppress(NotFound), media.open(key) as file:
            data = file.read()
            self.zip.writestr(f"media/{key}", data, zipfile.ZIP_STORED)
            self.media[key] = hashlib.sha256(data).hexdigest()


def export_community(
    community: "Community", path: Path, progress: Progress = lambda _done, _total: None
) -> dict[str, Any]:
    """Write everything a community holds into a new file; return the manifest.

    One snapshot: what changes meanwhile is not in it. Parts of a profile that only their owner
    sees, passwords and tokens are never in it.
    """
    kinds = [kind for kind in archive.kinds().values() if kind.model != PERSON]
    steps = len(kinds) + 2
    target = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6)
    with archive.snapshot(), target:
        writer = _Writer(target)
        for done, kind in enumerate(kinds, start=1):
            writer.lines(file_of(kind), _rows(writer, kind, community.pk))
            progress(done, steps)
        writer.lines(EVENTS, _events(writer, community.pk))
        progress(steps - 1, steps)
        writer.lines(file_of(archive.kinds()[PERSON]), _people(writer))
        manifest = _manifest(community, writer)
        target.writestr("manifest.json", json.dumps(manifest, ensure_ascii=False, indent=1))
        target.writestr("README.txt", README)
    progress(steps, steps)
    return manifest


def file_of(kind: Kind) -> str:
    """Return the name of a kind's file in the archive."""
    return f"data/{kind.model.lower()}.jsonl"


def _rows(writer: _Writer, kind: Kind, community_id: int) -> Iterator[Row]:
    for row in archive.dump(kind, community_id):
        writer.people.update(archive.people_in(kind, row))
        for name in kind.media:
            writer.picture(row[name])
        yield row


def _events(writer: _Writer, community_id: int) -> Iterator[Row]:
    for row in archive.history(community_id):
        if row["name"] != CommunityRestored.name:
            writer.people.update(archive.people_in_event(row))
            yield row


def _people(writer: _Writer) -> Iterator[Row]:
    """Yield everybody who is mentioned; what only they themselves see stays with them."""
    kind = archive.kinds()[PERSON]
    ids = sorted(writer.people)
    for start in range(0, len(ids), archive.CHUNK):
        for row in archive.dump_some(kind, ids[start : start + archive.CHUNK]):
            for name, audience in (row.get("visibility") or {}).items():
                if audience == "me" and name in row:
                    del row[name]
            for name in kind.media:
                writer.picture(row[name])
            yield row


def _manifest(community: "Community", writer: _Writer) -> Row:
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "software": _software(),
        "written_at": now().isoformat(),
        "slug": community.slug,
        "name": community.name,
        "files": writer.files,
        "media": writer.media,
    }


def _software() -> str:
    try:
        return f"qunluo {version('qunluo')}"
    except PackageNotFoundError:  # run from a checkout that was never installed
        return "qunluo"
