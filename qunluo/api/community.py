"""Communities: finding, seeing, settings, doors and gates."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from ninja import File, Path, Query, Status
from ninja.files import UploadedFile
from pydantic import Field

from qunluo.api.area import Area, Rate
from qunluo.api.caller import Caller
from qunluo.api.errors import TooLarge
from qunluo.api.shapes import Given, Listing, Paging, Shown, listing
from qunluo.api.texts import picked
from qunluo.community import actions, queries
from qunluo.kernel import media
from qunluo.kernel.paging import page
from qunluo.kernel.text import _

if TYPE_CHECKING:
    from qunluo.community import models as rows
    from qunluo.community.rules import behaviour as declared

area = Area("community", "Communities")
SlugPath = Annotated[str, Path(max_length=40, pattern=r"^[A-Za-z0-9-]+$")]
PICTURES = Rate("picture", 20, 3600)


class CommunityCard(Shown):
    """What every list shows of a community."""

    slug: str
    name: str
    sentence: str
    stage: str = Field(description=_("private, published or closed."))
    member_count: int
    brand_colour: str
    symbol_url: str
    url: str


class Standing(Shown):
    """What the caller is in a community, and what they may do there."""

    member: bool
    roles: list[str]
    permissions: list[str]
    suspended_until: datetime | None


class Community(CommunityCard):
    """A community as the caller may see it."""

    language: str
    time_zone: str
    currency: str
    selection: str = Field(
        description=_("How newcomers are chosen: open, questions, invitation, fee or vetting.")
    )
    recruiting: bool = Field(description=_("Strangers may ask to join at the door."))
    blueprint: str
    modules: list[str]
    founded_at: datetime
    published_at: datetime | None
    mine: Standing


class Belonging(Shown):
    """One of the caller's communities, and what they are in it."""

    community: CommunityCard
    membership_id: int
    number: int
    roles: list[str]
    joined_at: datetime


class SettingsChange(Given):
    """What is to change; whatever is missing or null stays as it is."""

    name: str | None = None
    sentence: str | None = None
    slug: str | None = Field(None, description=_("Changes only until the first publication."))
    language: str | None = Field(None, description=_("zh-hans or en."))
    time_zone: str | None = Field(None, description=_("An IANA name, for example Asia/Shanghai."))
    brand_colour: str | None = Field(None, description=_("Written like #2f6f4f."))


class SelectionChoice(Given):
    """How newcomers are to be chosen."""

    selection: str = Field(description=_("open, questions, invitation, fee or vetting."))


class PublishNote(Given):
    """What to say about a new version."""

    note: str = Field("", max_length=200)


class Closing(Given):
    """Why a community ends, and its name as a brake."""

    name: str = Field(max_length=60, description=_("The name of the community, typed again."))
    reason: str = Field(max_length=400, description=_("Why it ends; every member reads it."))


class GateReason(Shown):
    """Why a gate is closed, and what opens it."""

    text: str
    opens: str
    fix: str = Field(description=_("Where: “step:…” of the guide or “page:…”."))


class Gate(Shown):
    """A gate as it stands."""

    id: str
    title: str
    why: str
    protects: list[str] = Field(description=_("The acts it holds back."))
    applies: bool
    open: bool
    reasons: list[GateReason]


class Role(Shown):
    """A role, and what it allows."""

    name: str
    kind: str
    label: str
    help: str
    given_by: list[str]
    permissions: list[str]


class Item(Shown):
    """A number or a panel of the desk."""

    id: str
    group: str
    label: str
    means: str


class Door(Shown):
    """What a stranger meets at the door."""

    prices: bool
    content: bool
    cart: bool
    joining: str
    offer: str


class Behaviour(Shown):
    """What the charter changes in the software."""

    door: Door
    audience: str
    home: str
    selection: str
    hides_sales: bool
    modules: list[str]
    front: list[str]
    kpis: list[Item]
    panels: list[Item]
    style: list[str]
    checks: list[str]
    notes: list[str]


