"""Atom and RSS feeds: fetched by us, within limits, read by feedparser, stripped of all markup."""

import io
import re
from collections.abc import Mapping
from html import unescape
from http import HTTPStatus
from typing import Any
from urllib.parse import urljoin, urlsplit

import feedparser
import nh3

from qunluo.providers import outside
from qunluo.providers.calling import Answer, call
from qunluo.reach.ports import Entry, Fate, Read

MOST_ENTRIES, WORDS = 100, 1000
MOVED = {301, 302, 303, 307, 308}
HOPS = 3
BREAKS = re.compile(r"(?i)<(br|/p|/div|/li|/h[1-6])\b[^<>]{0,300}>")


class Feeds:
    """Reads feeds out in the open."""

    def fits(self, address: str) -> bool:
        """Return whether an address is one that we read."""
        return outside.is_open_https(address)

    def read(self, address: str, memory: Mapping[str, Any]) -> Read:
        """Return what is in a feed; nothing when the other side says that nothing changed."""
        asked = {"Accept": "application/atom+xml, application/rss+xml, application/xml;q=0.8"}
        if memory.get("etag"):
            asked["If-None-Match"] = str(memory["etag"])
        if memory.get("modified"):
            asked["If-Modified-Since"] = str(memory["modified"])
        answer, final = _followed(address, asked)
        if answer.status == HTTPStatus.NOT_MODIFIED:
            return Read(Fate.ARRIVED, memory=memory)
        if not answer.fine:
            fate = Fate.GONE if answer.status == HTTPStatus.GONE else Fate.LATER
            return Read(fate, said=answer.said or f"HTTP {answer.status}")
        return parsed(answer.body, final, answer.headers or {})


def _followed(address: str, headers: Mapping[str, str]) -> tuple[Answer, str]:
    """Return the answer behind a few redirects, each of which must lead outside too."""
    for _hop in range(HOPS):
        answer = call("GET", address, headers=headers)
        place = (answer.headers or {}).get("Location", "")
        if answer.status not in MOVED or not place:
            break
        address = urljoin(address, place)
    return answer, address


def parsed(body: bytes, address: str, headers: Mapping[str, str]) -> Read:
    """Return the entries of a feed, in its order."""
    if b"<!ENTITY" in body[:100_000].upper():
        return Read(Fate.LATER, said="The feed declares entities.")
    content_type = headers.get("Content-Type", "application/xml")
    feed = feedparser.parse(
        io.BytesIO(body),  # bytes would be tried as the name of a file first
        response_headers={"content-type": content_type, "content-location": address},
        sanitize_html=False,  # all of it goes
    )
    if not feed.version:
        return Read(Fate.LATER, said="This is no feed.")
    entries = [_entry(one) for one in feed.entries[:MOST_ENTRIES]]
    kept = {
        "etag": headers.get("ETag", "")[:200],
        "modified": headers.get("Last-Modified", "")[:60],
    }
    return Read(
        Fate.ARRIVED,
        source=words(feed.feed.get("title", ""))[:120] or (urlsplit(address).hostname or ""),
        entries=tuple(one for one in entries if one.id and (one.title or one.text)),
        memory={name: value for name, value in kept.items() if value},
    )


def _entry(given: Any) -> Entry:
    contents = given.get("content") or [{}]
    text = words(given.get("summary") or contents[0].get("value", ""))
    link = str(given.get("link", ""))
    title = " ".join(words(given.get("title", "")).split())[:120]
    return Entry(
        id=str(given.get("id") or link or f"{title}\n{text}")[:2000],
        title=title,
        text=text if len(text) <= WORDS else f"{text[: WORDS - 1].rstrip()}…",
        link=link if _is_web(link) else "",
    )


def words(html: Any) -> str:
    """Return the words of HTML, with a line for each block of it."""
    lined = BREAKS.sub("\n", str(html)[:100_000])
    bare = unescape(nh3.clean(lined, tags=set(), clean_content_tags={"script", "style"}))
    lines = [" ".join(line.split()) for line in bare.replace("\0", "").splitlines()]
    return "\n\n".join(line for line in lines if line)


def _is_web(link: str) -> bool:
    try:
        parts = urlsplit(link)
    except ValueError:
        return False
    fits = parts.scheme in {"http", "https"} and bool(parts.hostname) and len(link) <= 500
    return fits and not re.search(r"[\s\"']", link)
