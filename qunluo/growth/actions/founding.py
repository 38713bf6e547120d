"""The founding-100 list: contact by contact, every outreach written down (F23)."""

from typing import TYPE_CHECKING

from qunluo.community.queries import require
from qunluo.growth import errors, events
from qunluo.growth.actions.invitations import create_invitation
from qunluo.growth.actions.seats import take_seat
from qunluo.growth.models import FoundingContact, Invitation, OutreachEntry
from qunluo.growth.queries.founding import MANAGE
from qunluo.growth.queries.founding import progress as progress_of
from qunluo.growth.rules import founding as rules
from qunluo.kernel.clock import now
from qunluo.kernel.errors import Invalid
from qunluo.kernel.outbox import publish
from qunluo.kernel.text import _
from qunluo.kernel.tx import write_tx

if TYPE_CHECKING:
    from qunluo.community.models import Community, Membership
    from qunluo.people.models import Person

List = FoundingContact.List
Outcome = OutreachEntry.Outcome


@write_tx
def add_contact(
    *,
    actor: "Person",
    community: "Community",
    name: str,
    contact: str = "",
    why: str = "",
    kind: str = List.FOUNDING,
) -> FoundingContact:
    """Put somebody on the list, with why it should be them. Invalid."""
    require(actor, community, MANAGE)
    name, why = " ".join(name.split()), " ".join(why.split())
    fields: dict[str, list[str]] = {}
    if not 1 <= len(name) <= 80:
        fields["name"] = [_("A name has 1 to 80 characters.")]
    if not 1 <= len(why) <= 300:
        fields["why"] = [_("Say in a sentence why it should be them.")]
    if kind not in List.values:
        fields["kind"] = [_("Choose a list.")]
    if fields:
        raise Invalid(fields=fields)
    made = FoundingContact.objects.create(
        community=community,
        list=kind,
        name=name,
        contact=contact.strip()[:120],
        why=why,
        added_by=actor,
        added_at=now(),
    )
    publish(
        events.FoundingContactAdded(
            community_id=community.pk, actor_id=actor.pk, contact_id=made.pk, list=kind
        )
    )
    return made


@write_tx
def edit_contact(
    *, actor: "Person", contact: FoundingContact, name: str, details: str, why: str
) -> FoundingContact:
    """Correct name, contact details or the reason."""
    require(actor, contact.community, MANAGE)
    if not name.strip() or not why.strip():
        raise Invalid(fields={"name": [_("Enter a name and a reason.")]})
    contact.name, contact.contact = name.strip()[:80], details.strip()[:120]
    contact.why = why.strip()[:300]
    contact.save(update_fields=["name", "contact", "why"])
    publish(
        events.FoundingContactCorrected(
            community_id=contact.community_id, actor_id=actor.pk, contact_id=contact.pk
        )
    )
    return contact


@write_tx
def log_outreach(
    *, actor: "Person", contact: FoundingContact, outcome: str, channel: str = "", text: str = ""
) -> OutreachEntry:
    """Write down that somebody reached out, how, and what came of it."""
    require(actor, contact.community, MANAGE)
    if outcome not in Outcome.values:
        raise Invalid(fields={"outcome": [_("Choose what came of it.")]})
    entry = OutreachEntry.objects.create(
        contact=contact,
        by=actor,
        channel=channel.strip()[:40],
        outcome=outcome,
        text=text.strip()[:500],
        at=now(),
    )
    declined = now() if outcome == Outcome.DECLINED else None
    FoundingContact.objects.filter(pk=contact.pk).update(declined_at=declined)
    publish(
        events.OutreachLogged(
            community_id=contact.community_id,
            actor_id=actor.pk,
            contact_id=contact.pk,
            outcome=outcome,
        )
    )
    return entry


@write_tx
def invite_contact(*, actor: "Person", contact: FoundingContact) -> Invitation:
    """Return the personal invitation of a contact; refused when no seat is left."""
    require(actor, contact.community, MANAGE)
    if contact.seat is not None:
        raise errors.AlreadySeated(name=contact.name, seat=contact.seat)
    if not progress_of(contact.community, contact.list).left:
        raise errors.FoundingIsFull(seats=rules.SEATS, next=rules.SEATS + 1)
    for made in contact.invitations.filter(revoked_at=None, used=0, expires_at__gt=now()):
        return made
    made = create_invitation(
        actor=actor,
        community=contact.community,
        note=contact.name,
        kind=Invitation.Kind.FOUNDING,
        channel=contact.list,
        contact=contact,
    )
    publish(
        events.FoundingContactInvited(
            community_id=contact.community_id, actor_id=actor.pk, contact_id=contact.pk
        )
    )
    return made


@write_tx
def seat_member(
    *,
    actor: "Person",
    membership: "Membership",
    kind: str = List.FOUNDING,
    contact: FoundingContact | None = None,
) -> FoundingContact:
    """Give a member a seat by hand; FoundingIsFull for the 101st."""
    require(actor, membership.community, MANAGE)
    return take_seat(membership, contact=contact, actor=actor, kind=kind)


@write_tx
def remove_contact(*, actor: "Person", contact: FoundingContact) -> None:
    """Take somebody off the list; a seat that is taken stays taken."""
    require(actor, contact.community, MANAGE)
    if contact.seat is not None:
        raise errors.AlreadySeated(name=contact.name, seat=contact.seat)
    pk = contact.pk
    contact.delete()
    publish(
        events.FoundingContactRemoved(
            community_id=contact.community_id, actor_id=actor.pk, contact_id=pk
        )
    )
