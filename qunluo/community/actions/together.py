"""Promises of many: founding with a second owner, and pledges for the change that is wanted."""

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from qunluo.community import events
from qunluo.community.actions.grants import grant
from qunluo.community.actions.joining import admit
from qunluo.community.errors import MembersOnly, OfferGone, OfferOwn, PledgeNotOffered
from qunluo.community.models import CofounderOffer, Community, Pledge
from qunluo.community.queries.joining import declared_values
from qunluo.community.queries.membership import membership_of
from qunluo.community.queries.permissions import require_member, require_to_give
from qunluo.kernel.clock import now
from qunluo.kernel.errors import Forbidden, Invalid
from qunluo.kernel.ids import token
from qunluo.kernel.outbox import publish
from qunluo.kernel.text import _
from qunluo.kernel.tx import write_tx

if TYPE_CHECKING:
    from qunluo.people.models import Person

OFFER_LASTS = timedelta(days=14)
MOST_PLEDGED = 100_000


@write_tx
def offer_cofounding(
    *, actor: "Person", community: Community, terms: str, share_percent: int
) -> CofounderOffer:
    """Make a link by which somebody becomes the second owner, on the agreed terms (F15).

    `share_percent` is what the second owner receives of what is ever shared. Valid for 14 days.
    """
    require_to_give(actor, community, "owner")
    terms = " ".join(terms.split())
    fields: dict[str, list[str]] = {}
    if not 10 <= len(terms) <= 400:
        fields["terms"] = [_("Write down what you agreed, in 10 to 400 characters.")]
    if not 0 <= share_percent <= 100:
        fields["share_percent"] = [_("A share is between 0 and 100 percent.")]
    if fields:
        raise Invalid(fields=fields)
    offer = CofounderOffer.objects.create(
        community=community,
        code=token(15),
        offered_by=actor,
        terms=terms,
        share_percent=share_percent,
        offered_at=now(),
        expires_at=now() + OFFER_LASTS,
    )
    publish(
        events.CofounderOffered(
            community_id=community.pk,
            actor_id=actor.pk,
            offer_id=offer.pk,
            share_percent=share_percent,
        )
    )
    return offer


@write_tx
def accept_cofounding(*, actor: "Person", code: str, accepted_rules: int = 0) -> Community:
    """Accept the terms and the rules and become an owner beside the first.

    OfferGone, OfferOwn, RulesNotAccepted.
    """
    offer = CofounderOffer.objects.select_related("community", "offered_by").filter(code=code)
    found = offer.first()
    if found is None or found.offered_by is None:
        raise OfferGone
    if found.offered_by_id == actor.pk:
        raise OfferOwn
    community = found.community
    if membership_of(actor, community) is None:
        admit(
            person=actor,
            community=community,
            via="invitation",
            inviter=found.offered_by,
            actor=actor,
            accepted_rules=accepted_rules,
        )
    try:
        grant(
            actor=found.offered_by,
            community=community,
            person=actor,
            kind="role",
            name="owner",
            source=f"cofounding:{found.pk}",
        )
    except Forbidden:
        raise OfferGone from None
    # Last, because the row is what two who hold the link compete for.
    taken = CofounderOffer.objects.filter(
        pk=found.pk, accepted_at=None, withdrawn_at=None, expires_at__gt=now()
    ).update(accepted_at=now(), accepted_by=actor)
    if not taken:
        raise OfferGone
    publish(
        events.CofounderJoined(
            community_id=community.pk,
            actor_id=actor.pk,
            person_id=actor.pk,
            offer_id=found.pk,
            share_percent=found.share_percent,
        )
    )
    return community


@write_tx
def withdraw_cofounding(*, actor: "Person", offer: CofounderOffer) -> None:
    """Take an offer back before it is accepted; OfferGone."""
    require_to_give(actor, offer.community, "owner")
    taken = CofounderOffer.objects.filter(
        pk=offer.pk, accepted_at=None, withdrawn_at=None
    ).update(withdrawn_at=now())  # fmt: skip
    if not taken:
        raise OfferGone
    publish(
        events.CofounderOfferWithdrawn(
            community_id=offer.community_id, actor_id=actor.pk, offer_id=offer.pk
        )
    )


@write_tx
def pledge(*, actor: "Person", community: Community, action: str, count: int) -> Pledge:
    """Pledge a counted act for the change the community wants; a new pledge replaces the old one.

    `action` is one of the acts that the charter offers. MembersOnly, PledgeNotOffered, Invalid.
    """
    require_member(actor, community)
    offered = declared_values(community).get("change", {})
    if not offered.get("statement") or not offered.get("acts"):
        raise PledgeNotOffered
    fields: dict[str, list[str]] = {}
    if action not in offered["acts"]:
        fields["action"] = [_("Choose one of the offered acts.")]
    if not 1 <= count <= MOST_PLEDGED:
        fields["count"] = [_("Pledge at least one, and not more than you can count.")]
    if fields:
        raise Invalid(fields=fields)
    _withdraw(actor, community)
    try:
        with transaction.atomic():
            made = Pledge.objects.create(
                community=community, person=actor, action=action, count=count, made_at=now()
            )
    except IntegrityError:
        return Pledge.objects.get(community=community, person=actor, withdrawn_at=None)
    publish(
        events.PledgeMade(
            community_id=community.pk,
            actor_id=actor.pk,
            person_id=actor.pk,
            pledge_id=made.pk,
            count=count,
        )
    )
    return made


@write_tx
def withdraw_pledge(*, actor: "Person", community: Community) -> None:
    """Take one's own pledge back; nobody is asked why."""
    if membership_of(actor, community) is None:
        raise MembersOnly
    _withdraw(actor, community)


def _withdraw(actor: "Person", community: Community) -> None:
    for one in Pledge.objects.filter(community=community, person=actor, withdrawn_at=None):
        one.withdrawn_at = now()
        one.save(update_fields=["withdrawn_at"])
        publish(
            events.PledgeWithdrawn(
                community_id=community.pk,
                actor_id=actor.pk,
                person_id=actor.pk,
                pledge_id=one.pk,
            )
        )
