"""Moving threads into another space, and taking posts out into one of their own."""

from typing import Any

from ninja import Status
from pydantic import Field

from qunluo.api.area import Area
from qunluo.api.caller import Caller
from qunluo.api.community import SlugPath
from qunluo.api.shapes import Given
from qunluo.api.spaces import space_of
from qunluo.api.talk import Number, Place, Thread, shown_thread, thread_of
from qunluo.conversation import actions
from qunluo.kernel.text import _

area = Area("relocating", "Talk")


class RelocationWish(Given):
    """Where a thread goes."""

    space: str = Field(max_length=40, description=_("Its address."))
    confirm: bool = Field(default=False, description=_("That others will read it is meant so."))


class SplitWish(Given):
    """Which posts become a thread of their own."""

    places: list[Place] = Field(min_length=1, max_length=200)
    title: str = Field("", max_length=200)
    space: str = Field("", max_length=40, description=_("Its address; empty for the same one."))
    confirm: bool = False


@area.write(
    "POST", "/communities/{slug}/threads/{thread_number}/relocation", Thread, scope="talk:write"
)
def relocate_thread(
    request: Caller, slug: SlugPath, thread_number: Number, wish: RelocationWish
) -> dict[str, Any]:
    """Move a thread into another space."""
    found = thread_of(request, slug, thread_number)
    target = space_of(request, slug, wish.space)
    actions.relocate_thread(actor=request.person, thread=found, space=target, confirm=wish.confirm)
    return shown_thread(request, slug, thread_number)


@area.write(
    "POST",
    "/communities/{slug}/threads/{thread_number}/split",
    Thread,
    scope="talk:write",
    status=201,
)
def split_thread(
    request: Caller, slug: SlugPath, thread_number: Number, wish: SplitWish
) -> Status[dict[str, Any]]:
    """Take posts out into a thread of their own."""
    found = thread_of(request, slug, thread_number)
    target = space_of(request, slug, wish.space) if wish.space else None
    given = wish.model_dump() | {"actor": request.person, "thread": found, "space": target}
    made = actions.split_thread(**given)
    return Status(201, shown_thread(request, slug, made.number))
