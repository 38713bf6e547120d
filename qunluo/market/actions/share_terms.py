"""The terms of a season, for who subscribes from now on: what was signed stays as it was signed."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from qunluo.kernel.outbox import publish
from qunluo.kernel.text import _
from qunluo.kernel.tx import write_tx
from qunluo.market import errors, events
from qunluo.market.actions.share_seasons import (
    TOO_MANY_DAYS,
    held_season,
    planned_days,
    told,
    write_days,
    wrong_about,
)
from qunluo.market.models import Depot, DepotDay, ShareContract, ShareSeason
from qunluo.market.rules.permissions import MANAGE
from qunluo.market.rules.shares import times_of

if TYPE_CHECKING:
    from qunluo.people.models import Person

DAYS = ("first", "last", "weekdays", "starts", "cutoff_hours")
TURNS = ("holders_at", "waiting_at", "opens_at")
TERMS = (
    *DAYS, "risk", "absences", "skip_gives", "refunds", "instalments", "lead_days", "grace_days",
    "claim_hours", *TURNS,
)  # fmt: skip
SETS = {"weekdays", "instalments"}


@write_tx
def change_terms(*, actor: "Person", season: ShareSeason, terms: Mapping[str, Any]) -> ShareSeason:
    """Say other terms, of those in TERMS; who has signed keeps what they signed.

    The days change only before the first share is asked for. PermissionMissing, InvalidSeason.
    """
    fresh = held_season(actor, season, MANAGE)
    changed = _say(fresh, terms)
    wrong = wrong_about(fresh) | _settled(fresh, changed)
    if wrong:
        raise errors.InvalidSeason(fields=wrong)
    if not changed:
        return fresh
    if set(changed) & set(DAYS):
        _plan_days_anew(fresh)
    fresh.terms += 1
    fresh.save()
    publish(events.SeasonTermsChanged(**told(fresh, actor), changed=changed))
    return fresh


def _say(season: ShareSeason, terms: Mapping[str, Any]) -> list[str]:
    """Set what is other than before; return the names of it."""
    changed = []
    for name in TERMS:
        before = getattr(season, name)
        after = terms.get(name, before)
        after = sorted(set(after)) if name in SETS else after.strip() if name == "risk" else after
        if after is not None and after != before:
            setattr(season, name, after)
            changed.append(name)
    if season.after_id is None:  # nobody comes before others
        season.holders_at = season.waiting_at = season.opens_at
    for name in ("holders", "waiting"):
        if f"{name}_at" in changed:
            setattr(season, f"told_{name}_at", None)
    return changed


def _settled(season: ShareSeason, changed: list[str]) -> dict[str, list[str]]:
    """Return what is wrong about days that somebody relies on, by field."""
    days = [name for name in changed if name in DAYS]
    if not days or not ShareContract.objects.filter(season=season).exists():
        return {}
    return {name: [_("Somebody asked for a share already: its days stay.")] for name in days}


def _plan_days_anew(season: ShareSeason) -> None:
    """Keep the deliveries of days that stay, with what is in them; nobody has a box yet."""
    days = planned_days(season)
    if days is None:
        raise errors.InvalidSeason(fields={"last": [TOO_MANY_DAYS]})
    had = {one.day: one for one in season.deliveries.all()}
    gone = [one for day, one in had.items() if day not in days]
    if any(one.contents or one.note or one.picture for one in gone):
        raise errors.InvalidSeason(
            fields={"last": [_("A box of a day that would go is filled already.")]}
        )
    season.deliveries.filter(pk__in=[one.pk for one in gone]).delete()
    for day in set(days) & set(had):
        times = times_of(day, season.starts, season.cutoff_hours, season.community.time_zone)
        season.deliveries.filter(pk=had[day].pk).update(**times._asdict())
    made = write_days(season, [day for day in days if day not in had])
    for depot in Depot.objects.filter(season=season):
        DepotDay.objects.bulk_create(
            DepotDay(depot=depot, delivery=one, free=depot.capacity) for one in made
        )
