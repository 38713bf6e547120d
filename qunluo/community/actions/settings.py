"""Opening and closing a community's doors, and its settings."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction

from qunluo.community import events
from qunluo.community.actions.charter import new_version
from qunluo.community.actions.founding import checked_slug
from qunluo.community.errors import (
    CommunityClosed,
    SettingsInvalid,
    SlugFixed,
    SlugTaken,
)
from qunluo.community.models import CharterDraft, Community
from qunluo.community.queries.charter import current_charter
from qunluo.community.queries.gates import require_open
from qunluo.community.queries.permissions import require
from qunluo.community.rules import settings as rules
from qunluo.community.rules.gates import pushed_facts
from qunluo.kernel import media
from qunluo.kernel.clock import now
from qunluo.kernel.outbox import publish
from qunluo.kernel.text import _
from qunluo.kernel.tx import write_tx

if TYPE_CHECKING:
    from qunluo.people.models import Person

# What each selection mode asks of the gates; choosing by invitation needs nothing.
ACTS = {"open": "open_joining", "questions": "ask_questions", "vetting": "vet", "fee": "charge_fee"}


@write_tx
def publish_community(*, actor: "Person", community: Community, note: str = "") -> Community:
    """Open the public door, publishing the draft of the charter with it.

    GateClosed lists everything that is still missing. Twice is once.
    """
    require(actor, community, "community.publish")
    _lock(community)
    if community.stage == Community.Stage.PUBLISHED:
        return community
    _not_closed(community)
    require_open(community, "publish")
    version = new_version(actor, community, note) or current_charter(community)
    community.stage = Community.Stage.PUBLISHED
    community.published_at = community.published_at or now()
    community.save(update_fields=["stage", "published_at"])
    publish(
        events.CommunityPublished(
            community_id=community.pk,
            actor_id=actor.pk,
            version=version.number if version else 0,
        )
    )
    return community


@write_tx
def unpublish_community(*, actor: "Person", community: Community) -> Community:
    """Close the public door and stop recruiting; members, charter and history stay."""
    require(actor, community, "community.publish")
    _lock(community)
    if community.stage != Community.Stage.PUBLISHED:
        return community
    if community.recruiting:
        _stop_recruiting(community, actor)
    community.stage = Community.Stage.PRIVATE
    community.save(update_fields=["stage"])
    publish(events.CommunityUnpublished(community_id=community.pk, actor_id=actor.pk))
    return community


@write_tx
def open_recruitment(*, actor: "Person", community: Community) -> Community:
    """Let strangers apply at the door; GateClosed lists the mob risks."""
    require(actor, community, "community.publish")
    _lock(community)
    _not_closed(community)
    if community.recruiting:
        return community
    mode = ACTS.get(community.selection)
    require_open(community, "recruit", *([mode] if mode else []))
    community.recruiting = True
    community.save(update_fields=["recruiting"])
    publish(
        events.RecruitmentOpened(
            community_id=community.pk, actor_id=actor.pk, selection=str(community.selection)
        )
    )
    return community


@write_tx
def close_recruitment(*, actor: "Person", community: Community) -> Community:
    """Stop taking applications at the door; invitations still work."""
    require(actor, community, "community.publish")
    _lock(community)
    if community.recruiting:
        _stop_recruiting(community, actor)
    return community


@write_tx
def set_selection(*, actor: "Person", community: Community, selection: str) -> Community:
    """Choose how newcomers are picked; GateClosed when that way is not possible yet."""
    require(actor, community, "community.publish")
    _lock(community)
    if selection not in Community.Selection.values:
        raise SettingsInvalid(fields={"selection": [_("There is no such way of choosing.")]})
    if selection == community.selection:
        return community
    if selection in ACTS:
        require_open(community, ACTS[selection])
    before, community.selection = str(community.selection), selection
    community.save(update_fields=["selection"])
    publish(
        events.SelectionChanged(
            community_id=community.pk, actor_id=actor.pk, before=before, after=selection
        )
    )
    return community


@write_tx
def update_settings(*, actor: "Person", community: Community, **changes: Any) -> Community:
    """Change name, sentence, slug, language, time_zone or brand_colour.

    SettingsInvalid, SlugInvalid, SlugTaken, SlugFixed.
    """
    require(actor, community, "community.edit")
    _lock(community)
    if wrong := rules.faults(changes):
        raise SettingsInvalid(fields=wrong)
    clean = {name: rules.tidy(name, value) for name, value in changes.items()}
    changed = {name: v for name, v in clean.items() if v != getattr(community, name)}
    if "slug" in changed:
        if community.published_at:
            raise SlugFixed(fields={"slug": [SlugFixed.message]})
        changed["slug"] = checked_slug(changed["slug"])
    if changed:
        _save(community, actor, changed)
    return community


@write_tx
def set_symbol(*, actor: "Person", community: Community, image: bytes | None) -> Community:
    """Set the symbol from a picture, or return to the charter's sign.

    NotAPicture, PictureTooLarge.
    """
    require(actor, community, "community.edit")
    _lock(community)
    old = community.symbol
    values = CharterDraft.objects.values_list("values", flat=True).get(community=community)
    mark = values.get("identity", {}).get("mark", "")
    symbol = mark if image is None else media.store_image(image, "symbol")
    _save(community, actor, {"symbol": symbol})
    if "/" in old:
        media.delete(old)
    return community


@write_tx
def push_fact(*, community: Community, fact: str, value: bool) -> None:
    """Tell a community a fact that its gates read; called by higher rooms."""
    if fact not in pushed_facts():
        raise ValueError(f"The fact {fact!r} is not declared in gates.toml.")
    _lock(community)
    if bool(community.facts.get(fact)) == value:
        return
    community.facts = {**community.facts, fact: value}
    community.save(update_fields=["facts"])
    publish(events.FactPushed(community_id=community.pk, fact=fact, value=value))


def _lock(community: Community) -> None:
    """Take the row and see it as it is now, so that two operators never act on a stale one."""
    Community.objects.select_for_update().only("pk").get(pk=community.pk)
    community.refresh_from_db()


def _not_closed(community: Community) -> None:
    if community.stage == Community.Stage.CLOSED:
        raise CommunityClosed(community=community.name)


def _stop_recruiting(community: Community, actor: "Person") -> None:
    community.recruiting = False
    community.save(update_fields=["recruiting"])
    publish(events.RecruitmentClosed(community_id=community.pk, actor_id=actor.pk))


def _save(community: Community, actor: "Person", changed: Mapping[str, Any]) -> None:
    for name, value in changed.items():
        setattr(community, name, value)
    try:
        with transaction.atomic():
            community.save(update_fields=list(changed))
    except IntegrityError:
        raise SlugTaken(slug=changed.get("slug", ""), free="") from None
    publish(
        events.SettingsChanged(
            community_id=community.pk, actor_id=actor.pk, changed=sorted(changed)
        )
    )
