"""Time in a tier: tried once, given by hand, paused and gone on with, and ended with its money.

The grant holds until its end and no longer; nothing here has to run for that.
"""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError
from django.db.models import F

from qunluo.community import actions as communities
from qunluo.community import queries as members
from qunluo.kernel.clock import now
from qunluo.kernel.outbox import publish
from qunluo.kernel.text import _
from qunluo.kernel.tx import write_tx
from qunluo.market import errors, events, queries
from qunluo.market.actions.one_by_one import one_by_one
from qunluo.market.models import Product, TierPlan, TierTime
from qunluo.market.rules.permissions import MANAGE

if TYPE_CHECKING:
    from qunluo.people.models import Person

REASON, MOST_DAYS = 200, 1_825


def try_tier(*, actor: "Person", plan: TierPlan) -> TierTime:
    """Begin the trial of a tier on sale: once for each person, for nothing; it ends by itself.

    MembersOnly, TierNotFound, NoTrial, JoinFirst for one that lets in.
    """
    fresh = TierPlan.objects.select_related("product", "community").get(pk=plan.pk)
    if fresh.lets_in:
        members.require_entry(actor, fresh.community)
    else:
        members.require_member(actor, fresh.community)
    if fresh.product.state != Product.State.ON_SALE:
        raise errors.TierNotFound
    if not fresh.trial_days or members.had_tier(fresh.community, actor, fresh.name):
        raise errors.NoTrial
    moment = now()
    ends = moment + timedelta(days=fresh.trial_days)
    try:
        with write_tx():
            made = TierTime.objects.create(plan=fresh, person=actor, starts_at=moment, ends_at=ends)
            hold(fresh, actor, ends, "trial")
            publish(
                events.TierTried(
                    community_id=fresh.community_id, actor_id=actor.pk, person_id=actor.pk,
                    product_id=fresh.product_id, tier=fresh.name,
                )
            )  # fmt: skip
    except IntegrityError:  # the database lets each person try once
        raise errors.NoTrial from None
    return made


@write_tx
def give_tier_time(
    *, actor: "Person", plan: TierPlan, person: "Person", days: int, reason: str
) -> TierTime:
    """Add days to what a member holds, by hand and with a reason that everybody at the desk reads.

    PermissionMissing, InvalidTier, GiftRefused, TierWithoutEnd, TierPaused.
    """
    members.require(actor, plan.community, MANAGE)
    if type(days) is not int or not 1 <= days <= MOST_DAYS:
        raise errors.InvalidTier(fields={"days": [_("Give a number from 1 to 1,825.")]})
    if not reason.strip():
        raise errors.InvalidTier(fields={"reason": [_("Please give a reason.")]})
    if person.pk == actor.pk:
        raise errors.GiftRefused(fields={"person": [_("Somebody else has to give it to you.")]})
    if not members.entry_known(person, plan.community):
        raise errors.GiftRefused(fields={"person": [_("This person is not a member.")]})
    communities.lock(plan.community)
    require_running(plan, person)
    start = free_from(plan, person)
    made = TierTime.objects.create(
        plan=plan, person=person, starts_at=start, ends_at=start + timedelta(days=days),
        given_by=actor, reason=reason.replace("\0", "").strip()[:REASON],
    )  # fmt: skip
    hold(plan, person, made.ends_at, "given")
    publish(events.TierGiven(**about(made, actor.pk), days=days))
    return made


@write_tx
def pause_tier(*, actor: "Person", plan: TierPlan) -> TierTime:
    """Let one's time in a tier stand still: what it brings stops, and its end moves away.

    It goes on when asked, and by itself once the days for it are used up. NoPause, TierPaused.
    """
    communities.lock(plan.community)
    require_running(plan, actor)
    one, held = queries.running_time(plan, actor), members.live_tier(
        plan.community, actor, plan.name
    )  # fmt: skip
    until = held.expires_at if held else None
    if one is None or held is None or until is None or not queries.pause_left(one):
        raise errors.NoPause
    one.paused_at, one.held_until = now(), until
    one.save(update_fields=["paused_at", "held_until"])
    communities.end_grant(held, reason="paused", actor_id=actor.pk)
    publish(events.TierPaused(**about(one, actor.pk)))
    return one


