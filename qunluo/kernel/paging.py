"""Keyset pagination for pages and the API: as quick on page 1,000 as on page 1."""

import binascii
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model, Q, QuerySet

from qunluo.kernel.errors import Invalid
from qunluo.kernel.text import _

T = TypeVar("T")
MOST = 200


class BadCursor(Invalid):
    """The cursor was not made by us, or for another order."""

    code = "kernel.bad_cursor"
    message = _("This page of the list does not exist.")
    next_step = _("Start again at the first page.")


@dataclass(frozen=True)
class Page(Generic[T]):
    """Some items, and the opaque cursor of what follows (None at the end)."""

    items: list[T]
    next: str | None


def page(
    queryset: "QuerySet[Any, T]", order: Sequence[str], after: str | None = None, limit: int = 50
) -> Page[T]:
    """Return up to `limit` items after a cursor; BadCursor.

    `order` names columns without NULL, as for order_by; the last must be unique (usually the id).
    """
    limit = max(1, min(limit, MOST))
    found = queryset.order_by(*order)
    if after:
        found = found.filter(_beyond(order, _decode(queryset.model, order, after)))
    return cut(list(found[: limit + 1]), order, limit)


def cut(items: list[T], order: Sequence[str], limit: int) -> Page[T]:
    """Return a page of items of which one more than wanted was asked for, where there was one."""
    more = len(items) > limit
    return Page(items[:limit], _encode(order, items[limit - 1]) if more else None)


def _beyond(order: Sequence[str], values: Sequence[Any]) -> Q:
    """Return a OR-chain of row comparisons; the leading bound lets an index start the scan."""
    name, down = order[0].removeprefix("-"), order[0].startswith("-")
    rest = order[1:]
    strict = Q(**{f"{name}__{'lt' if down else 'gt'}": values[0]})
    if not rest:
        return strict
    bound = Q(**{f"{name}__{'lte' if down else 'gte'}": values[0]})
    return bound & (strict | Q(**{name: values[0]}) & _beyond(rest, values[1:]))


def _encode(order: Sequence[str], item: Any) -> str:
    values = [_value(item, name.removeprefix("-")) for name in order]
    text = json.dumps(values, cls=_Exact, separators=(",", ":"))
    return urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def _decode(model: type[Model], order: Sequence[str], after: str) -> list[Any]:
    try:
        values = json.loads(urlsafe_b64decode(after + "=" * (-len(after) % 4)))
        if not isinstance(values, list) or len(values) != len(order):
            raise BadCursor
        fields = [_field(model, name.removeprefix("-")) for name in order]
        clean = [f.to_python(v) for f, v in zip(fields, values, strict=True)]
    except (binascii.Error, UnicodeError, ValueError, TypeError, ValidationError, OverflowError):
        raise BadCursor from None
    if any(value is None or isinstance(value, str) and "\0" in value for value in clean):
        raise BadCursor
    if any(type(value) is int and abs(value) >= 2**63 for value in clean):
        raise BadCursor
    return clean


def _field(model: type[Model], name: str) -> Any:
    *path, last = name.split("__")
    for step in path:
        model = model._meta.get_field(step).related_model  # type: ignore[assignment]
    return model._meta.pk if last == "pk" else model._meta.get_field(last)


def _value(item: Any, name: str) -> Any:
    if isinstance(item, dict):
        return item[name]
    for step in name.split("__"):
        item = getattr(item, step)
    return item


class _Exact(DjangoJSONEncoder):
    """Keeps microseconds, which Django's encoder cuts to milliseconds."""

    def default(self, o: Any) -> Any:
        return o.isoformat() if hasattr(o, "isoformat") else super().default(o)
