"""What buyers do after they bought: ask for a return, complain, reply, and withdraw."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from django.db import IntegrityError
from django.db.models import Sum

from qunluo.kernel import media
from qunluo.kernel.clock import now
from qunluo.kernel.ids import short_code
from qunluo.kernel.outbox import publish
from qunluo.kernel.text import _
from qunluo.kernel.tx import write_tx
from qunluo.market import errors, events
from qunluo.market.actions.claim_rows import (
    agree,
    catch_up,
    cleaned,
    held,
    told,
    turn,
    until,
)
from qunluo.market.actions.fulfilling import receive_if_due
from qunluo.market.actions.group_complaints import gather
from qunluo.market.actions.one_by_one import one_by_one
from qunluo.market.actions.order_rows import locked
from qunluo.market.models import Claim, ClaimLine, ClaimPicture, Order, OrderLine, Product
from qunluo.market.queries.claims import complaint_until, return_until, returned_before
from qunluo.market.rules.claims import LIVE, MOST_PICTURES, claim_kinds, claim_wants, complaint_days
from qunluo.market.rules.pricing import MOST_PRICE

if TYPE_CHECKING:
    from qunluo.people.models import Person

State, Sort = Claim.State, Claim.Sort
BATCH, ALT = 100, 200
PART = "refund_part"


@write_tx
def ask_return(
    *,
    actor: "Person",
    order: Order,
    quantities: Mapping[int, int],
    words: str,
    pictures: Sequence[bytes] = (),
    alt: str = "",
) -> Claim:
    """Ask to send back so many of some lines (by their ids), within the days of the shop.

    `alt` says what the pictures show. OrderNotFound, ReturnOver, NotReturnable with the reason
    that was confirmed, InvalidClaim, NotAPicture, PictureTooLarge.
    """
    fresh = _mine(actor, order)
    receive_if_due(fresh)
    words = cleaned(words, "words")
    wanted = {pk: number for pk, number in quantities.items() if number}
    lines = list(fresh.lines.filter(pk__in=wanted))
    if not wanted or len(lines) < len(wanted):
        raise errors.InvalidClaim(fields={"quantities": [_("Choose at least one thing.")]})
    for line in lines:
        if not line.returnable:
            raise errors.NotReturnable(title=line.title, why=line.no_return or "–")
    ends = return_until(fresh)
    if ends is None or ends <= now():
        raise errors.ReturnOver
    for line in lines:
        _require_there(line, wanted[line.pk])
    claim = _begin(fresh, Sort.RETURN, words, [(one, alt) for one in pictures])
    ClaimLine.objects.bulk_create(
        ClaimLine(claim=claim, line=line, quantity=wanted[line.pk]) for line in lines
    )
    return claim


@write_tx
def complain(
    *,
    actor: "Person",
    order: Order,
    product: Product,
    kind: str,
    words: str,
    wants: str,
    amount: int | None = None,
    pictures: Sequence[bytes] = (),
    alt: str = "",
) -> Claim:
    """Say what is wrong with something one bought, and what one wants. M15.

    With enough similar ones it becomes a group complaint at once; `alt` says what the pictures
    show. OrderNotFound, ComplaintOver,
    AlreadyClaimed, InvalidClaim, NotAPicture, PictureTooLarge.
    """
    fresh = _mine(actor, order)
    words = cleaned(words, "words")
    ends = complaint_until(fresh)
    if ends is None or ends <= now():
        raise errors.ComplaintOver(days=complaint_days())
    _check(fresh, product, kind, wants, amount)
    alike = Claim.objects.filter(order=fresh, product=product, sort=Sort.COMPLAINT)
    for earlier in alike.filter(state__in=LIVE, due_at__lte=now()):
        catch_up(fresh, earlier)
    if alike.filter(state__in=LIVE).exists():
        raise errors.AlreadyClaimed
    claim = _begin(
        fresh, Sort.COMPLAINT, words, [(one, alt) for one in pictures],
        product=product, kind=kind, wants=wants, wanted=amount if wants == PART else None,
    )  # fmt: skip
    gather(claim)
    return claim


@write_tx
def add_claim_picture(*, actor: "Person", claim: Claim, data: bytes, alt: str = "") -> ClaimPicture:
    """Add a picture to a claim of one's own while it lives; `alt` says what it shows.

    ClaimNotFound, ClaimMovedOn, InvalidClaim, NotAPicture, PictureTooLarge.
    """
    _order, fresh = _own(actor, claim)
    if fresh.state not in LIVE:
        raise errors.ClaimMovedOn
    if fresh.pictures.count() >= MOST_PICTURES:
        raise errors.InvalidClaim(fields={"pictures": [_("Three pictures at most.")]})
    return _keep(fresh, data, alt)


@write_tx
def send_return(*, actor: "Person", claim: Claim, carrier: str, tracking: str = "") -> Claim:
    """Say by whom and under which number something is on its way back.

    ClaimNotFound, ClaimMovedOn, InvalidClaim.
    """
    order, fresh = _own(actor, claim)
    carrier = cleaned(carrier, "carrier")[:40]
    tracking = cleaned(tracking, "tracking", needed=False)[:60]
    turn(
        fresh, State.SENT, before=[State.ACCEPTED], due=until("arrive"), carrier=carrier,
        tracking=tracking,
    )  # fmt: skip
    publish(events.ReturnSent(**told(order, fresh, actor.pk)))
    return fresh


@write_tx
def accept_offer(*, actor: "Person", claim: Claim) -> Claim:
    """Agree to what the shop offered; money goes back at once. ClaimNotFound, ClaimMovedOn."""
    order, fresh = _own(actor, claim)
    agree(order, fresh, actor_id=actor.pk)
    return fresh


@write_tx
def dispute_claim(*, actor: "Person", claim: Claim, words: str) -> Claim:
    """Not agree to an answer, with a reason, so that somebody else decides.

    ClaimNotFound, ClaimMovedOn, InvalidClaim.
    """
    order, fresh = _own(actor, claim)
    words = cleaned(words, "dispute")
    turn(
        fresh, State.DISPUTED, before=[State.OFFERED, State.DECLINED], dispute=words,
        disputed_at=now(),
    )  # fmt: skip
    publish(events.ClaimDisputed(**told(order, fresh, actor.pk)))
    return fresh


@write_tx
def withdraw_claim(*, actor: "Person", claim: Claim) -> Claim:
    """Not go on with a claim, unless something is on its way back. ClaimNotFound, ClaimMovedOn."""
    order, fresh = _own(actor, claim)
    turn(fresh, State.WITHDRAWN, before=[one for one in LIVE if one != State.SENT])
    publish(events.ClaimEnded(**told(order, fresh, actor.pk), outcome=State.WITHDRAWN))
    return fresh


def turn_due_claims(limit: int = BATCH) -> int:
    """Let time move the claims whose time is over; return how many. Nothing depends on when."""
    due = Claim.objects.filter(state__in=LIVE, due_at__lte=now()).order_by("due_at")
    return one_by_one(_turn_one, due[:limit])


def _turn_one(claim: Claim) -> bool:
    with write_tx():
        order = locked(claim.order_id)
        fresh = Claim.objects.select_for_update().get(pk=claim.pk)
        return catch_up(order, fresh)


def _begin(
    order: Order, sort: str, words: str, pictures: Sequence[tuple[bytes, str]], **more: object
) -> Claim:
    if len(pictures) > MOST_PICTURES:
        raise errors.InvalidClaim(fields={"pictures": [_("Three pictures at most.")]})
    claim = Claim(
        community_id=order.community_id, uid=short_code(10), order=order, buyer_id=order.buyer_id,
        sort=sort, words=words, due_at=until("answer"), made_at=now(), **more,
    )  # fmt: skip
    try:
        claim.save(force_insert=True)
    except IntegrityError:
        raise errors.AlreadyClaimed from None
    for data, alt in pictures:
        _keep(claim, data, alt)
    publish(
        events.ClaimMade(**told(order, claim, order.buyer_id), sort=claim.sort, kind=claim.kind)
    )
    return claim


def _check(order: Order, product: Product, kind: str, wants: str, amount: int | None) -> None:
    wrong: dict[str, list[str]] = {}
    if kind not in claim_kinds():
        wrong["kind"] = [_("Choose one of these.")]
    if wants not in claim_wants():
        wrong["wants"] = [_("Choose one of these.")]
    if wants == PART and (type(amount) is not int or not 1 <= amount <= MOST_PRICE):
        wrong["amount"] = [_("Give an amount.")]
    if not order.lines.filter(product=product).exists():
        wrong["product"] = [_("Choose one of these.")]
    if wrong:
        raise errors.InvalidClaim(fields=wrong)


def _keep(claim: Claim, data: bytes, alt: str = "") -> ClaimPicture:
    key = media.store_image(data, "claim")
    width, height = media.size_of(key)
    alt = " ".join(alt.replace("\0", "").split())[:ALT]
    return ClaimPicture.objects.create(claim=claim, key=key, alt=alt, width=width, height=height)


def _require_there(line: OrderLine, number: int) -> None:
    gone = returned_before(line).aggregate(n=Sum("quantity"))["n"] or 0
    if type(number) is not int or not 1 <= number <= line.delivered - gone:
        raise errors.InvalidClaim(
            fields={"quantities": [_("There are not that many to send back.")]}
        )


def _mine(actor: "Person", order: Order) -> Order:
    fresh = locked(order.pk)
    if fresh.buyer_id != actor.pk:
        raise errors.OrderNotFound
    return fresh


def _own(actor: "Person", claim: Claim) -> tuple[Order, Claim]:
    if claim.buyer_id != actor.pk:
        raise errors.ClaimNotFound
    return held(claim)
