"""Inviting customers in batches: a code for each, by e-mail or as links to hand out."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.db.models import F, Q, QuerySet

from qunluo.community.queries import require
from qunluo.growth import events
from qunluo.growth.errors import NobodyToInvite
from qunluo.growth.models import Customer, Invitation, InviteBatch
from qunluo.growth.queries.customers import filtered, reachable, state_conditions
from qunluo.growth.queries.invitations import invitation_url, policy_of
from qunluo.growth.rules import customers as rules
from qunluo.growth.rules.invitations import CODE_LENGTH
from qunluo.kernel.clock import now
from qunluo.kernel.errors import Invalid
from qunluo.kernel.ids import short_code
from qunluo.kernel.outbox import publish
from qunluo.kernel.text import _, pick
from qunluo.kernel.tx import write_tx
from qunluo.reach.actions import send_email

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.people.models import Person

EMAIL, LINK = "email", "link"
TEMPLATE = "growth/mail/invitation"
CHUNK = 500
FRIEND = {"en": "friend", "zh": "朋友"}


@write_tx
def invite_customers(
    *,
    actor: "Person",
    community: "Community",
    filters: Mapping[str, str],
    way: str = EMAIL,
    subject: str = "",
    text: str = "",
    limit: int = 200,
) -> InviteBatch:
    """Invite the customers that the filters leave, those who spent the most first.

    Each gets an invitation of their own, so that they are recognised when they join. By e-mail
    only who has an address, agreed and did not unsubscribe; who is left out is counted with the
    reason. At most `limit` (2,000) at once. NobodyToInvite, Invalid.
    """
    require(actor, community, "customers.import")
    _check(way, subject, text, limit)
    found = filtered(community, actor, filters)
    willing = found.filter(reachable() if way == EMAIL else Q(person=None, unsubscribed_at=None))
    chosen = list(willing.order_by("-amount_minor", "-id")[:limit])
    if not chosen:
        raise NobodyToInvite
    batch = InviteBatch.objects.create(
        community=community,
        by=actor,
        way=way,
        subject=" ".join(subject.split()),
        text=text.strip(),
        filters=dict(filters),
        total=len(chosen),
        left_out=_left_out(found) if way == EMAIL else {},
        made_at=now(),
    )
    codes = _codes(actor, batch, chosen)
    _mark_invited(community, chosen)
    if way == EMAIL:
        for customer in chosen:
            _write(batch, customer, codes[customer.pk])
        InviteBatch.objects.filter(pk=batch.pk).update(sent=len(chosen), finished_at=now())
        batch.refresh_from_db()
    publish(
        events.CustomersInvited(
            community_id=community.pk,
            actor_id=actor.pk,
            batch_id=batch.pk,
            way=way,
            total=len(chosen),
        )
    )
    return batch


@write_tx
def invite_customer(*, actor: "Person", customer: Customer) -> Invitation:
    """Return the personal invitation of one customer, made now if there is none."""
    require(actor, customer.community, "customers.view")
    batch = None
    _codes(actor, batch, [customer], community=customer.community)
    _mark_invited(customer.community, [customer])
    publish(
        events.CustomerInvited(
            community_id=customer.community_id, actor_id=actor.pk, customer_id=customer.pk
        )
    )
    return Invitation.objects.get(customer=customer, revoked_at=None)


def _check(way: str, subject: str, text: str, limit: int) -> None:
    fields: dict[str, list[str]] = {}
    if way not in (EMAIL, LINK):
        fields["way"] = [_("Choose e-mail or links.")]
    if way == EMAIL and not 2 <= len(subject.strip()) <= 120:
        fields["subject"] = [_("A subject has 2 to 120 characters.")]
    if way == EMAIL and not 10 <= len(text.strip()) <= 5_000:
        fields["text"] = [_("Write at least a sentence: who you are and why you write.")]
    if not 1 <= limit <= rules.BATCH_LIMIT:
        fields["limit"] = [_("Between 1 and {most} at once.")]
    if fields:
        raise Invalid(fields=fields, most=rules.BATCH_LIMIT)


def _left_out(customers: "QuerySet[Customer]") -> dict[str, int]:
    """Return how many of the selection are not written to, and why; each counts once."""
    outside = customers.filter(person=None)
    silent = Q(unsubscribed_at__isnull=False)
    agreed = Q(consent=Customer.Consent.GIVEN)
    counts = {
        "member": customers.exclude(person=None).count(),
        "unsubscribed": outside.filter(silent).count(),
        "no_email": outside.exclude(silent).filter(email="").count(),
        "no_consent": outside.exclude(silent).exclude(email="").exclude(agreed).count(),
    }
    return {reason: count for reason, count in counts.items() if count}


def _codes(
    actor: "Person",
    batch: InviteBatch | None,
    chosen: list[Customer],
    community: "Community | None" = None,
) -> dict[int, str]:
    """Return the code of every customer; who was invited before keeps theirs, extended."""
    home = batch.community if batch else community
    assert home is not None  # noqa: S101 -- one of the two is given
    moment = now()
    expires = policy_of(home).expiry(moment)
    codes: dict[int, str] = {}
    for start in range(0, len(chosen), CHUNK):
        ids = [customer.pk for customer in chosen[start : start + CHUNK]]
        live = Invitation.objects.filter(customer__in=ids, revoked_at=None)
        live.update(expires_at=expires, batch=batch)
        known = dict(live.values_list("customer_id", "code"))
        made = [
            Invitation(
                community=home,
                code=short_code(CODE_LENGTH + 2),
                kind=Invitation.Kind.CUSTOMER,
                inviter_id=customer.host_id or actor.pk,
                channel=batch.way if batch else LINK,
                customer=customer,
                batch=batch,
                made_at=moment,
                expires_at=expires,
            )
            for customer in chosen[start : start + CHUNK]
            if customer.pk not in known
        ]
        Invitation.objects.bulk_create(made)
        codes |= known | {row.customer_id: row.code for row in made if row.customer_id}
    return codes


def _mark_invited(community: "Community", chosen: list[Customer]) -> None:
    dormant = state_conditions(community)[rules.DORMANT]
    moment = now()
    for start in range(0, len(chosen), CHUNK):
        ids = [customer.pk for customer in chosen[start : start + CHUNK]]
        rows = Customer.objects.filter(pk__in=ids)
        rows.filter(dormant).update(dormant_when_invited=True)
        rows.update(invited_at=moment, invites_sent=F("invites_sent") + 1)


def _write(batch: InviteBatch, customer: Customer, code: str) -> None:
    community = batch.community
    url = invitation_url(Invitation(code=code))
    send_email(
        to=customer.email,
        template=TEMPLATE,
        context={
            "subject": batch.subject,
            "text": batch.text.replace("{name}", customer.name or pick(FRIEND, community.language)),
            "url": url,
            "community": community.name,
            "sentence": community.sentence,
            "inviter": batch.by.name if batch.by else community.name,
            "colour": community.brand_colour,
            "consent_source": customer.consent_source,
        },
        language=community.language,
        community_id=community.pk,
        kind="invitation",
    )
