"""What counts in a guide: copies, sources of orders, links to products; plain Python."""

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from qunluo.kernel.definitions import load_file

DEFINITIONS = Path(__file__).parents[1] / "definitions"
PIECE = 4  # characters; long enough that two people do not hit on many by chance
SHORTEST = 12  # characters below which only the very same is a copy
POST, EPISODE = "post", "episode"
OURS = frozenset({POST, EPISODE})
POST_ID = re.compile(r"([1-9]\d{0,8})\.([1-9]\d{0,8})", re.ASCII)
EPISODE_ID = re.compile(r"([1-9]\d{0,8})@(\d{1,6})", re.ASCII)
LINK = re.compile(r"/c/([a-z0-9-]{1,60})/shop/p/([A-Z0-9]{1,12})(?![A-Za-z0-9])", re.ASCII)
MOST_LINKS = 10
Source = tuple[str, str]
NOWHERE: Source = ("", "")


@cache
def measure(name: str) -> int:
    """Return a number of definitions/guide.toml."""
    return int(load_file(DEFINITIONS / "guide.toml")[name])


def squeezed(text: str) -> str:
    """Return a text without signs and spaces, in small letters.

    >>> squeezed("Good, rice!")
    'goodrice'
    """
    return "".join(one for one in text.casefold() if one.isalnum())


def is_copy(text: str, others: Iterable[str]) -> bool:
    """Tell whether a text is another's: the same, or most of its pieces stand in one of them.

    >>> is_copy("Cooks soft and smells of the field.", ["cooks soft, and smells of the field!"])
    True
    >>> is_copy("Cooks soft and smells of the field.", ["Mine came late, and two bags were wet."])
    False
    """
    mine = squeezed(text)
    pieces = _pieces(mine)
    for other in map(squeezed, others):
        if mine == other:
            return True
        if len(mine) < SHORTEST or not pieces:
            continue
        shared = len(pieces & _pieces(other))
        if shared * 100 >= measure("copied_percent") * len(pieces):
            return True
    return False


def links(text: str, slug: str) -> list[str]:
    """Return the codes of the products of a community that a text links to, each once.

    >>> links("See /c/farm/shop/p/AB2/ and /c/other/shop/p/CD3/", "farm")
    ['AB2']
    """
    found = (code for there, code in LINK.findall(text) if there == slug)
    return list(dict.fromkeys(found))[:MOST_LINKS]


def source_in(said: str) -> Source:
    """Return the source that an address names, as "post:12.1"; nothing for anything else.

    >>> source_in("post:12.1"), source_in("episode:3@90"), source_in("post:0.1")
    (('post', '12.1'), ('episode', '3@90'), ('', ''))
    """
    kind, _colon, name = said.partition(":")
    fits = {POST: POST_ID, EPISODE: EPISODE_ID}.get(kind)
    return (kind, name) if fits and fits.fullmatch(name) else NOWHERE


def _pieces(text: str) -> set[str]:
    return {text[at : at + PIECE] for at in range(len(text) - PIECE + 1)}
