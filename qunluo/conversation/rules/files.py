"""How much a post may carry beside its words, and what lists say of it."""

from collections.abc import Iterable

from qunluo.conversation.rules.writing import tidy

MOST_IN_A_POST = 9
FILES_A_DAY, BYTES_A_DAY = 100, 200 * 1024 * 1024
WAITING_DAYS = 7  # what was added to nothing is thrown away then
NAME_LENGTH, ALT_LENGTH = 120, 300
SIGNS = {"picture": "🖼", "audio": "🎙", "video": "🎬", "file": "📎"}


def file_name(name: str) -> str:
    """Return the name of a file without folders and without what no header takes."""
    bare = tidy(name).replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(sign for sign in bare if sign.isprintable() and sign not in '"<>:|?*')[
        -NAME_LENGTH:
    ]


def description(alt: str) -> str:
    """Return what a picture shows, on one line."""
    return " ".join(tidy(alt).split())[:ALT_LENGTH]


def excerpt(files: Iterable[tuple[str, str, str]]) -> str:
    """Return what lists show of a post without words; files are (sort, alt, name)."""
    said = [f"{SIGNS[sort]} {alt or ('' if sort == 'picture' else name)}".strip()
            for sort, alt, name in files]  # fmt: skip
    told = " ".join(said)
    return told if len(told) <= 160 else told[:159].rstrip() + "…"
