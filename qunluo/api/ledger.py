"""The books: what I have in a community, and everything for who keeps them."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from ninja import Query, Status
from pydantic import AfterValidator, BaseModel, Field

from qunluo.api.area import Area
from qunluo.api.caller import Caller, check_scope
from qunluo.api.community import SlugPath, community_of
from qunluo.api.errors import ScopeMissing
from qunluo.api.people import PersonCard, card
from qunluo.api.shapes import Given, Id, Instant, Listing, Paging, Shown, listing
from qunluo.kernel.ids import token
from qunluo.kernel.text import _
from qunluo.ledger import actions, queries
from qunluo.ledger.errors import AccountNotFound
from qunluo.people.queries import get_person

area = Area("ledger", "Books")
LARGEST = 2**53 - 1
Minor = Annotated[int, Field(ge=-LARGEST, le=LARGEST)]


class Account(Shown):
    """An account and what lies on it, in whole minor units."""

    id: int
    purpose: str = Field(description=_("What it is for, such as wallet or sales."))
    label: str = Field(description=_("The provider, for what lies with one."))
    unit: str = Field(description=_("A currency, points, or credit-CNY."))
    exponent: int = Field(description=_("How many decimals an amount has."))
    person_id: int | None
    posted: int
    held: int = Field(description=_("Set aside for something."))
    free: int


class StatementLine(Shown):
    """One movement, and what lay there afterwards."""

    transfer_id: UUID
    kind: str
    memo: str
    amount: int
    balance: int
    at: datetime


class TrialLine(Shown):
    """All accounts of a purpose in a unit; each unit adds up to 0."""

    purpose: str
    label: str
    unit: str
    exponent: int
    accounts: int
    total: int


class TransferLeg(Shown):
    """What came to an account or went from it."""

    account_id: int
    purpose: str
    unit: str
    amount: int
    person: PersonCard | None = Field(description=_("Whose it is, as far as you may know."))


class Transfer(Shown):
    """What moved at once, and why."""

    id: UUID
    kind: str
    memo: str
    at: datetime
    occurred_at: datetime
    cause_type: str
    cause_id: str
    corrects: UUID | None
    legs: list[TransferLeg]
    corrections: list[UUID]


class StatementFilter(Paging):
    """Which account of one's own."""

    unit: str = Field("", max_length=20, description=_("Of this unit; any when left out."))


class TrialFilter(BaseModel):
    """As booked by when."""

    at: Instant | None = None


class PointsWish(Given):
    """Who is given points, how many, and why."""

    person: str = Field(max_length=40, description=_("The handle of a member."))
    points: int = Field(ge=1, le=queries.MOST_POINTS)
    reason: str = Field(max_length=400)


class Should(Given):
    """What an account should have gained, or lost with a minus."""

    account_id: Id
    amount: Minor


def _in_balance(legs: "list[Should]") -> "list[Should]":
    if sum(leg.amount for leg in legs):
        raise ValueError("amounts that add up to 0")
    return legs


class PointsName(Shown):
    """What points are called: in English one and many of them, and in Chinese."""

    one: str
    many: str
    zh: str


class PointsNameWish(Given):
    """What points are to be called."""

    one: str = Field(max_length=queries.NAME_LENGTH)
    many: str = Field(max_length=queries.NAME_LENGTH)
    zh: str = Field(max_length=queries.NAME_LENGTH)


class CorrectionWish(Given):
    """What should have been booked, and why."""

    should: Annotated[list[Should], Field(min_length=2, max_length=50), AfterValidator(_in_balance)]
    reason: str = Field(max_length=400)


class ReversalWish(Given):
    """Why it is undone."""

    reason: str = Field(max_length=400)


@area.read("/communities/{slug}/account", list[Account], scope="communities:read")
def own_accounts(request: Caller, slug: SlugPath) -> list[dict[str, Any]]:
    """List what I have in a community."""
    community = queries.get_books(slug.lower(), viewer=request.person)
    found = queries.accounts_of(request.person, community)
    return [_account(one) for one in found]


@area.read(
    "/communities/{slug}/account/statement", Listing[StatementLine], scope="communities:read"
)
def own_statement(
    request: Caller, slug: SlugPath, wanted: Query[StatementFilter]
) -> dict[str, Any]:
    """List what came to my account and went from it."""
    community = queries.get_books(slug.lower(), viewer=request.person)
    held = queries.accounts_of(request.person, community)
    mine = next((one for one in held if wanted.unit in {"", one.unit}), None)
    if mine is None:
        return listing(request, [], None, _line)
    found = queries.statement(mine.account, after=wanted.after, limit=wanted.limit)
    return listing(request, found.items, found.next, _line)


@area.read("/communities/{slug}/books", list[TrialLine], scope="desk:read")
def trial_balance(
    request: Caller, slug: SlugPath, wanted: Query[TrialFilter]
) -> list[dict[str, Any]]:
    """Draw up the trial balance."""
    community = community_of(request, slug)
    found = queries.trial_balance(community, viewer=request.person, at=wanted.at)
    plain = ("label", "unit", "exponent", "accounts", "total")
    return [
        {"purpose": one.purpose.code, **{name: getattr(one, name) for name in plain}}
        for one in found
    ]


@area.read("/communities/{slug}/books/accounts", list[Account], scope="desk:read")
def book_accounts(request: Caller, slug: SlugPath) -> list[dict[str, Any]]:
    """List the accounts of the community itself."""
    found = queries.community_accounts(community_of(request, slug), viewer=request.person)
    return [_account(one) for one in found]


@area.read("/accounts/{account_id}", Account, scope="communities:read")
def account(request: Caller, account_id: Id) -> dict[str, Any]:
    """Get one account."""
    return _account(_get_account(request, account_id))


