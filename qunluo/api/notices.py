"""What reached the caller, and how they want to be reached."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.utils.translation import get_language
from ninja import Path, Query, Status
from pydantic import Field

from qunluo.api.area import Area, Rate
from qunluo.api.caller import Caller
from qunluo.api.people import PersonCard, card
from qunluo.api.shapes import Given, Id, Listing, Paging, Plainly, Shown, listing
from qunluo.api.texts import picked
from qunluo.kernel.text import _
from qunluo.reach import actions, queries

area = Area("notices", "Notices")
DEVICES = Rate("device", 20, 3600)
NoticeId = Annotated[int, Path(ge=1, le=2**63 - 1), Plainly]
Hour = Annotated[int, Field(ge=0, le=23), Plainly]
Mail = Literal["at_once", "digest", "none"]


class Way(Shown):
    """A way to hear no more of something."""

    way: str = Field(description=_("What to send to mute it: thread, space or reason."))
    label: str


class Notice(Shown):
    """Something that reached the caller; several of the same are one, with a count."""

    id: int
    says: str
    reason: str
    why: str = Field(description=_("Why it came, in words."))
    where: str
    excerpt: str
    actors: list[PersonCard] = Field(description=_("Who did it, the last one first, at most 3."))
    count: int
    at: datetime
    unread: bool
    quiet: bool = Field(description=_("It rings no bell."))
    url: str
    scopes: list[str] = Field(description=_("What it belongs to, the widest first."))
    ways: list[Way]


class Bell(Shown):
    """How much waits."""

    unread: int = Field(description=_("At most 100, which means 100 or more."))


class Read(Shown):
    """How many notices were marked."""

    marked: int


class Wish(Shown):
    """What the caller wishes in one scope for one reason; null says nothing."""

    scope: str = Field(
        "",
        max_length=40,
        description=_("Empty for everywhere, else community:7, space:3 or thread:12."),
    )
    reason: str = Field("", max_length=16, description=_("Empty for every reason."))
    mail: Mail | None = None
    push: bool | None = None
    muted: bool | None = None


class WishGiven(Given):
    """A wish that replaces the one before; one that says nothing removes it."""

    scope: str = Field("", max_length=40)
    reason: str = Field("", max_length=16)
    mail: Mail | None = None
    push: bool | None = None
    muted: bool | None = None


class Reason(Shown):
    """Why something may reach somebody, and what happens as long as nobody wishes otherwise."""

    name: str
    label: str
    mail: str
    push: bool
    quiet: bool
    always: bool = Field(description=_("It knows no mute and no quiet hours."))


class Device(Shown):
    """A browser that is told."""

    id: int
    name: str
    made_at: datetime


class Settings(Shown):
    """How the caller is reached."""

    quiet_from: int = Field(description=_("An hour of the day in the caller's time zone."))
    quiet_to: int = Field(description=_("The same hour twice means no quiet hours."))
    digest_hour: int
    wishes: list[Wish]
    reasons: list[Reason]
    devices: list[Device]
    push_key: str = Field(description=_("With which a browser subscribes (VAPID)."))


class HoursChange(Given):
    """Hours of the day; whatever is missing or null stays as it is."""

    quiet_from: Hour | None = None
    quiet_to: Hour | None = None
    digest_hour: Hour | None = None


class ReadWish(Given):
    """Which notices."""

    ids: list[Id] | None = Field(
        None, max_length=200, description=_("Without them all of the caller's.")
    )


class MuteWish(Given):
    """What to hear no more of."""

    way: str = Field(max_length=16, description=_("One of `ways` of the notice."))


class DeviceWish(Given):
    """What a browser says when it subscribes to pushes."""

    endpoint: str = Field(max_length=1000, description=_("An https address of a push service."))
    p256dh: str = Field(max_length=120)
    auth: str = Field(max_length=60)
    name: str = Field("", max_length=60)


class NoticeFilter(Paging):
    """Which notices."""

    quiet: bool | None = Field(None, description=_("Only reactions, or everything but them."))


@area.read("/me/notices", Listing[Notice], scope="profile:read")
def notices(request: Caller, wanted: Query[NoticeFilter]) -> dict[str, Any]:
    """List notices."""
    found = queries.notices(
        request.person,
        get_language() or "en",
        quiet=wanted.quiet,
        after=wanted.after,
        limit=wanted.limit,
    )
    return listing(request, found.items, found.next, _notice)


@area.read("/me/notices/bell", Bell, scope="profile:read")
def bell(request: Caller) -> dict[str, int]:
    """Count what waits."""
    return {"unread": queries.bell(request.person)}


@area.write("POST", "/me/notices/read", Read, scope="profile:write")
def read_notices(request: Caller, wish: ReadWish) -> dict[str, int]:
    """Mark notices as read."""
    return {"marked": actions.mark_notices_read(actor=request.person, ids=wish.ids)}


@area.write("POST", "/me/notices/{notice_id}/mute", None, scope="profile:write", status=204)
def mute_notice(request: Caller, notice_id: NoticeId, wish: MuteWish) -> Status[None]:
    """Hear no more of something."""
    actions.mute_notice(actor=request.person, pk=notice_id, way=wish.way)
    return Status(204, None)


@area.read("/me/notices/settings", Settings, scope="profile:read")
def notice_settings(request: Caller) -> dict[str, Any]:
    """Show how the caller is reached."""
    return _settings(request)


@area.write("PATCH", "/me/notices/settings", Settings, scope="profile:write")
def change_hours(request: Caller, wish: HoursChange) -> dict[str, Any]:
    """Choose quiet hours and the hour of the digest."""
    hours = queries.hours_of([request.person.pk])[request.person.pk]
    given = {name: getattr(hours, name) for name in HoursChange.model_fields}
    given |= {name: said for name, said in wish.model_dump().items() if said is not None}
    actions.set_hours(actor=request.person, **given)
    return _settings(request)


@area.write("PUT", "/me/notices/wishes", Settings, scope="profile:write")
def wish_for(request: Caller, wish: WishGiven) -> dict[str, Any]:
    """Choose mail, devices and mute for a scope or a reason."""
    actions.wish(actor=request.person, **wish.model_dump())
    return _settings(request)


@area.write(
    "POST", "/me/devices", Device, scope="profile:write", status=201, rate=DEVICES, keyed=False
)
def add_device(request: Caller, wish: DeviceWish) -> Status[Any]:
    """Tell a device."""
    made = actions.add_device(
        actor=request.person, language=get_language() or "en", **wish.model_dump()
    )
    return Status(201, _device(made))


@area.write("DELETE", "/me/devices/{device_id}", None, scope="profile:write", status=204)
def remove_device(request: Caller, device_id: NoticeId) -> Status[None]:
    """Tell a device no more."""
    actions.take_device(actor=request.person, pk=device_id)
    return Status(204, None)


def _notice(one: queries.NoticeView) -> dict[str, Any]:
    same = (
        "id", "says", "reason", "why", "where", "excerpt", "count", "at", "unread", "quiet",
        "scopes",
    )  # fmt: skip
    return {
        **{name: getattr(one, name) for name in same},
        "url": one.target,
        "actors": [card(actor) for actor in one.actors],
        "ways": [{"way": way, "label": label} for way, label in one.ways],
    }


def _settings(request: Caller) -> dict[str, Any]:
    person = request.person
    hours = queries.hours_of([person.pk])[person.pk]
    return {
        **{name: getattr(hours, name) for name in HoursChange.model_fields},
        "wishes": [
            {"scope": scope, "reason": reason, "mail": one.mail, "push": one.push,
             "muted": one.muted}
            for (scope, reason), one in queries.own_wishes(person).items()
        ],
        "reasons": [
            {"name": one.name, "label": picked(one.label), "mail": one.mail, "push": one.push,
             "quiet": one.quiet, "always": one.always}
            for one in queries.reasons().values()
        ],
        "devices": [_device(one) for one in queries.devices_of(person)],
        "push_key": queries.public_key(),
    }  # fmt: skip


def _device(one: Any) -> dict[str, Any]:
    return {"id": one.pk, "name": one.name, "made_at": one.made_at}