def community_card(found: "rows.Community") -> dict[str, Any]:
    """Show a community in a list."""
    return {
        "slug": found.slug,
        "name": found.name,
        "sentence": found.sentence,
        "stage": found.stage,
        "member_count": found.member_count,
        "brand_colour": found.brand_colour,
        "symbol_url": media.url(found.symbol) if found.symbol else "",
        "url": f"/c/{found.slug}/",
    }


def community_of(request: Caller, slug: str) -> "rows.Community":
    """Fetch a community, which is permission to see it."""
    return queries.get_community(slug.lower(), request.person)


def show_community(request: Caller, found: "rows.Community") -> dict[str, Any]:
    """Show a community to the caller."""
    own = queries.standing(request.person, found)
    columns = ("language", "time_zone", "currency", "selection", "recruiting", "blueprint",
               "modules", "founded_at", "published_at")  # fmt: skip
    return {
        **community_card(found),
        **{column: getattr(found, column) for column in columns},
        "mine": {
            "member": own.membership_id is not None,
            "roles": sorted(own.roles),
            "permissions": sorted(own.permissions),
            "suspended_until": own.suspended_until,
        },
    }


@area.read("/communities", Listing[CommunityCard], scope="communities:read", public=True)
def communities(request: Caller, paging: Query[Paging]) -> dict[str, Any]:
    """List what the caller may see, the newest first."""
    found = page(
        queries.communities_visible_to(request.person), ["-id"], paging.after, paging.limit
    )
    return listing(request, found.items, found.next, community_card)


@area.read("/me/communities", list[Belonging], scope="communities:read")
def my_communities(request: Caller) -> list[dict[str, Any]]:
    """List the caller's communities."""
    return [
        {
            "community": community_card(one.community),
            "membership_id": one.membership.pk,
            "number": one.membership.number,
            "roles": sorted(one.roles),
            "joined_at": one.membership.joined_at,
        }
        for one in queries.communities_of(request.person)
    ]


@area.read("/communities/{slug}", Community, scope="communities:read", public=True)
def community(request: Caller, slug: SlugPath) -> dict[str, Any]:
    """Show one community."""
    return show_community(request, community_of(request, slug))


@area.write("PATCH", "/communities/{slug}", Community, scope="communities:write")
def change_settings(request: Caller, slug: SlugPath, change: SettingsChange) -> dict[str, Any]:
    """Change the given settings."""
    return show_community(
        request,
        actions.update_settings(
            actor=request.person,
            community=community_of(request, slug),
            **change.model_dump(exclude_none=True),
        ),
    )


@area.write(
    "POST", "/communities/{slug}/symbol", Community, scope="communities:write", rate=PICTURES
)
def set_symbol(request: Caller, slug: SlugPath, image: File[UploadedFile]) -> dict[str, Any]:
    """Take a picture as the symbol."""
    if (image.size or 0) > media.MOST_BYTES:
        raise TooLarge
    found = community_of(request, slug)
    return show_community(
        request, actions.set_symbol(actor=request.person, community=found, image=image.read())
    )


@area.write("DELETE", "/communities/{slug}/symbol", None, scope="communities:write", status=204)
def remove_symbol(request: Caller, slug: SlugPath) -> Status[None]:
    """Take the symbol away."""
    actions.set_symbol(actor=request.person, community=community_of(request, slug), image=None)
    return Status(204, None)


@area.write("POST", "/communities/{slug}/publish", Community, scope="communities:write")
def publish_community(request: Caller, slug: SlugPath, said: PublishNote) -> dict[str, Any]:
    """Open the public door."""
    found = community_of(request, slug)
    return show_community(
        request, actions.publish_community(actor=request.person, community=found, note=said.note)
    )


@area.write("POST", "/communities/{slug}/unpublish", Community, scope="communities:write")
def unpublish_community(request: Caller, slug: SlugPath) -> dict[str, Any]:
    """Close the public door."""
    found = community_of(request, slug)
    return show_community(
        request, actions.unpublish_community(actor=request.person, community=found)
    )