@area.read("/accounts/{account_id}/statement", Listing[StatementLine], scope="communities:read")
def statement(request: Caller, account_id: Id, wanted: Query[Paging]) -> dict[str, Any]:
    """List the movements of an account."""
    held = _get_account(request, account_id)
    found = queries.statement(held.account, after=wanted.after, limit=wanted.limit)
    return listing(request, found.items, found.next, _line)


@area.read("/communities/{slug}/transfers", Listing[Transfer], scope="desk:read")
def transfers(request: Caller, slug: SlugPath, wanted: Query[Paging]) -> dict[str, Any]:
    """List what was booked."""
    found = queries.transfers(
        community_of(request, slug),
        viewer=request.person,
        after=wanted.after,
        limit=wanted.limit,
    )
    return listing(request, found.items, found.next, _transfer)


@area.read("/transfers/{transfer_id}", Transfer, scope="communities:read")
def transfer(request: Caller, transfer_id: UUID) -> dict[str, Any]:
    """Get one transfer."""
    books = _reads_desk(request)
    return _transfer(queries.get_transfer(transfer_id, viewer=request.person, books=books))


@area.write("POST", "/communities/{slug}/points", Transfer, scope="desk:write", status=201)
def give_points(request: Caller, slug: SlugPath, wish: PointsWish) -> Status[dict[str, Any]]:
    """Give a member points."""
    community = community_of(request, slug)
    made = actions.give_points(
        actor=request.person,
        community=community,
        person=get_person(handle=wish.person),
        points=wish.points,
        reason=wish.reason,
        key=_key(),
    )
    return _booked(request, made.pk)


@area.read("/communities/{slug}/points/name", PointsName, scope="communities:read")
def points_name(request: Caller, slug: SlugPath) -> dict[str, Any]:
    """Say what points are called."""
    return queries.points_name(community_of(request, slug).pk)._asdict()


@area.write("PUT", "/communities/{slug}/points/name", PointsName, scope="desk:write")
def name_points(request: Caller, slug: SlugPath, wish: PointsNameWish) -> dict[str, Any]:
    """Name the points."""
    community, said = community_of(request, slug), wish.model_dump()
    return actions.name_points(actor=request.person, community=community, **said)._asdict()


@area.write("POST", "/transfers/{transfer_id}/correct", Transfer, scope="desk:write", status=201)
def correct_transfer(
    request: Caller, transfer_id: UUID, wish: CorrectionWish
) -> Status[dict[str, Any]]:
    """Correct a transfer by the difference."""
    found = queries.get_transfer(transfer_id, viewer=request.person)
    legs = {leg.account.pk: leg.account for leg in found.legs}
    if unknown := {leg.account_id for leg in wish.should} - legs.keys():
        for pk in unknown:
            held = queries.get_account(pk, viewer=request.person)
            if held.account.community_id != found.transfer.community_id:
                raise AccountNotFound
            legs[pk] = held.account
    made = actions.correct_by_hand(
        actor=request.person,
        transfer=found.transfer,
        should=[actions.Leg(legs[leg.account_id], leg.amount) for leg in wish.should],
        reason=wish.reason,
        key=_key(),
    )
    return _booked(request, made.pk)


@area.write("POST", "/transfers/{transfer_id}/reverse", Transfer, scope="desk:write", status=201)
def reverse_transfer(
    request: Caller, transfer_id: UUID, wish: ReversalWish
) -> Status[dict[str, Any]]:
    """Undo a transfer."""
    found = queries.get_transfer(transfer_id, viewer=request.person)
    made = actions.reverse_by_hand(
        actor=request.person, transfer=found.transfer, reason=wish.reason, key=_key()
    )
    return _booked(request, made.pk)


def _get_account(request: Caller, pk: int) -> queries.Holding:
    return queries.get_account(pk, viewer=request.person, books=_reads_desk(request))


def _reads_desk(request: Caller) -> bool:
    """Tell whether a token reads more than what is its person's own."""
    try:
        check_scope(request, "desk:read")
    except ScopeMissing:
        return False
    return True


def _booked(request: Caller, pk: UUID) -> Status[dict[str, Any]]:
    return Status(201, _transfer(queries.get_transfer(pk, viewer=request.person)))


def _key() -> str:
    """Return a key of the ledger; that of the request makes sure that it acts once."""
    return f"api:{token()}"


def _account(held: queries.Holding) -> dict[str, Any]:
    one = held.account
    return {
        "id": one.pk,
        "purpose": one.purpose,
        "label": one.label,
        "unit": held.unit,
        "exponent": one.unit.exponent,
        "person_id": one.person_id,
        "posted": held.amounts.posted,
        "held": held.amounts.held,
        "free": held.amounts.free,
    }


def _line(line: queries.Line) -> dict[str, Any]:
    moved = line.transfer
    return {
        "transfer_id": moved.pk,
        "kind": moved.kind,
        "memo": moved.memo,
        "amount": line.amount,
        "balance": line.balance,
        "at": moved.at,
    }


def _transfer(view: queries.TransferView) -> dict[str, Any]:
    moved = view.transfer
    plain = ("id", "kind", "memo", "at", "occurred_at", "cause_type", "cause_id")
    return {
        **{name: getattr(moved, name) for name in plain},
        "corrects": moved.corrects_id,
        "corrections": [one.pk for one in view.corrections],
        "legs": [
            {
                "account_id": leg.account.pk,
                "purpose": leg.account.purpose,
                "unit": leg.account.unit.code,
                "amount": leg.amount,
                "person": card(leg.person) if leg.person else None,
            }
            for leg in view.legs
        ],
    }
