"""What the money of a shop came to, and the bills of its providers."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any

from ninja import Path
from pydantic import Field

from qunluo.api.area import Area
from qunluo.api.caller import Caller
from qunluo.api.community import SlugPath, community_of
from qunluo.api.shapes import Shown
from qunluo.kernel.errors import NotFound
from qunluo.kernel.text import _
from qunluo.market import actions, queries

if TYPE_CHECKING:
    from qunluo.market.models import Bill as BillRow

area = Area("finance", "Orders")
BillPath = Annotated[int, Path(ge=1, le=2**53 - 1)]


class BillFinding(Shown):
    """Something that is not the same on the bill and in the books; amounts in whole minor units."""

    result: str = Field(description="missing_here, missing_there, different, twice")
    kind: str
    ours: str
    theirs: str
    currency: str
    billed: int | None
    booked: int | None


class ProviderBill(Shown):
    """The bill of one day, compared with the books."""

    id: int
    provider: str
    day: date
    matched: int
    differs: int
    findings: list[BillFinding] = Field(description=_("What differs, 200 lines at most."))
    fees: dict[str, int] = Field(description=_("What the provider kept, by currency."))
    checked_at: datetime


class FinanceLine(Shown):
    """What the accounts of a purpose add up to in a unit."""

    purpose: str
    label: str
    unit: str
    total: int


class Royalty(Shown):
    """What is due to whose symbol was carried, in whole minor units."""

    to: str
    symbol: str
    amount: int


class ShopFinance(Shown):
    """The money of a shop within the last days, in whole minor units."""

    days: int
    member_orders: int
    member_amount: int
    public_orders: int
    public_amount: int
    given_back: int
    fee_amount: int = Field(description=_("Of what was sold, the membership fees: tiers."))
    new_amount: int = Field(description=_("Of what was listed at most 30 days before."))
    royalties: list[Royalty]
    lines: list[FinanceLine]
    bills: list[ProviderBill]


@area.read("/communities/{slug}/shop/finance", ShopFinance, scope="selling:read")
def shop_finance(request: Caller, slug: SlugPath) -> dict[str, Any]:
    """Show what the money of a shop came to."""
    told = queries.finance(community_of(request, slug), viewer=request.person)
    return {
        **vars(told.split),
        "days": told.days,
        "given_back": told.given_back,
        "fee_amount": told.fee_amount,
        "new_amount": told.new_amount,
        "royalties": [
            {"to": to, "symbol": symbol, "amount": amount} for to, symbol, amount in told.royalties
        ],
        "lines": [
            {"purpose": purpose, "label": label, "unit": unit, "total": total}
            for purpose, label, unit, total in told.lines
        ],
        "bills": [_shown(one) for one in told.bills],
    }


@area.write(
    "POST", "/communities/{slug}/shop/bills/{bill_id}/check", ProviderBill, scope="selling:write"
)
def check_bill(request: Caller, slug: SlugPath, bill_id: BillPath) -> dict[str, Any]:
    """Compare the bill of a day once more."""
    found = queries.find_bill(community_of(request, slug), bill_id, viewer=request.person)
    if found is None:
        raise NotFound
    return _shown(actions.check_bill(actor=request.person, account=found.merchant, day=found.day))


def _shown(bill: "BillRow") -> dict[str, Any]:
    return {
        "id": bill.pk,
        "provider": bill.merchant.provider,
        "day": bill.day,
        "matched": bill.matched,
        "differs": bill.differs,
        "findings": bill.findings,
        "fees": bill.fees,
        "checked_at": bill.checked_at,
    }
