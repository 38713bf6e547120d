"""Opening, arranging and putting away spaces."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError
from django.db.models import Max

from qunluo.community.queries import require
from qunluo.conversation import events
from qunluo.conversation.actions.rooms import begin_chat
from qunluo.conversation.errors import InvalidSpace, SpaceNotFound, SpacePutAway, SpaceSlugTaken
from qunluo.conversation.models import Space
from qunluo.conversation.rules import spaces as rules
from qunluo.conversation.rules.writing import tidy
from qunluo.kernel.clock import now
from qunluo.kernel.ids import short_code
from qunluo.kernel.outbox import publish
from qunluo.kernel.text import pick
from qunluo.kernel.tx import write_tx

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.people.models import Person

MANAGE = "spaces.manage"
EDITABLE = ("name", "purpose", "visibility", "grant_kind", "grant_name", "position",
            "advert_share", "advert_daily")  # fmt: skip


@dataclass(frozen=True)
class Preset:
    """A space that a blueprint asks for; `kind` is its word for the type."""

    slug: str
    name: str
    kind: str


@write_tx
def open_space(
    *,
    actor: "Person",
    community: "Community",
    name: str,
    type: str = "board",
    slug: str = "",
    purpose: str = "",
    visibility: str = "members",
    grant_kind: str = "",
    grant_name: str = "",
) -> Space:
    """Open a space behind those that are there; without a slug one is made.

    InvalidSpace, SpaceSlugTaken, PermissionMissing.
    """
    require(actor, community, MANAGE)
    given = _tidied(
        name=name, type=type, purpose=purpose, visibility=visibility, grant_kind=grant_kind,
        grant_name=grant_name,
    )  # fmt: skip
    given["slug"] = slug.strip().lower() or f"s-{short_code(6).lower()}"
    if wrong := rules.faults(given):
        raise InvalidSpace(fields=wrong)
    return _made(community, actor, **given)


@write_tx
def edit_space(*, actor: "Person", space: Space, **changes: Any) -> Space:
    """Change name, purpose, visibility, grant or position. InvalidSpace, PermissionMissing."""
    require(actor, space.community, MANAGE)
    _refuse_private(space)
    given = _tidied(**{name: changes[name] for name in EDITABLE if name in changes})
    if given.get("visibility", space.visibility) != "grant":
        given |= {"grant_kind": "", "grant_name": ""}
    seen = {name: given.get(name, getattr(space, name)) for name in EDITABLE}
    if wrong := rules.faults(seen):
        raise InvalidSpace(fields=wrong)
    changed = sorted(name for name, value in given.items() if getattr(space, name) != value)
    if not changed:
        return space
    Space.objects.filter(pk=space.pk).update(**{name: given[name] for name in changed})
    space.refresh_from_db(fields=EDITABLE)
    publish(
        events.SpaceChanged(**_about(actor, space), changed=changed, visibility=space.visibility)
    )
    return space


@write_tx
def archive_space(*, actor: "Person", space: Space) -> Space:
    """Put a space away: it is read, not written in. SpacePutAway, PermissionMissing."""
    require(actor, space.community, MANAGE)
    _refuse_private(space)
    if not Space.objects.filter(pk=space.pk, archived_at=None).update(archived_at=now()):
        raise SpacePutAway
    space.refresh_from_db(fields=["archived_at"])
    publish(events.SpaceArchived(**_about(actor, space)))
    return space


@write_tx
def restore_space(*, actor: "Person", space: Space) -> Space:
    """Bring a space back into use; nothing happens to one that is. PermissionMissing."""
    require(actor, space.community, MANAGE)
    _refuse_private(space)
    if Space.objects.filter(pk=space.pk, archived_at__isnull=False).update(archived_at=None):
        publish(events.SpaceRestored(**_about(actor, space)))
    space.refresh_from_db(fields=["archived_at"])
    return space


@write_tx
def furnish(
    *, actor: "Person", community: "Community", presets: Iterable[Preset], language: str
) -> list[Space]:
    """Open the spaces that a new community starts with; one general space when none is named."""
    wanted = [
        {"slug": one.slug, "name": one.name, "type": rules.preset(one.kind), "purpose": ""}
        for one in presets
    ]
    if not wanted:
        wanted = [{key: str(pick(said, language)) for key, said in rules.general().items()}]
    return [_made(community, actor, **one, visibility="members") for one in wanted]


def _made(community: "Community", actor: "Person", **columns: Any) -> Space:
    """Insert the row; the unique index decides between two who want one address."""
    last = Space.objects.filter(community=community).aggregate(last=Max("position"))["last"]
    try:
        with write_tx():
            space = Space.objects.create(
                community=community,
                position=0 if last is None else min(last + 1, 30_000),
                opened_at=now(),
                **columns,
            )
    except IntegrityError:
        raise SpaceSlugTaken(slug=columns["slug"]) from None
    if rules.type_of(space.type).room:
        begin_chat(space, actor)
    publish(
        events.SpaceOpened(
            community_id=community.pk,
            actor_id=actor.pk,
            space_id=space.pk,
            type=space.type,
            visibility=space.visibility,
        )
    )
    return space


def _refuse_private(space: Space) -> None:
    """Let no role arrange what belongs to chosen people, not even one of them: SpaceNotFound."""
    if space.private:
        raise SpaceNotFound


def _about(actor: "Person", space: Space) -> dict[str, Any]:
    return {"community_id": space.community_id, "actor_id": actor.pk, "space_id": space.pk}


def _tidied(**given: Any) -> dict[str, Any]:
    """Return the fields without blank space around, and without a grant where none decides."""
    found = {name: tidy(said) if isinstance(said, str) else said for name, said in given.items()}
    if "visibility" in found and found["visibility"] != "grant":
        found |= {name: "" for name in ("grant_kind", "grant_name") if name in found}
    return found
