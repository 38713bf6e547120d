"""What every schema of this door stands on: strict requests, lenient answers, lists with a next."""

import re
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from typing import Annotated, Any, Generic, TypeVar

from django.http import HttpRequest
from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from qunluo.kernel.money import CURRENCIES
from qunluo.kernel.paging import BadCursor
from qunluo.kernel.text import _

Moment = TypeVar("Moment", datetime, date)


def _within_reach(moment: Moment) -> Moment:
    """Refuse what no database can compare: years at the ends of the calendar."""
    if not EARLIEST <= moment.year <= LATEST:
        raise ValueError(f"a year from {EARLIEST} to {LATEST}")
    return moment


def _utc(moment: datetime) -> datetime:
    """Return the moment in UTC: PostgreSQL refuses odd offsets such as -20:14."""
    return moment.astimezone(UTC)


def _plainly(value: Any) -> Any:
    """Refuse numbers in an address that are written in odd ways: +5, 05, 5.0."""
    if isinstance(value, str) and not PLAIN.fullmatch(value):
        raise ValueError("a whole number")
    return value


def _in_words(value: Any) -> Any:
    """Refuse days and moments that are not written as ISO 8601: numbers count from nowhere."""
    if not isinstance(value, str) or not ISO.match(value):
        raise ValueError("a day or moment as in ISO 8601")
    return value


def _day(value: Any) -> Any:
    if not isinstance(value, str) or not ISO.fullmatch(value):
        raise ValueError("a day as in ISO 8601")
    return value


def _currency(code: str) -> str:
    if code not in CURRENCIES:
        raise ValueError("an ISO 4217 code")
    return code


ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
PLAIN = re.compile(r"0|-?[1-9][0-9]{0,18}", re.ASCII)
EARLIEST, LATEST = 1900, 9000
Plainly = BeforeValidator(_plainly)
Id = Annotated[int, Field(ge=1, le=2**63 - 1), Plainly]
Version = Annotated[int, Field(ge=0, le=1_000_000), Plainly]
Days = Annotated[int, Field(ge=1, le=3650), Plainly]
Limit = Annotated[int, Field(ge=1, le=200), Plainly]
T = TypeVar("T")
R = TypeVar("R")
Currency = Annotated[str, Field(pattern="^[A-Z]{3}$"), AfterValidator(_currency)]
Reach = AfterValidator(_within_reach)
Instant = Annotated[
    AwareDatetime, Field(strict=False), Reach, AfterValidator(_utc), BeforeValidator(_in_words)
]
Day = Annotated[date, Field(strict=False), Reach, BeforeValidator(_day)]


class Given(BaseModel):
    """A request body: an unknown field is an error, so that a misspelt one is noticed."""

    model_config = ConfigDict(extra="forbid", strict=True, str_max_length=20_000)


class Shown(BaseModel):
    """An answer, read from the attributes of whatever a query returned."""

    model_config = ConfigDict(from_attributes=True)


class Paging(BaseModel):
    """Which part of a list."""

    after: str = Field(
        "",
        max_length=600,
        description=_("Cursor, as in `next` of the page before."),
    )
    limit: Limit = Field(50, description=_("How many items at most."))


class Listing(BaseModel, Generic[T]):
    """A part of a list, and where the rest is."""

    items: list[T]
    next: str | None = Field(None, description=_("Address of the next page; null at the end."))

    @classmethod
    def model_parametrized_name(cls, params: tuple[Any, ...]) -> str:
        """Name the schema after what it lists."""
        return f"{params[0].__name__}List"


class Done(BaseModel):
    """It was done, and there is nothing more to say."""

    done: bool = True


def listing(
    request: HttpRequest, items: Iterable[R], cursor: str | None, show: Callable[[R], Any]
) -> dict[str, Any]:
    """Return a part of a list for `Listing`; the cursor leads to the next one."""
    following = None
    if cursor:
        query = request.GET.copy()
        query["after"] = cursor
        following = f"{request.path}?{query.urlencode()}"
        request.next_page = following  # type: ignore[attr-defined]
    return {"items": [show(item) for item in items], "next": following}


def number_after(after: str) -> int | None:
    """Read a cursor that is the id of the last item; BadCursor."""
    if not after:
        return None
    if not after.isascii() or not after.isdigit() or not 0 < int(after[:20]) < 2**63:
        raise BadCursor
    return int(after)


def by_number(
    request: HttpRequest, items: list[R], limit: int, show: Callable[[R], Any], key: str = "id"
) -> dict[str, Any]:
    """Return a part of a newest-first list that was asked for one item more than the limit."""
    shown = items[:limit]
    cursor = str(getattr(shown[-1], key)) if len(items) > limit else None
    return listing(request, shown, cursor, show)
