"""What came to an account and went from it, and the books as a whole."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import (
    BigIntegerField,
    Case,
    Count,
    F,
    OuterRef,
    Q,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from qunluo.community import queries as communities
from qunluo.kernel.paging import Page, page
from qunluo.ledger.errors import TransferNotFound
from qunluo.ledger.models import Account, Posting, Transfer
from qunluo.ledger.queries.accounts import sees_books
from qunluo.ledger.queries.permissions import VIEW
from qunluo.ledger.rules.legs import Cause
from qunluo.ledger.rules.purposes import Kind, Purpose, kinds, purposes
from qunluo.people.queries import Card, person_card

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from qunluo.community.models import Community
    from qunluo.ledger.queries.accounts import Viewer

CHUNK = 2000


@dataclass(frozen=True)
class Line:
    """One movement on an account, and what lay on it afterwards."""

    transfer: Transfer
    amount: int
    balance: int

    @property
    def kind(self) -> Kind:
        """Return what kind of transfer it was."""
        return kinds()[self.transfer.kind]


@dataclass(frozen=True)
class Totals:
    """What came and went in a stretch of time, and what lay there before and after."""

    before: int
    came: int
    went: int

    @property
    def after(self) -> int:
        """Return what lay there at the end."""
        return self.before + self.came - self.went


@dataclass(frozen=True)
class TrialLine:
    """All accounts of a purpose in a unit, and what they add up to."""

    purpose: Purpose
    label: str
    unit: str
    exponent: int
    accounts: int
    total: int


@dataclass(frozen=True)
class LegView:
    """One leg as a viewer sees it; `person` only where it is theirs, or they keep the books."""

    account: Account
    amount: int
    person: Card | None

    @property
    def purpose(self) -> Purpose:
        """Return what the account is for."""
        return purposes()[self.account.purpose]


@dataclass(frozen=True)
class TransferView:
    """A transfer as a viewer sees it, with its corrections."""

    transfer: Transfer
    legs: list[LegView]
    corrections: list[Transfer]
    keeps_books: bool
    touches_viewer: bool

    @property
    def kind(self) -> Kind:
        """Return what kind of transfer it is."""
        return kinds()[self.transfer.kind]


def statement(account: Account, *, after: str | None = None, limit: int = 50) -> Page[Line]:
    """Return movements of an account, the newest first, each with what lay there afterwards."""
    found = Posting.objects.filter(account=account).select_related("transfer__actor")
    rows = page(found, ["-id"], after, limit)
    if not rows.items:
        return Page([], None)
    older = Posting.objects.filter(account=account, pk__lt=rows.items[-1].pk)
    lines, total = [], older.aggregate(total=Sum("amount"))["total"] or 0
    for posting in reversed(rows.items):
        total += posting.amount
        lines.append(Line(posting.transfer, posting.amount, total))
    return Page(lines[::-1], rows.next)


def whole_statement(
    account: Account, *, since: datetime | None = None, until: datetime | None = None
) -> Iterator[Line]:
    """Yield the movements of an account in a stretch of time, the oldest first."""
    total = _totals(account, since, since).before if since else 0
    found = _between(account, since, until).select_related("transfer__actor").order_by("pk")
    for posting in found.iterator(CHUNK):
        total += posting.amount
        yield Line(posting.transfer, posting.amount, total)


def statement_totals(
    account: Account, *, since: datetime | None = None, until: datetime | None = None
) -> Totals:
    """Return what came and went in a stretch of time, and what lay there before."""
    return _totals(account, since, until)


def trial_balance(
    community: "Community", *, viewer: "Viewer", at: datetime | None = None
) -> list[TrialLine]:
    """Return what the accounts of each purpose add up to, now or as booked by a moment.

    The lines of each unit add up to 0. PermissionMissing.
    """
    communities.require(viewer, community, VIEW)
    return _trial(community.pk, at)


def totals_of(
    community: "Community", purposes: Iterable[str]
) -> tuple[tuple[str, str, str, int], ...]:
    """Return what accounts of some purposes add up to: purpose, label, unit, whole minor units.

    For rooms that answer for these accounts and ask for a permission of their own.
    """
    found = Posting.objects.filter(
        account__community=community, account__purpose__in=list(purposes)
    )
    rows = found.values_list("account__purpose", "account__label", "account__unit__code")
    return tuple(
        rows.annotate(total=Sum("amount")).order_by(
            "account__unit__code", "account__purpose", "account__label"
        )
    )


def booked_for(community: "Community", cause: Cause, account: Account) -> int:
    """Return what an account gained for a cause so far, in whole minor units."""
    found = Posting.objects.filter(
        account=account,
        transfer__community=community,
        transfer__cause_type=cause.type,
        transfer__cause_id=cause.id,
    )
    return found.aggregate(total=Sum("amount"))["total"] or 0


def transfers(
    community: "Community", *, viewer: "Viewer", after: str | None = None, limit: int = 50
) -> Page[TransferView]:
    """Return the transfers of a community, the newest first. PermissionMissing."""
    communities.require(viewer, community, VIEW)
    found = Transfer.objects.filter(community=community).select_related("actor")
    rows = page(found, ["-id"], after, limit)
    legs: dict[UUID, list[Posting]] = {transfer.pk: [] for transfer in rows.items}
    for posting in _legs(Q(transfer__in=rows.items)):
        legs[posting.transfer_id].append(posting)
    return Page([_view(one, legs[one.pk], viewer, books=True) for one in rows.items], rows.next)


def get_transfer(pk: UUID, *, viewer: "Viewer", books: bool = True) -> TransferView:
    """Return a transfer, for who may see the books and for whose account it touched.

    Without `books` it is seen as by the latter alone. TransferNotFound.
    """
    found = Transfer.objects.filter(pk=pk).select_related("community", "actor", "corrects").first()
    if found is None or viewer is None or viewer.pk is None:
        raise TransferNotFound
    legs = _legs(Q(transfer=found))
    books = books and sees_books(viewer, found.community)
    if not books and all(posting.account.person_id != viewer.pk for posting in legs):
        raise TransferNotFound
    later = list(found.corrections.select_related("actor").order_by("number"))
    return _view(found, legs, viewer, books=books, corrections=later)


def booked(transfer: Transfer, number: int | None = None) -> dict[int, int]:
    """Return what a transfer and its corrections, or those to a number, book on each account."""
    later = Q(transfer__corrects=transfer)
    if number is not None:
        later &= Q(transfer__number__lte=number)
    mine = Q(transfer=transfer) | later
    rows = Posting.objects.filter(mine).values_list("account_id").annotate(total=Sum("amount"))
    return dict(rows.order_by())


def find_transfer(community: "Community", key: str) -> Transfer | None:
    """Return the transfer of a key, for the rooms above; doors use get_transfer."""
    return Transfer.objects.filter(community=community, key=key).first()


def _legs(which: Q) -> list[Posting]:
    found = Posting.objects.filter(which).select_related("account__unit")
    return list(found.order_by("transfer", "place"))


def _view(
    transfer: Transfer,
    legs: list[Posting],
    viewer: "Viewer",
    *,
    books: bool,
    corrections: list[Transfer] | None = None,
) -> TransferView:
    asking = viewer.pk if viewer else None
    whose = {leg.account.person_id for leg in legs if books or leg.account.person_id == asking}
    faces = person_card(pk for pk in whose if pk)
    return TransferView(
        transfer=transfer,
        legs=[
            LegView(leg.account, leg.amount, faces.get(leg.account.person_id or 0)) for leg in legs
        ],
        corrections=corrections or [],
        keeps_books=books,
        touches_viewer=any(leg.account.person_id == asking for leg in legs),
    )


def _trial(community_id: int, at: datetime | None) -> list[TrialLine]:
    names = ("purpose", "label", "unit__code", "unit__exponent")
    accounts = Account.objects.filter(community=community_id).order_by()
    # One statement sees one state of the books, so that they add up at any moment.
    if at is None:
        # What has a running balance is not added up again.
        added = Posting.objects.filter(account=OuterRef("pk")).values("account")
        total = added.annotate(total=Sum("amount")).values("total")
        lies = Case(
            When(overdraws=False, then=F("balance__posted")),
            default=Coalesce(Subquery(total), Value(0), output_field=BigIntegerField()),
        )
        found = accounts.annotate(lies=lies).values_list(*names)
        rows = list(found.annotate(n=Count("pk"), total=Sum("lies")))
    else:
        booked = Q(postings__transfer__at__lte=at)
        every = accounts.filter(opened_at__lte=at).values_list(*names)
        rows = list(
            every.annotate(
                n=Count("pk", distinct=True),
                total=Sum("postings__amount", filter=booked, default=0),
            )
        )
    order = list(purposes())
    lines = [TrialLine(purposes()[row[0]], *row[1:]) for row in rows]
    return sorted(lines, key=lambda one: (one.unit, order.index(one.purpose.code), one.label))


def _between(
    account: Account, since: datetime | None, until: datetime | None
) -> "QuerySet[Posting]":
    found = Posting.objects.filter(account=account)
    if since:
        found = found.filter(transfer__at__gte=since)
    return found.filter(transfer__at__lt=until) if until else found


def _totals(account: Account, since: datetime | None, until: datetime | None) -> Totals:
    sums = _between(account, since, until).aggregate(
        came=Sum("amount", filter=Q(amount__gt=0), default=0),
        went=Sum("amount", filter=Q(amount__lt=0), default=0),
    )
    before = 0
    if since:
        earlier = _between(account, None, since)
        before = earlier.aggregate(total=Sum("amount", default=0))["total"]
    return Totals(before, sums["came"], -sums["went"])
