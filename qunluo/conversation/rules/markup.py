"""Markdown to safe HTML, once, when it is written; plain text for lists."""

import re
from collections.abc import Callable, Mapping
from html import escape, unescape
from typing import Any

import nh3
from markdown_it import MarkdownIt

from qunluo.conversation.rules.topics import MOST_TOPICS, link

EXCERPT = 160
# What may stand in a post. Everything else is dropped, its text kept; scripts and styles whole.
TAGS = {
    "a", "abbr", "b", "blockquote", "br", "code", "del", "em", "h3", "h4", "h5", "h6", "hr", "i",
    "img", "li", "ol", "p", "pre", "s", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "width", "height"},
    "code": {"class"},
    "ol": {"start"},
    "td": {"align"},
    "th": {"align"},
}
SCHEMES = {"http", "https", "mailto", "tel"}
PICTURE = re.compile(r"/media/[a-z0-9]{1,20}/[A-Za-z0-9_-]{2}/[A-Za-z0-9_-]{20,40}\.webp")
CALLED = re.compile(r"(?<![A-Za-z0-9_@/.])@([^\s@]{1,24})")
BARE = re.compile(r"(?<![A-Za-z0-9_\"'=/>(\[<])(https?://[^\s<>\"'，。；！？、）】」]+)")
ENDINGS = ".,;:!?)]"
_markdown = MarkdownIt("js-default", {"linkify": False, "breaks": True, "html": False})
_markdown.core.ruler.push("topics", link)


def render(source: str, people: Mapping[str, str] | None = None, base: str = "") -> str:
    """Return safe HTML; `people` are handles by the name that stands behind an @.

    With `base`, the address of a community's talk, #topics and #12 become links below it.
    Headings begin at h3, since page and thread have their own; pictures are ours or none.
    """
    prepared = _link_people(_link_addresses(source), people or {})
    html = _markdown.render(prepared, {"base": base})
    html = re.sub(r"<(/?)h([1-6])>", _lower, html)
    return nh3.clean(
        html,
        tags=TAGS,
        attributes=ATTRIBUTES,
        url_schemes=SCHEMES,
        link_rel="nofollow ugc noopener",
        attribute_filter=_attribute,
    )


def plain(html: str, length: int = EXCERPT) -> str:
    """Return the words of rendered HTML, on one line, cut to a length."""
    text = re.sub(r"<img[^>]*alt=\"([^\"]*)\"[^>]*>", r" \1 ", html)
    text = " ".join(unescape(re.sub(r"<[^>]+>", " ", text)).split())
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def topics(source: str) -> dict[str, str]:
    """Return the topics of a text by their key, as they are first written; not those in code."""
    env: dict[str, Any] = {"base": "/"}
    if "#" in source:
        _markdown.parse(_link_addresses(source), env)
    return dict(list(env.get("topics", {}).items())[:MOST_TOPICS])


def called(source: str) -> set[str]:
    """Return everything that could be a name behind an @: Chinese has no blank after one."""
    found: set[str] = set()
    for match in CALLED.finditer(source):
        found.update(match.group(1)[:end] for end in range(1, len(match.group(1)) + 1))
    return found


def _link_people(source: str, people: Mapping[str, str]) -> str:
    if not people:
        return source

    def link(match: re.Match[str]) -> str:
        text = match.group(1)
        for end in range(len(text), 0, -1):
            if handle := people.get(text[:end]):
                name = _literally(text[:end])
                return f"[@{name}](/p/{handle}/){text[end:]}"
        return match.group(0)

    return _outside_code(source, lambda part: CALLED.sub(link, part))


def _link_addresses(source: str) -> str:
    """Make bare addresses links; trailing punctuation belongs to the sentence."""

    def link(match: re.Match[str]) -> str:
        address = match.group(1).rstrip(ENDINGS)
        return f"<{address}>{match.group(1)[len(address) :]}"

    return _outside_code(source, lambda part: BARE.sub(link, part))


def _outside_code(source: str, change: Callable[[str], str]) -> str:
    """Change everything that is not between backticks or fences."""
    parts = re.split(r"(```.*?(?:```|\Z)|`[^`\n]*`)", source, flags=re.S)
    return "".join(part if number % 2 else change(part) for number, part in enumerate(parts))


def _literally(text: str) -> str:
    return re.sub(r"([\\`*_{}\[\]()<>#+.!|~-])", r"\\\1", text)


def _lower(match: re.Match[str]) -> str:
    return f"<{match.group(1)}h{min(6, int(match.group(2)) + 2)}>"


def _attribute(tag: str, name: str, value: str) -> str | None:
    """Keep what is harmless: our own pictures, languages of code."""
    if name == "class":
        return value if tag == "code" and re.fullmatch(r"language-[\w+-]{1,20}", value) else None
    if tag == "img" and name == "src":
        return value if PICTURE.fullmatch(value) else None
    if name in {"width", "height"} and not value.isdecimal():
        return None
    return value


def picture_of(key: str, alt: str) -> str:
    """Return the Markdown of a picture kept by us."""
    return f"![{_literally(escape(alt))}](/media/{key})"
