"""Words behind a #: topics that people gather under, and numbers of threads."""

import re
from collections.abc import Iterator
from urllib.parse import quote

from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markdown_it.utils import EnvType

from qunluo.conversation.rules.search import fold

TOPIC_LENGTH, MOST_TOPICS = 30, 10
# Behind a letter, a slash or another # it is part of an address; #露营# closes itself.
MARKED = re.compile(r"(?<![A-Za-z0-9_/#&=])#([\w\u00b7-]{1,60})(#(?!\w*#))?")
NUMBER = re.compile(r"[0-9]{1,9}")


def key(name: str) -> str:
    """Return how a topic is compared: #iPad and #ｉpad are one."""
    return fold(name).strip("-_·")[:60]


def is_topic(name: str) -> bool:
    """Return whether a word can be a topic: not too long, and more than a number."""
    return len(name) <= TOPIC_LENGTH and any(c.isalpha() for c in name) and bool(key(name))


def link(state: StateCore) -> None:
    """Make links of topics and numbers, in words only: never inside code or another link.

    A rule of the Markdown reader; env["base"] is the address of the community's talk, and
    env["topics"] gets the topics by their key, as they are first written.
    """
    base = state.env.get("base")
    if not base:
        return
    for block in state.tokens:
        if block.type != "inline" or not block.children or "#" not in block.content:
            continue
        told: list[Token] = []
        inside = 0
        for token in block.children:
            inside += {"link_open": 1, "link_close": -1}.get(token.type, 0)
            told += [token] if inside or token.type != "text" else _linked(token, base, state.env)
        block.children = told


def _linked(token: Token, base: str, env: EnvType) -> Iterator[Token]:
    """Yield the parts of a text, those behind a # as links."""
    text, at = token.content, 0
    for match in MARKED.finditer(text):
        name = match.group(1)
        if NUMBER.fullmatch(name) and not match.group(2) and int(name):
            href, end = f"{base}{int(name)}/", match.end(1)
        elif is_topic(name):
            href, end = f"{base}topics/{quote(key(name))}/", match.end()
            env.setdefault("topics", {}).setdefault(key(name), name)
        else:
            continue
        if match.start() > at:
            yield _text(text[at : match.start()], token.level)
        yield Token("link_open", "a", 1, attrs={"href": href}, level=token.level)
        yield _text(text[match.start() : end], token.level + 1)
        yield Token("link_close", "a", -1, level=token.level)
        at = end
    if at < len(text):
        yield _text(text[at:], token.level)


def _text(content: str, level: int) -> Token:
    return Token("text", "", 0, content=content, level=level)