@write_tx
def resume_tier(*, actor: "Person | None", plan: TierPlan, person: "Person") -> TierTime:
    """Let a time that stands still go on; who runs the shop and the clock may do it for somebody.

    PermissionMissing, NoPause.
    """
    if actor is not None and actor.pk != person.pk:
        members.require(actor, plan.community, MANAGE)
    communities.lock(plan.community)
    one = queries.paused_time(plan, person)
    if one is None or one.paused_at is None or one.held_until is None:
        raise errors.NoPause
    stood = now() - one.paused_at
    moved = TierTime.objects.filter(
        plan=plan, person=person, ended_at=None, starts_at__gte=one.starts_at
    )
    moved.exclude(pk=one.pk).update(starts_at=F("starts_at") + stood, ends_at=F("ends_at") + stood)
    until = one.held_until + stood
    one.ends_at += stood
    one.paused_seconds += stood // timedelta(seconds=1)
    one.paused_at = one.held_until = None
    one.told = False
    one.save(update_fields=["ends_at", "paused_seconds", "paused_at", "held_until", "told"])
    hold(plan, person, until, "resumed")
    publish(events.TierResumed(**about(one, actor.pk if actor else None), until=until))
    return one


def resume_overdue_tiers(limit: int = 200) -> int:
    """Let go on what has stood still for as long as it may; return how many."""
    return one_by_one(_resume, queries.overdue_pauses(now())[:limit])


def tell_of_tier_ends(limit: int = 200) -> int:
    """Tell whose time in a tier ends soon, once for each end; return how many."""
    return one_by_one(_tell, queries.ending_tiers(now())[:limit])


def require_running(plan: TierPlan, person: "Person") -> None:
    """Refuse to change a time that stands still, or one without an end. Takes no lock.

    TierPaused, TierWithoutEnd.
    """
    if queries.paused_time(plan, person):
        raise errors.TierPaused
    held = members.live_tier(plan.community, person, plan.name)
    if held is not None and held.expires_at is None:
        raise errors.TierWithoutEnd


def free_from(plan: TierPlan, person: "Person") -> datetime:
    """Return from when time that is added counts: the end of what somebody holds, or now."""
    held = members.live_tier(plan.community, person, plan.name)
    return (held.expires_at if held else None) or now()


def hold(plan: TierPlan, person: "Person", until: datetime, source: str) -> None:
    """Let somebody hold a tier until an end, and in where it lets in."""
    held = members.live_tier(plan.community, person, plan.name)
    if held is None or held.expires_at is not None:
        communities.grant(
            actor=None, community=plan.community, person=person, kind=Product.Kind.TIER,
            name=plan.name, source=source, expires_at=until,
        )  # fmt: skip
    if plan.lets_in:
        communities.let_in(person=person, community=plan.community)


def end_time(one: TierTime, reason: str) -> timedelta:
    """Take what is not used of a stretch off the end; what comes later moves up. Return how much.

    The row of the community is held.
    """
    moment = now()
    open_now = TierTime.objects.filter(pk=one.pk, ended_at=None)
    unused = one.ends_at - max(moment, one.starts_at)
    if not open_now.update(ended_at=moment) or unused <= timedelta(0):
        return timedelta(0)
    held = members.live_tier(one.plan.community, one.person, one.plan.name)
    if held is None or held.expires_at is None:
        return unused
    later = TierTime.objects.filter(
        plan=one.plan, person=one.person, starts_at__gte=one.ends_at, ended_at=None
    )
    later.update(starts_at=F("starts_at") - unused, ends_at=F("ends_at") - unused)
    until = held.expires_at - unused
    if until > moment:
        hold(one.plan, one.person, until, held.source)
    else:
        communities.end_grant(held, reason=reason, actor_id=None)
    return unused


def bring_back(one: TierTime) -> None:
    """Give back what was not used of a stretch when it ended; the community's row is held."""
    if one.ended_at is None:
        return
    unused = one.ends_at - max(one.ended_at, one.starts_at)
    used = one.ends_at - one.starts_at - unused
    if unused <= timedelta(0):
        return
    start = free_from(one.plan, one.person)
    one.starts_at, one.ends_at, one.ended_at = start - used, start + unused, None
    one.save(update_fields=["starts_at", "ends_at", "ended_at"])
    hold(one.plan, one.person, one.ends_at, "brought back")


def about(one: TierTime, actor_id: int | None) -> dict[str, Any]:
    """Return the fields that every event of somebody's time has."""
    return {
        "community_id": one.plan.community_id, "actor_id": actor_id, "person_id": one.person_id,
        "product_id": one.plan.product_id, "tier": one.plan.name,
    }  # fmt: skip


def _resume(one: TierTime) -> bool:
    try:
        resume_tier(actor=None, plan=one.plan, person=one.person)
    except errors.NoPause:  # somebody was quicker
        return False
    return True


def _tell(one: TierTime) -> bool:
    with write_tx():
        if not TierTime.objects.filter(pk=one.pk, told=False).update(told=True):
            return False
        publish(events.TierNear(**about(one, None)))
    return True