@area.write("POST", "/communities/{slug}/close", Community, scope="communities:write")
def close_community(request: Caller, slug: SlugPath, said: Closing) -> dict[str, Any]:
    """Bring the community to its end."""
    found = community_of(request, slug)
    return show_community(
        request,
        actions.close_community(
            actor=request.person, community=found, name=said.name, reason=said.reason
        ),
    )


@area.write("POST", "/communities/{slug}/reopen", Community, scope="communities:write")
def reopen_community(request: Caller, slug: SlugPath) -> dict[str, Any]:
    """Open a closed community again."""
    found = community_of(request, slug)
    return show_community(request, actions.reopen_community(actor=request.person, community=found))


@area.write("PUT", "/communities/{slug}/recruitment", Community, scope="communities:write")
def open_recruitment(request: Caller, slug: SlugPath) -> dict[str, Any]:
    """Let strangers ask to join."""
    found = community_of(request, slug)
    return show_community(request, actions.open_recruitment(actor=request.person, community=found))


@area.write("DELETE", "/communities/{slug}/recruitment", Community, scope="communities:write")
def close_recruitment(request: Caller, slug: SlugPath) -> dict[str, Any]:
    """Stop letting strangers ask."""
    found = community_of(request, slug)
    return show_community(request, actions.close_recruitment(actor=request.person, community=found))


@area.write("PUT", "/communities/{slug}/selection", Community, scope="communities:write")
def set_selection(request: Caller, slug: SlugPath, choice: SelectionChoice) -> dict[str, Any]:
    """Choose how newcomers are chosen."""
    found = community_of(request, slug)
    return show_community(
        request,
        actions.set_selection(actor=request.person, community=found, selection=choice.selection),
    )


@area.read("/communities/{slug}/gates", list[Gate], scope="communities:read")
def gates(request: Caller, slug: SlugPath) -> list[dict[str, Any]]:
    """Show every gate to who edits the community."""
    found = community_of(request, slug)
    queries.require(request.person, found, "community.edit")
    return [show_gate(state) for state in queries.gates(found)]


def show_gate(state: Any) -> dict[str, Any]:
    """Show a gate in the language of the request."""
    return {
        "id": state.id,
        "title": picked(state.gate.title),
        "why": picked(state.gate.why),
        "protects": list(state.protects),
        "applies": state.applies,
        "open": state.open,
        "reasons": [
            {"text": picked(r.text), "opens": picked(r.opens), "fix": r.fix} for r in state.reasons
        ],
    }


@area.read("/communities/{slug}/behaviour", Behaviour, scope="communities:read", public=True)
def behaviour(request: Caller, slug: SlugPath) -> dict[str, Any]:
    """Show what the charter changes."""
    found = queries.behaviour_of(community_of(request, slug))
    return {
        "door": found.door,
        "audience": found.audience,
        "home": found.home,
        "selection": found.selection,
        "hides_sales": found.hides_sales,
        "modules": list(found.modules),
        "front": list(found.front),
        "kpis": [_item(item) for item in found.kpis],
        "panels": [_item(item) for item in found.panels],
        "style": [picked(words) for words in found.style],
        "checks": [picked(words) for words in found.checks],
        "notes": [picked(note.text) for note in found.notes],
    }


def _item(item: "declared.Item") -> dict[str, str]:
    return {
        "id": item.id,
        "group": item.group,
        "label": picked(item.label),
        "means": picked(item.means),
    }


@area.read("/roles", list[Role], scope="communities:read", public=True)
def roles(request: Caller) -> list[dict[str, Any]]:
    """List the roles that a community knows."""
    return [
        {
            "name": role.name,
            "kind": role.kind,
            "label": picked(role.label),
            "help": picked(role.help),
            "given_by": list(role.given_by),
            "permissions": sorted(role.permissions),
        }
        for role in queries.roles().values()
    ]
