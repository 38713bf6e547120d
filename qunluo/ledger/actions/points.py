"""Points that a community gives by hand."""

from typing import TYPE_CHECKING

from qunluo.community import queries as communities
from qunluo.kernel.text import _
from qunluo.ledger import errors, events
from qunluo.ledger.actions.accounts import Wanted, ensure_accounts
from qunluo.ledger.actions.booking import Draft, book
from qunluo.ledger.actions.correcting import said_reason
from qunluo.ledger.queries.permissions import GIVE
from qunluo.ledger.rules.legs import MOST_POINTS, Leg, digest, plain
from qunluo.ledger.rules.purposes import POINTS

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
