"""The codes of gift cards; plain Python."""

import hashlib
from collections.abc import Callable

LENGTH, GROUP = 16, 4  # 79 bits: nobody guesses one
MOST_CARDS = 20  # in one order


def new_code(draw: Callable[[int], str]) -> str:
    """Return a code in groups, drawn by what draws so many characters.

    >>> new_code(lambda n: "ABCDEFGHJKMNPQRS"[:n])
    'ABCD-EFGH-JKMN-PQRS'
    """
    plain = draw(LENGTH)
    return "-".join(plain[n : n + GROUP] for n in range(0, LENGTH, GROUP))


def digest(code: str) -> str:
    """Return by what a code is found, however it was typed.

    >>> digest("abcd-efgh jkmn pqrs") == digest("ABCDEFGHJKMNPQRS")
    True
    """
    plain = "".join(one for one in code.upper() if one.isascii() and one.isalnum())
    return hashlib.sha256(plain.encode()).hexdigest()
