"""What every schema of this door stands on: strict requests, lenient answers, lists with a next."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Annotated, Any, Generic, TypeVar

from django.http import HttpRequest
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from qunluo.kernel.paging import BadCursor
from qunluo.kernel.text import _


def _within_reach(moment: datetime) -> datetime:
    """Refuse what no database can compare: years at the ends of the calendar."""
    if not EARLIEST <= moment.year <= LATEST:
        raise ValueError(f"a year from {EARLIEST} to {LATEST}")
    return moment


EARLIEST, LATEST = 1900, 9000
T = TypeVar("T")
R = TypeVar("R")
Id = Annotated[int, Field(ge=1, le=2**63 - 1)]
Instant = Annotated[AwareDatetime, AfterValidator(_within_reach)]


class Given(BaseModel):
    """A request body: an unknown field is an error, so that a misspelt one is noticed."""

    model_config = ConfigDict(extra="forbid", str_max_length=20_000)


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
    limit: int = Field(50, ge=1, le=200, description=_("How many items at most."))


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
