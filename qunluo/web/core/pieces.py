"""Pieces of pages that are the same whoever looks: rendered once, kept under what went into them.

Since everything that a piece shows belongs to its key, nothing has to be thrown away when something
changes. What is never the same, such as how long ago it was, is left out as a gap.
"""

import secrets
from collections.abc import Callable, Hashable, Sequence
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any, cast

from django.conf import settings
from django.template import engines
from django.utils.translation import get_language
from markupsafe import Markup, escape

if TYPE_CHECKING:
    from django.template.backends.jinja2 import Jinja2

# Nobody can write it into a text: it is another one in every process.
GAP = Markup(secrets.token_hex(8))  # noqa: S704 - letters and digits
MOST = 6000
_kept: dict[Hashable, tuple[str, ...]] = {}


class KeyTooNarrow(Exception):
    """Something that a piece shows is missing in its key; only tests look for it."""


def pieces(key: Hashable, make: Callable[[], str]) -> tuple[str, ...]:
    """Return what `make` renders, cut at its gaps; made once for each key while there is room."""
    found = _kept.get(key)
    if found is not None and _tested() and found != _cut(make):
        raise KeyTooNarrow(key)
    if found is None:
        found = _kept[key] = _cut(make)
        if len(_kept) > MOST:
            for old in list(islice(_kept, MOST // 2)):
                _kept.pop(old, None)
    return found


@cache
def _tested() -> bool:
    return bool(settings.ENV == "test")


def kept(name: str, *key: Hashable, caller: Callable[[], str], fill: Sequence[Any] = ()) -> Markup:
    """Return the body of a `call` block, with what is never the same put into its gaps.

    In templates: `{% call kept("foot", scheme, fill=[here]) %}… {{ gap }} …{% endcall %}`. The
    language belongs to every key.
    """
    return keeper(get_language())(name, *key, caller=caller, fill=fill)


@cache
def keeper(language: str | None) -> Callable[..., Markup]:
    """Return `kept` for a page whose language is known, so that not each piece asks for it."""

    def kept(
        name: str, *key: Hashable, caller: Callable[[], str], fill: Sequence[Any] = ()
    ) -> Markup:
        first, *rest = pieces((name, language, *key), caller)
        if not rest and not fill:
            return Markup(first)  # noqa: S704 - of a template
        filled = (f"{escape(value)}{part}" for value, part in zip(fill, rest, strict=True))
        return Markup(first + "".join(filled))  # noqa: S704 - of a template, and escaped

    return kept


def drawn(name: str, said: Hashable, *, caller: Callable[[], str], gaps: Any = "") -> Markup:
    """Return the same by one key that names all that is shown, with one thing in all its gaps.

    Nothing is kept where the key is None.
    """
    first, *rest = pieces((name, get_language(), said), caller) if said else _cut(caller)
    return Markup(first + "".join(f"{escape(gaps)}{part}" for part in rest))  # noqa: S704 - escaped


def _cut(make: Callable[[], str]) -> tuple[str, ...]:
    return tuple(str(make()).split(GAP))


def macros(template: str) -> Any:
    """Return the macros of a template."""
    return cast("Jinja2", engines["jinja2"]).env.get_template(template).module
