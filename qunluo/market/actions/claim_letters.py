"""Letters about returns, complaints and invoices: to the buyer, or to who has to act."""

from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from qunluo.community.actions import write_to
from qunluo.community.queries import roles_with, who_holds
from qunluo.kernel.text import pick
from qunluo.ledger.queries import amount_said
from qunluo.market import events, queries
from qunluo.market.rules.permissions import DISPUTES, MANAGE, ORDERS

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.kernel.events import Event
    from qunluo.market.models import Claim, GroupComplaint
    from qunluo.people.models import Person

LETTERS = Path(__file__).parents[1] / "definitions" / "claim_letters.toml"
# To whom a letter about a claim goes: its buyer, or everybody with a permission but the buyer.
TO: dict[type["Event"], tuple[str, str]] = {
    events.ClaimMade: ("claim_made", ORDERS),
    events.ReturnSent: ("return_sent", ORDERS),
    events.ClaimDisputed: ("claim_disputed", DISPUTES),
    events.DisputeDecided: ("dispute_decided", ""),
}


def tell_of_claim(event: "Event") -> None:
    """Write about a claim to its buyer, or to who has to act."""
    claim = queries.find_claim(getattr(event, "claim_id", 0))
    if claim is None:
        return
    if isinstance(event, events.ClaimAnswered):
        letter, permission = f"claim_{event.answer}", ""
    else:
        letter, permission = TO[type(event)]
    if not permission:
        _write_claim(claim, [claim.buyer], letter)
        return
    answered = claim.answered_by_id if permission == DISPUTES else None
    people = _holders(claim.community, permission)
    _write_claim(claim, [p for p in people if p.pk not in {claim.buyer_id, answered}], letter)


def tell_of_group_complaint(event: "Event") -> None:
    """Write to who runs the shop that a public answer is wanted, or that it is overdue."""
    group = queries.find_group_complaint(getattr(event, "group_id", 0))
    if group is None:
        return
    overdue = isinstance(event, events.GroupComplaintOverdue)
    buyers = getattr(event, "buyers", 0)
    for person in _holders(group.community, MANAGE):
        letter = "group_overdue" if overdue else "group_opened"
        _write_group(group, person, letter, buyers=buyers)


def tell_of_remedy(event: events.RemedyGiven) -> None:
    """Write to a buyer what a group complaint gives them."""
    group, order = queries.find_group_complaint(event.group_id), queries.find_order(event.order_id)
    if group is None or order is None:
        return
    language = order.buyer.language
    _write_group(
        group, order.buyer, "group_remedy",
        remedy=pick(queries.remedies()[group.remedy], language),
        amount=amount_said(event.amount, event.unit or order.currency, language),
    )  # fmt: skip


def tell_of_invoice(event: "Event") -> None:
    """Write that an invoice is asked for, is there, or cannot be issued."""
    order = queries.find_order(getattr(event, "order_id", 0))
    invoice = queries.find_invoice(order.pk) if order else None
    if order is None or invoice is None:
        return
    base = f"/c/{order.community.slug}"
    words = {"order": order.uid, "number": invoice.number or "–", "reason": invoice.reason}
    if isinstance(event, events.InvoiceAsked):
        for person in _holders(order.community, ORDERS):
            write_to(
                person.pk, order.community, "invoice_asked", path=f"{base}/desk/invoices/",
                words=words, letters=LETTERS,
            )  # fmt: skip
        return
    issued = isinstance(event, events.InvoiceIssued)
    letter = "invoice_issued" if issued else "invoice_declined"
    path = f"{base}/orders/{order.uid}/"
    write_to(order.buyer_id, order.community, letter, path=path, words=words, letters=LETTERS)


def _holders(community: "Community", permission: str) -> "list[Person]":
    return who_holds(community, roles_with(permission))


def _write_claim(claim: "Claim", people: "Iterable[Person]", letter: str) -> None:
    words = {
        "order": claim.order.uid,
        "day": _day(claim.due_at, claim.community),
        "carrier": claim.carrier,
        "tracking": claim.tracking,
        "decision": claim.decision,
    }
    path = f"/c/{claim.community.slug}/claims/{claim.uid}/"
    for person in people:
        write_to(person.pk, claim.community, letter, path=path, words=words, letters=LETTERS)


def _write_group(group: "GroupComplaint", person: "Person", letter: str, **more: Any) -> None:
    words = {
        "title": group.title,
        "kind": pick(queries.claim_kinds()[group.kind], person.language),
        "day": _day(group.answer_by, group.community),
        **more,
    }
    path = f"/c/{group.community.slug}/shop/complaints/{group.uid}/"
    write_to(person.pk, group.community, letter, path=path, words=words, letters=LETTERS)


def _day(moment: datetime | None, community: "Community") -> "date | str":
    """Return a day by the community's clock."""
    return moment.astimezone(ZoneInfo(community.time_zone)).date() if moment else "–"
