"""Points that a community gives by hand, and what it calls them."""

from typing import TYPE_CHECKING

from qunluo.community import queries as communities
from qunluo.kernel.outbox import publish
from qunluo.kernel.text import _
from qunluo.kernel.tx import write_tx
from qunluo.ledger import errors, events
from qunluo.ledger.actions.accounts import Wanted, ensure_accounts
from qunluo.ledger.actions.booking import Draft, book
from qunluo.ledger.actions.correcting import said_reason
from qunluo.ledger.models import Account, PointsName
from qunluo.ledger.queries.permissions import GIVE, MANAGE
from qunluo.ledger.queries.points import points_name
from qunluo.ledger.rules.legs import MOST_POINTS, Leg, digest, plain
from qunluo.ledger.rules.purposes import NAME_LENGTH, POINTS, Named
from qunluo.reach.actions import News, notify

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.ledger.models import Transfer
    from qunluo.people.models import Person


def give_points(
    *,
    actor: "Person",
    community: "Community",
    person: "Person",
    points: int,
    reason: str,
    key: str,
) -> "Transfer":
    """Give points to a member, with a reason that they read; nobody gives any to themself.

    PermissionMissing, OwnAccount, InvalidEntry, LedgerKeyReused, BadKey.
    """
    communities.require(actor, community, GIVE)
    if person.pk == actor.pk:
        raise errors.OwnAccount
    reason = said_reason(reason)
    if type(points) is not int or not 1 <= points <= MOST_POINTS:
        raise errors.InvalidEntry(fields={"points": [_("Give between 1 and 1,000,000 points.")]})
    if communities.standing(person, community).membership_id is None:
        raise errors.InvalidEntry(fields={"person": [_("Only members are given points.")]})
    wanted = [Wanted("wallet", POINTS, person), Wanted("issued", POINTS)]
    wallet, issued = ensure_accounts(community=community, wanted=wanted)
    legs = [Leg(issued, -points), Leg(wallet, points)]
    return book(
        Draft(
            community_id=community.pk,
            kind="points",
            legs=legs,
            key=key,
            digest=digest("points", plain(legs)),
            actor_id=actor.pk,
            memo=reason,
            tell=lambda draft: events.PointsGiven(
                community_id=community.pk,
                actor_id=actor.pk,
                person_id=person.pk,
                transfer_id=str(draft.id),
                amount=points,
            ),
        )
    )


@write_tx
def name_points(*, actor: "Person", community: "Community", one: str, many: str, zh: str) -> Named:
    """Say what points are called: in English one and many of them, and in Chinese.

    PermissionMissing, InvalidEntry.
    """
    communities.require(actor, community, MANAGE)
    said = Named(*(" ".join(word.replace("\0", "").split()) for word in (one, many, zh)))
    words = said._asdict().items()
    if wrong := [name for name, word in words if not 1 <= len(word) <= NAME_LENGTH]:
        fields = {name: [_("Give a name of at most 20 characters.")] for name in wrong}
        raise errors.InvalidEntry(fields=fields)
    if said != points_name(community.pk):
        PointsName.objects.update_or_create(community=community, defaults=said._asdict())
        publish(events.PointsNamed(community_id=community.pk, actor_id=actor.pk))
    return said


def tell_of_points(event: events.PointsGiven) -> int:
    """Tell somebody that points came to them; return how many heard of it."""
    if event.person_id is None or event.community_id is None:
        return 0
    mine = Account.objects.filter(person_id=event.person_id, community_id=event.community_id)
    wallet = mine.filter(unit__code=POINTS, purpose="wallet").first()
    if wallet is None:
        return 0
    return notify(
        {event.person_id},
        News(
            what="points_given",
            reason="membership",
            key=f"points:{wallet.pk}",
            cause=event.transfer_id,
            community_id=event.community_id,
            actor_id=event.actor_id,
            subject="points",
            subject_id=wallet.pk,
            scopes=(f"community:{event.community_id}",),
            at=event.at,
        ),
    )
