"""Charter values as pages read them, and the community's own words explained where they stand."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import get_language
from markupsafe import Markup, escape

from qunluo.community.queries import roles
from qunluo.kernel.text import pick

Values = Mapping[str, Mapping[str, Any]]


def told(values: Values | None, path: str) -> Any:
    """Return what a charter says at "step.field", or an empty string."""
    step, _, name = path.partition(".")
    return (values or {}).get(step, {}).get(name) or ""


def role_of(name: str) -> str:
    """Return what a role is called in the reader's language."""
    role = roles().get(name)
    return str(pick(role.label, get_language() or "en")) if role else name


def glossary(values: Values | None) -> list[dict[str, str]]:
    """Return the community's own words with their meanings."""
    return list(told(values, "identity.glossary") or [])


def anchor(number: int) -> str:
    """Return the id of a word in the glossary of the charter page."""
    return f"word-{number}"


def glossed(text: str, words: Iterable[Mapping[str, str]], slug: str) -> Markup:
    """Return the text with the first mention of each of the community's words linked (F22)."""
    known = {str(row["term"]): (n, str(row["meaning"])) for n, row in enumerate(words, 1)}
    longest_first = sorted((term for term in known if term), key=len, reverse=True)
    if not longest_first:
        return escape(text)
    page = reverse("community:charter", kwargs={"slug": slug})
    seen: set[str] = set()

    def link(found: re.Match[str]) -> str:
        term = found.group()
        if term in seen:
            return str(escape(term))
        seen.add(term)
        number, meaning = known[term]
        return str(
            Markup('<a class="term" href="{}#{}" title="{}">{}</a>').format(
                page, anchor(number), meaning, term
            )
        )

    pattern = re.compile("|".join(re.escape(term) for term in longest_first))
    pieces, at = [], 0
    for found in pattern.finditer(text):
        pieces += [str(escape(text[at : found.start()])), link(found)]
        at = found.end()
    return Markup("".join([*pieces, str(escape(text[at:]))]))  # noqa: S704 - escaped piece by piece
