"""Is it still the blueprint's text? Copying a case is not positioning."""

import re
from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher
from typing import Any

from qunluo.community.rules.predicates import filled, flatten

# Above this likeness a text counts as copied: a comma or one swapped word does not make it yours.
TOO_ALIKE = 0.85
Values = Mapping[str, Mapping[str, Any]]


def unedited(values: Values, suggested: Values, key_fields: Iterable[str]) -> list[str]:
    """Return the key fields that are empty or still say what was suggested."""
    own, offered = flatten(values), flatten(suggested)
    return [
        path
        for path in key_fields
        if not filled(own.get(path)) or alike(own[path], offered.get(path))
    ]


def alike(own: Any, offered: Any) -> bool:
    """Tell whether an answer is the offered one in all but trifles; punctuation never counts."""
    if not filled(offered):
        return False
    one, other = _bare(own), _bare(offered)
    return one == other or SequenceMatcher(None, one, other).ratio() > TOO_ALIKE


def _bare(value: Any) -> str:
    if isinstance(value, Mapping):
        return "".join(map(_bare, value.values()))
    if isinstance(value, list):
        return "".join(sorted(map(_bare, value)))
    return re.sub(r"[\W_]+", "", str(value)).casefold()
