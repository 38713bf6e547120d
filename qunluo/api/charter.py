"""The charter: the versions that stay, and what changed between them."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import get_language
from ninja import Query, Status
from pydantic import Field

from qunluo.api.area import Area
from qunluo.api.caller import Caller
from qunluo.api.community import PublishNote, SlugPath, community_of
from qunluo.api.people import PersonCard, card
from qunluo.api.shapes import Shown, Version
from qunluo.api.texts import picked
from qunluo.community import actions, queries
from qunluo.kernel.errors import NotFound
from qunluo.kernel.text import _

if TYPE_CHECKING:
    from qunluo.community import models as rows

area = Area("charter", "Charter")


class CharterField(Shown):
    """A filled-in field: its raw value, and the value in words."""

    path: str
    label: str
    value: Any
    said: Any = Field(description=_("A text, a list of texts, or rows by column."))


class CharterSection(Shown):
    """A part or step of a charter, as readers see it."""

    id: str
    title: str
    fields: list[CharterField]


class Charter(Shown):
    """A charter as readers see it: the six parts first, then the rest."""

    number: int = Field(description=_("The version; 0 is a draft."))
    parts: list[CharterSection]
    sections: list[CharterSection]


class CharterVersion(Shown):
    """One published version."""

    number: int
    note: str
    published_at: datetime
    published_by: PersonCard | None


class DiffPiece(Shown):
    """A stretch of text that stayed, went or came."""

    op: str = Field(description=_("same, gone or new."))
    text: str


class CharterChange(Shown):
    """A field that differs between two versions."""

    path: str
    label: str
    kind: str = Field(description=_("added, removed or changed."))
    before: Any
    after: Any
    pieces: list[DiffPiece]


class Between(Shown):
    """Two versions to compare; 0 is the empty charter."""

    older: Version = 0
    newer: Version


@area.read("/communities/{slug}/charter", Charter, scope="communities:read", public=True)
def charter(request: Caller, slug: SlugPath) -> dict[str, Any]:
    """Show the charter that counts."""
    found = queries.public_charter(community_of(request, slug))
    if found is None:
        raise NotFound
    return _charter(found)


@area.read("/communities/{slug}/charter/preview", Charter, scope="communities:read")
def charter_preview(request: Caller, slug: SlugPath) -> dict[str, Any]:
    """Show the draft as readers would see it."""
    return _charter(queries.preview_charter(community_of(request, slug), request.person))


@area.read(
    "/communities/{slug}/charter/versions",
    list[CharterVersion],
    scope="communities:read",
    public=True,
)
def charter_versions(request: Caller, slug: SlugPath) -> list[dict[str, Any]]:
    """List the public history."""
    return [_version(one) for one in queries.charter_versions(community_of(request, slug))]


@area.write(
    "POST",
    "/communities/{slug}/charter/versions",
    CharterVersion,
    scope="communities:write",
    status=201,
)
def publish_charter(request: Caller, slug: SlugPath, said: PublishNote) -> Status[dict[str, Any]]:
    """Publish the draft as the next version."""
    found = community_of(request, slug)
    made = actions.publish_charter(actor=request.person, community=found, note=said.note)
    return Status(201, _version(made))


@area.read(
    "/communities/{slug}/charter/versions/{number}", Charter, scope="communities:read", public=True
)
def charter_version(request: Caller, slug: SlugPath, number: Version) -> dict[str, Any]:
    """Show one version."""
    found = queries.public_charter(community_of(request, slug), number)
    if found is None:
        raise NotFound
    return _charter(found)


@area.read(
    "/communities/{slug}/charter/changes",
    list[CharterChange],
    scope="communities:read",
    public=True,
)
def charter_changes(
    request: Caller, slug: SlugPath, between: Query[Between]
) -> list[dict[str, Any]]:
    """Compare two versions."""
    found = queries.charter_diff(community_of(request, slug), between.older, between.newer)
    labels = {field.path: field.label for field in queries.charter_form().fields()}
    return [
        {
            "path": change.path,
            "label": picked(labels.get(change.path, change.path)),
            "kind": change.kind,
            "before": change.before,
            "after": change.after,
            "pieces": [{"op": piece.op, "text": piece.text} for piece in change.pieces],
        }
        for change in found
    ]


def _version(one: "rows.CharterVersion") -> dict[str, Any]:
    return {
        "number": one.number,
        "note": one.note,
        "published_at": one.published_at,
        "published_by": card(one.published_by) if one.published_by else None,
    }


def _charter(found: queries.PublicCharter) -> dict[str, Any]:
    return {
        "number": found.number,
        "parts": [_section(part) for part in found.parts],
        "sections": [_section(section) for section in found.sections],
    }


def _section(section: queries.Section) -> dict[str, Any]:
    language = get_language() or "en"
    return {
        "id": section.of.id,
        "title": picked(section.of.title),
        "fields": [
            {
                "path": field.path,
                "label": picked(field.label),
                "value": value,
                "said": queries.say_value(field, value, language),
            }
            for field, value in section.fields
        ],
    }
