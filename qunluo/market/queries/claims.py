"""Returns and complaints, for buyers and for who looks after them; fetching is permission."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, BinaryIO

from django.db.models import Exists, OuterRef, Q, QuerySet

from qunluo.community import queries as communities
from qunluo.kernel import media
from qunluo.kernel.clock import now
from qunluo.kernel.paging import Page, page
from qunluo.kernel.prepared import ask, objects
from qunluo.market.errors import ClaimNotFound
from qunluo.market.models import Claim, ClaimLine, ClaimPicture, Order, OrderLine, Shop
from qunluo.market.queries.orders import standing_of
from qunluo.market.rules.claims import LIVE, span, standing
from qunluo.market.rules.permissions import DISPUTES, ORDERS

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.market.queries.shop import Viewer

State = Claim.State
ENDED = (State.DONE, State.WITHDRAWN, State.LAPSED)


@dataclass(frozen=True)
class ClaimView:
    """A claim with what goes back and its pictures; `state` is how it stands at this moment."""

    claim: Claim
    lines: tuple[ClaimLine, ...]
    pictures: tuple[ClaimPicture, ...]
    state: str

    @property
    def live(self) -> bool:
        """Tell whether somebody still has to do something."""
        return self.state in LIVE


@dataclass(frozen=True)
class AfterSales:
    """What the buyer of an order may still ask for; a moment that is over is None."""

    return_until: datetime | None
    complaint_until: datetime | None
    lines: tuple[tuple[OrderLine, int], ...]  # and how many of each can still go back


def claim_standing(claim: Claim) -> str:
    """Return the state of a claim now: its time counts from the second it is over."""
    offers = bool(claim.offer or claim.replaces)
    return standing(claim.state, claim.due_at, now(), offers=offers)


def live_claims() -> Exists:
    """Return the condition that an order has a claim which is not over."""
    return Exists(Claim.objects.filter(order=OuterRef("pk"), state__in=LIVE))


def return_until(order: Order) -> datetime | None:
    """Return when the time to return an order is over; None before receipt, or once it has ended.

    It is what was promised at receipt, whatever the shop says since.
    """
    if order.state in {Order.State.RECEIVED, Order.State.SETTLED}:
        return order.settle_at
    if standing_of(order) == Order.State.RECEIVED and order.receive_by:
        days = Shop.objects.values_list("return_days", flat=True).get(community=order.community_id)
        return order.receive_by + timedelta(days=days)
    return None


def complaint_until(order: Order) -> datetime | None:
    """Return when complaints about an order are over; None before it is sent, or once ended."""
    states = {Order.State.FULFILLED, Order.State.RECEIVED, Order.State.SETTLED}
    begin = order.received_at or order.receive_by
    if order.state not in states or begin is None:
        return None
    return begin + span("complain")


def returned_before(line: OrderLine) -> QuerySet[ClaimLine]:
    """Return what of a line is on its way back, or went back."""
    gone = [*LIVE, State.DONE]
    return ClaimLine.objects.filter(line=line, claim__state__in=gone)


def return_worth(claim: Claim, order: Order) -> int:
    """Return what is due for what goes back: what was paid for it, less coupons and rebates.

    Parts of a line that go back one after the other come to what the whole of it cost.
    """
    worth = 0
    for one in claim.lines.select_related("line"):
        earlier = ClaimLine.objects.filter(
            line=one.line_id, claim__state=State.DONE, claim__sort=claim.sort
        ).exclude(claim=claim.pk)
        before = sum(earlier.values_list("quantity", flat=True))
        upto = one.line.paid * (before + one.quantity) // one.line.quantity
        worth += upto - one.line.paid * before // one.line.quantity
    return less_rebate(order, worth)


def less_rebate(order: Order, worth: int) -> int:
    """Return what goods of an order cost, less their share of what a campaign paid back."""
    return worth - (order.rebate or 0) * worth // order.goods if order.goods else worth


def after_sales(order: Order) -> AfterSales:
    """Return what the buyer of an order may still ask for."""
    moment = now()
    back, wrong = return_until(order), complaint_until(order)
    back = back if back and back > moment else None
    gone: dict[int, int] = {}
    for pk, number in ask("", _gone, [order.pk]):
        gone[pk] = gone.get(pk, 0) + number
    lines = [
        (line, line.delivered - gone.get(line.pk, 0) if line.returnable else 0)
        for line in objects("", _lines, [order.pk])
    ]
    if not any(number for _line, number in lines):
        back = None
    return AfterSales(back, wrong if wrong and wrong > moment else None, tuple(lines))


def _gone(given: Sequence[int]) -> "QuerySet[ClaimLine, Any]":
    states = [*LIVE, State.DONE]
    found = ClaimLine.objects.filter(claim__order_id=given[0], claim__state__in=states)
    return found.values_list("line", "quantity")


def _lines(given: Sequence[int]) -> QuerySet[OrderLine]:
    found = OrderLine.objects.filter(order_id=given[0])
    return found.select_related("product").order_by("place", "pk")


def claims_of(order: Order) -> list[ClaimView]:
    """Return the claims of an order, the newest first; fetch the order by permission first."""
    if not ask("", _about, [order.pk]):
        return []
    return _view(list(_whole(Claim.objects.filter(order=order)).order_by("-pk")))


def _about(given: Sequence[int]) -> "QuerySet[Claim, Any]":
    return Claim.objects.filter(order_id=given[0]).values_list("pk")[:1]


def get_claim(uid: str, *, viewer: "Viewer", community: "Community | None" = None) -> ClaimView:
    """Return a claim, for its buyer and for who looks after it. ClaimNotFound."""
    if "\0" in uid or viewer is None or viewer.pk is None:
        raise ClaimNotFound
    named = Claim.objects.filter(uid=uid)
    if community is not None:
        named = named.filter(community=community)
    claim = _whole(named).first()
    if claim is None:
        raise ClaimNotFound
    if claim.buyer_id != viewer.pk and not runs_claims(viewer, claim.community):
        raise ClaimNotFound
    return _view([claim])[0]


def runs_claims(viewer: "Viewer", community: "Community") -> bool:
    """Tell whether somebody answers claims of a community, or decides disputes."""
    return bool({ORDERS, DISPUTES} & communities.permissions_of(viewer, community))


def claims(
    community: "Community", *, viewer: "Viewer", todo: str = "", sort: str = "",
    after: str | None = None, limit: int = 50,
) -> Page[ClaimView]:  # fmt: skip
    """Return the claims of a shop, the newest first: by `todo`, or all. PermissionMissing."""
    communities.require(viewer, community, DISPUTES)
    found = Claim.objects.filter(community=community)
    if todo in claim_todo():
        found = found.filter(claim_todo()[todo])
    if sort:
        found = found.filter(sort=sort)
    slice_ = page(_whole(found), ["-id"], after, limit)
    return Page(_view(list(slice_.items)), slice_.next)


def claim_counts(community: "Community", *, viewer: "Viewer") -> dict[str, int]:
    """Return how many claims wait for each thing. PermissionMissing."""
    communities.require(viewer, community, DISPUTES)
    found = Claim.objects.filter(community=community, state__in=LIVE)
    return {name: found.filter(which).count() for name, which in claim_todo().items()}


def claim_todo() -> dict[str, Q]:
    """Return what the desk looks for, as it stands at this moment."""
    moment = now()
    over = Q(due_at__isnull=False, due_at__lte=moment)
    return {
        "answer": Q(state=State.OPEN) & ~over,
        "take": Q(state__in=[State.ACCEPTED, State.SENT]) & ~over,
        "decide": Q(state=State.DISPUTED) | Q(state__in=[State.OPEN, State.SENT]) & over,
        "wait": Q(state__in=[State.OFFERED, State.DECLINED]) & ~over,
        "ended": Q(state__in=ENDED)
        | Q(state__in=[State.OFFERED, State.DECLINED, State.ACCEPTED]) & over,
    }


def get_claim_picture(uid: str, pk: int, *, viewer: "Viewer") -> BinaryIO:
    """Return a picture of a claim, opened for reading. ClaimNotFound."""
    view = get_claim(uid, viewer=viewer)
    found = next((one for one in view.pictures if one.pk == pk), None)
    if found is None:
        raise ClaimNotFound
    return media.open(found.key)


def find_claim(pk: int) -> Claim | None:
    """Return a claim, or None."""
    return _whole(Claim.objects.filter(pk=pk)).first()


def due_claims() -> bool:
    """Tell whether the time of any claim has come."""
    return Claim.objects.filter(state__in=LIVE, due_at__lte=now()).exists()


def _whole(found: QuerySet[Claim]) -> QuerySet[Claim]:
    return found.select_related(
        "community", "order", "buyer", "product", "group", "answered_by", "decided_by", "refund"
    ).prefetch_related("lines__line", "pictures")


def _view(found: Sequence[Claim]) -> list[ClaimView]:
    return [
        ClaimView(one, tuple(one.lines.all()), tuple(one.pictures.all()), claim_standing(one))
        for one in found
    ]
