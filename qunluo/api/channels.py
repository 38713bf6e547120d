"""Channels of a community: webhooks out and in, feeds, WeCom, WeChat, mail; and their log."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from django.utils.translation import get_language
from ninja import Path, Query, Status
from pydantic import Field

from qunluo.api.area import Area
from qunluo.api.caller import Caller
from qunluo.api.community import SlugPath, community_of
from qunluo.api.shapes import Given, Listing, Paging, Plainly, Shown, listing
from qunluo.conversation import actions, queries
from qunluo.conversation.queries import Measure, carriable_spaces
from qunluo.kernel.text import _, pick
from qunluo.reach import queries as reach
from qunluo.reach.errors import InvalidChannel

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.reach import models as rows

area = Area("channels", "Channels")
ChannelPath = Annotated[int, Path(ge=1, le=2**63 - 1), Plainly]
MessagePath = Annotated[int, Path(ge=1, le=2**63 - 1), Plainly]
HERE = "/communities/{slug}/channels"
ONE = HERE + "/{channel_id}"
Names = Annotated[list[Annotated[str, Field(max_length=40)]], Field(max_length=200)]
Setting = Annotated[str, Field(max_length=1000)] | int | bool | None


class ChannelField(Shown):
    """Something that a kind of channel must be told."""

    name: str
    label: str
    type: str
    needed: bool
    secret: bool


class ChannelKind(Shown):
    """One way to carry messages out or bring them in."""

    name: str
    label: str
    about: str
    carries: bool
    brings: bool
    fields: list[ChannelField]
    events: list[str] = Field(description=_("What it can carry."))


class ChannelMeasure(Shown):
    """How well a channel does its job."""

    value: int
    n: int
    minutes: int | None = Field(description=_("The median wait, where somebody waited."))
    days: int
    formula: str


class Channel(Shown):
    """A channel; its secrets are never shown again."""

    id: int
    kind: str
    name: str
    job: str = Field(description=_("acquire, activate or serve."))
    active: bool
    settings: dict[str, Any]
    events: list[str]
    spaces: list[str] = Field(description=_("Slugs of the spaces that it carries."))
    space: str | None = Field(description=_("Slug of the space in which appears what it brings."))
    invitation: str
    fails: int
    last_error: str
    worked_at: datetime | None
    made_at: datetime
    measure: ChannelMeasure


class ChannelMade(Channel):
    """A new channel, with what is shown only once."""

    address: str = Field(description=_("The secret address at which others reach it, or empty."))
    secret: str = Field(description=_("The secret with which messages are signed, or empty."))


class ChannelSecret(Shown):
    """A new signing secret; the one before counts for another day."""

    secret: str


class ChannelMessage(Shown):
    """A message that left, or is about to, by a channel."""

    id: int
    message_id: str = Field(description=_("As receivers read it; it stays at every try."))
    what: str
    thread: int | None
    state: str = Field(description=_("waiting, sent, dead or dropped."))
    attempts: int
    last_status: int
    last_error: str
    happened_at: datetime
    next_try_at: datetime
    done_at: datetime | None


class ChannelArrival(Shown):
    """Something that came in by a channel."""

    id: int
    state: str = Field(description=_("waiting, taken or refused."))
    reason: str = Field(description=_("Why it was refused, or empty."))
    title: str = Field(description=_("Kept only until it stands where it belongs."))
    text: str
    link: str
    can_appear: bool = Field(description=_("Whether it can be let through."))
    thread_id: int | None
    at: datetime


class ChannelLetIn(Shown):
    """Where stands what was let through."""

    thread: int = Field(description=_("The number of the thread in its community."))


class ChannelWish(Given):
    """A channel to attach."""

    kind: str = Field(max_length=20)
    name: str = Field(max_length=60)
    job: str = Field(description=_("acquire, activate or serve."), max_length=20)
    settings: dict[str, Setting] = Field(
        default_factory=dict, description=_("What its kind must be told."), max_length=20
    )
    events: Names = Field(default_factory=list)
    spaces: Names = Field(default_factory=list)
    confirmed: bool = Field(
        default=False, description=_("That talk may leave which not everybody reads.")
    )
    space: str = Field("", max_length=40)
    invitation: str = Field("", max_length=200)


class ChannelChange(Given):
    """What is to change; what is left out stays, and so do secrets."""

    name: str | None = Field(None, max_length=60)
    job: str | None = Field(None, max_length=20)
    active: bool | None = None
    settings: dict[str, Setting] | None = Field(None, max_length=20)
    events: Names | None = None
    spaces: Names | None = None
    confirmed: bool | None = None
    space: str | None = Field(None, max_length=40)
    invitation: str | None = Field(None, max_length=200)


@area.read("/channel-kinds", Listing[ChannelKind], scope="desk:read")
def channel_kinds(request: Caller) -> dict[str, Any]:
    """List the kinds of channels."""
    return listing(request, reach.kinds_of_channel().values(), None, _kind)


@area.read(HERE, Listing[Channel], scope="desk:read")
def channels(request: Caller, slug: SlugPath) -> dict[str, Any]:
    """List the channels of a community."""
    community = community_of(request, slug)
    found = queries.channels_here(community, viewer=request.person)
    names = _slugs(community)
    return listing(request, found, None, lambda one: _show(one, names))


@area.write("POST", HERE, ChannelMade, scope="desk:write", status=201, keyed=False)
def attach_channel(request: Caller, slug: SlugPath, wish: ChannelWish) -> Status[dict[str, Any]]:
    """Attach a channel."""
    community = community_of(request, slug)
    made = actions.attach_channel(
        actor=request.person,
        community=community,
        kind=wish.kind,
        name=wish.name,
        job=wish.job,
        given=wish.settings,
        reach=_reach(community, wish.model_dump()),
    )
    secrets = reach.secrets_of(made)
    once = {"address": reach.address_of_channel(made), "secret": secrets.get("signing", "")}
    return Status(201, {**_show(made, _slugs(community)), **once})


@area.read(ONE, Channel, scope="desk:read")
def channel(request: Caller, slug: SlugPath, channel_id: ChannelPath) -> dict[str, Any]:
    """Show a channel."""
    community, found = _found(request, slug, channel_id)
    return _show(found, _slugs(community))


@area.write("PATCH", ONE, Channel, scope="desk:write")
def change_channel(
    request: Caller, slug: SlugPath, channel_id: ChannelPath, wish: ChannelChange
) -> dict[str, Any]:
    """Change a channel, pause it or let it work."""
    community, found = _found(request, slug, channel_id)
    said = {name: value for name, value in wish.model_dump().items() if value is not None}
    reached = _reach(community, said)
    changed = actions.change_channel(
        actor=request.person,
        community=community,
        channel=found,
        name=wish.name,
        job=wish.job,
        active=wish.active,
        given=wish.settings,
        reach=reached or None,
    )
    return _show(changed, _slugs(community))


@area.write("DELETE", ONE, None, scope="desk:write", status=204)
def detach_channel(request: Caller, slug: SlugPath, channel_id: ChannelPath) -> Status[None]:
    """Remove a channel; people, posts and history stay."""
    community, found = _found(request, slug, channel_id)
    actions.detach_channel(actor=request.person, community=community, channel=found)
    return Status(204, None)


@area.write("POST", ONE + "/secret", ChannelSecret, scope="desk:write", keyed=False)
def renew_channel_secret(
    request: Caller, slug: SlugPath, channel_id: ChannelPath
) -> dict[str, str]:
    """Draw a new signing secret."""
    community, found = _found(request, slug, channel_id)
    secret = actions.renew_secret(actor=request.person, community=community, channel=found)
    return {"secret": secret}


@area.write("POST", ONE + "/trial", ChannelMessage, scope="desk:write", status=202)
def try_channel(request: Caller, slug: SlugPath, channel_id: ChannelPath) -> Status[dict[str, Any]]:
    """Send a trial message."""
    community, found = _found(request, slug, channel_id)
    sent = actions.send_trial(actor=request.person, community=community, channel=found)
    return Status(202, _message(sent))


@area.read(ONE + "/messages", Listing[ChannelMessage], scope="desk:read")
def channel_messages(
    request: Caller, slug: SlugPath, channel_id: ChannelPath, paging: Query[Paging]
) -> dict[str, Any]:
    """List what left by a channel."""
    _community, found = _found(request, slug, channel_id)
    page = reach.sendings_of(found, after=paging.after or None, limit=paging.limit)
    return listing(request, page.items, page.next, _message)


@area.write(
    "POST", ONE + "/messages/{message_id}/replay", ChannelMessage, scope="desk:write", status=202
)
def replay_channel_message(
    request: Caller, slug: SlugPath, channel_id: ChannelPath, message_id: MessagePath
) -> Status[dict[str, Any]]:
    """Carry a message once more."""
    community, found = _found(request, slug, channel_id)
    sent = actions.send_again(
        actor=request.person, community=community, sending=reach.sending_of(found, message_id)
    )
    return Status(202, _message(sent))


@area.read(ONE + "/arrivals", Listing[ChannelArrival], scope="desk:read")
def channel_arrivals(
    request: Caller, slug: SlugPath, channel_id: ChannelPath, paging: Query[Paging]
) -> dict[str, Any]:
    """List what came in by a channel."""
    _community, found = _found(request, slug, channel_id)
    page = reach.arrivals_of(found, after=paging.after or None, limit=paging.limit)
    return listing(request, page.items, page.next, _arrival)


@area.write("POST", ONE + "/arrivals/{arrival_id}/let-through", ChannelLetIn, scope="desk:write")
def let_channel_arrival_through(
    request: Caller, slug: SlugPath, channel_id: ChannelPath, arrival_id: MessagePath
) -> dict[str, int]:
    """Let something appear that a program sent and that was refused."""
    community, found = _found(request, slug, channel_id)
    thread = actions.let_in(
        actor=request.person,
        community=community,
        arrival=reach.refused_arrival(found, arrival_id),
    )
    return {"thread": thread.number}


def _found(request: Caller, slug: str, pk: int) -> "tuple[Community, rows.Channel]":
    community = community_of(request, slug)
    return community, queries.get_channel(community, pk, viewer=request.person)


def _slugs(community: "Community") -> dict[int, str]:
    return {space.pk: space.slug for space in carriable_spaces(community)}


def _reach(community: "Community", said: dict[str, Any]) -> dict[str, Any]:
    """Return what a channel reaches, with the ids of spaces for their slugs; InvalidChannel."""
    ids = {slug: pk for pk, slug in _slugs(community).items()}
    reached: dict[str, Any] = {
        name: said[name] for name in ("events", "invitation") if name in said
    }
    if "spaces" in said:
        if unknown := [slug for slug in said["spaces"] if slug not in ids]:
            text = _("There is no space “{space}” here.")
            raise InvalidChannel(fields={"spaces": [text]}, space=unknown[0])
        reached["spaces"] = [ids[slug] for slug in said["spaces"]]
    if said.get("confirmed"):
        reached["confirmed"] = reached.get("spaces", list(ids.values()))
    elif said.get("confirmed") is False and "spaces" in reached:
        reached["confirmed"] = []
    if "space" in said:
        reached["space"] = ids.get(said["space"], 0)
        if said["space"] and not reached["space"]:
            text = _("There is no space “{space}” here.")
            raise InvalidChannel(fields={"space": [text]}, space=said["space"])
    return reached


def _kind(kind: Any) -> dict[str, Any]:
    language = get_language()
    return {
        "name": kind.name,
        "label": pick(kind.label, language),
        "about": pick(kind.help, language),
        "carries": kind.carries,
        "brings": kind.brings,
        "fields": [
            {
                "name": one.name,
                "label": pick(one.label, language),
                "type": one.type,
                "needed": one.needed,
                "secret": one.secret,
            }
            for one in kind.fields
            if not one.made
        ],
        "events": [one.name for one in kind.events],
    }


def _show(found: "rows.Channel", names: dict[int, str]) -> dict[str, Any]:
    fields = reach.kinds_of_channel()[found.kind].fields
    plain = ("id", "kind", "name", "job", "active", "fails", "last_error", "worked_at", "made_at")
    setup = found.setup
    return {
        **{name: getattr(found, name) for name in plain},
        "settings": {one.name: setup[one.name] for one in fields if one.name in setup},
        "events": list(setup.get("events", ())),
        "spaces": [names[pk] for pk in setup.get("spaces", ()) if pk in names],
        "space": names.get(setup.get("space") or 0),
        "invitation": str(setup.get("invitation", "")),
        "measure": _measure(queries.measure_of(found)),
    }


def _measure(measure: Measure) -> dict[str, Any]:
    formula = str(pick(measure.formula, get_language()))
    plain = ("value", "n", "minutes", "days")
    return {**{name: getattr(measure, name) for name in plain}, "formula": formula}


def _arrival(arrival: "rows.ChannelArrival") -> dict[str, Any]:
    plain = ("id", "state", "reason", "title", "text", "link", "at")
    refused = arrival.state == "refused" and bool(arrival.text) and not arrival.person_id
    return {
        **{name: getattr(arrival, name) for name in plain},
        # The words of a person are theirs until they stand where they belong.
        **({"title": "", "text": "", "link": ""} if arrival.person_id else {}),
        "can_appear": refused,
        "thread_id": arrival.thread_id or None,
    }


def _message(sending: "rows.ChannelSending") -> dict[str, Any]:
    plain = ("id", "message_id", "what", "state", "attempts", "last_status", "last_error",
             "happened_at", "next_try_at", "done_at")  # fmt: skip
    return {
        **{name: getattr(sending, name) for name in plain},
        "thread": sending.number or None,
    }
