"""Muting and blocking, and taking both back."""

from typing import TYPE_CHECKING

from qunluo.governance.errors import NoDistance
from qunluo.governance.models import Distance
from qunluo.kernel.clock import now
from qunluo.kernel.ratelimit import limit
from qunluo.kernel.tx import write_tx
from qunluo.reach.actions import forget_from

if TYPE_CHECKING:
    from qunluo.people.models import Person

CHANGES_AN_HOUR = 60


def mute(*, actor: "Person", other: "Person") -> Distance:
    """Hear nothing of somebody any more; they do not notice. NoDistance, TooMany."""
    return _keep(actor, other, Distance.Kind.MUTE)


def block(*, actor: "Person", other: "Person") -> Distance:
    """Keep away from each other, both ways; it replaces a mute. NoDistance, TooMany."""
    return _keep(actor, other, Distance.Kind.BLOCK)


@write_tx
def end_distance(*, actor: "Person", other: "Person") -> None:
    """Take one's mute or block back; nothing happens when there is none."""
    Distance.objects.filter(person=actor, other=other).delete()


def _keep(actor: "Person", other: "Person", kind: Distance.Kind) -> Distance:
    if actor.pk == other.pk:
        raise NoDistance
    limit("distance", actor.pk, times=CHANGES_AN_HOUR, seconds=3600)
    return _set(actor, other, kind)


@write_tx
def _set(actor: "Person", other: "Person", kind: Distance.Kind) -> Distance:
    made = Distance.objects.update_or_create(
        person=actor, other=other, defaults={"kind": kind, "set_at": now()}
    )[0]
    forget_from(person=actor, actor_id=other.pk)
    if kind == Distance.Kind.BLOCK:
        forget_from(person=other, actor_id=actor.pk)
    return made
