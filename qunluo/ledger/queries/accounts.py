"""Accounts and what lies on them; fetching is permission."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet, Sum

from qunluo.community import queries as communities
from qunluo.community.errors import CommunityNotFound
from qunluo.kernel.clock import now
from qunluo.kernel.prepared import ask, first, padded
from qunluo.ledger.errors import AccountNotFound
from qunluo.ledger.models import Account, Balance, Hold, Posting
from qunluo.ledger.queries.permissions import VIEW
from qunluo.ledger.rules.purposes import Purpose, purposes

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from qunluo.community.models import Community
    from qunluo.people.models import Person

    Viewer = Person | AnonymousUser | None


@dataclass(frozen=True)
class Amounts:
    """What lies on an account; `held` is set aside for something, `free` can be spent."""

    posted: int = 0
    held: int = 0

    @property
    def free(self) -> int:
        """Return what can be spent."""
        return self.posted - self.held


@dataclass(frozen=True)
class Holding:
    """An account and what lies on it."""

    account: Account
    amounts: Amounts

    @property
    def purpose(self) -> Purpose:
        """Return what the account is for."""
        return purposes()[self.account.purpose]

    @property
    def unit(self) -> str:
        """Return the code of its unit."""
        return self.account.unit.code


def balance(account: Account) -> Amounts:
    """Return what lies on an account; a hold whose time is over binds nothing."""
    return balances([account])[account.pk]


def balances(accounts: Iterable[Account]) -> dict[int, Amounts]:
    """Return what lies on accounts, by their ids, in at most three queries."""
    found = {account.pk: Amounts() for account in accounts}
    kept = [account.pk for account in accounts if not account.overdraws]
    added = [account.pk for account in accounts if account.overdraws]
    if kept:
        asked = padded(kept)
        rows = ask("", _posted, asked)
        some = any(held for _pk, _posted, held in rows)
        unbound = dict(ask("", _unbound, asked)) if some else {}
        found |= {pk: Amounts(posted, held - unbound.get(pk, 0)) for pk, posted, held in rows}
    if added:
        sums = Posting.objects.filter(account__in=added).values_list("account")
        totals = sums.annotate(total=Sum("amount")).order_by()
        found |= {pk: Amounts(total) for pk, total in totals}
    return found


def own_account(
    person: "Person", community: "Community", *, unit: str, purpose: str = "wallet"
) -> Account | None:
    """Return an account of a person in a community; None while none is open."""
    found: Account | None = first("", _own, [community.pk, person.pk, unit, purpose])
    return found


def in_wallet(person: "Person", community: "Community", *, unit: str) -> int:
    """Return what somebody can spend of a unit in a community, in one query mostly."""
    rows = ask("", _wallet, [community.pk, person.pk, unit])
    if not rows:
        return 0
    pk, posted, held = rows[0]
    return int(posted - held + (dict(ask("", _unbound, [pk])).get(pk, 0) if held else 0))


def _wallet(given: Sequence[Any]) -> "QuerySet[Balance, Any]":
    community_id, person_id, unit = given
    found = Balance.objects.filter(
        account__community_id=community_id, account__person_id=person_id,
        account__unit__code=unit, account__purpose="wallet",
    )  # fmt: skip
    return found.values_list("pk", "posted", "held")


def _own(given: Sequence[Any]) -> "QuerySet[Account]":
    community_id, person_id, unit, purpose = given
    found = Account.objects.filter(
        community_id=community_id, person_id=person_id, unit__code=unit, purpose=purpose
    )
    return found.select_related("unit", "community", "person").order_by("pk")


def _posted(accounts: Sequence[int]) -> "QuerySet[Balance, Any]":
    return Balance.objects.filter(pk__in=list(accounts)).values_list("pk", "posted", "held")


def _unbound(accounts: Sequence[int]) -> "QuerySet[Hold, Any]":
    over = Hold.objects.filter(
        account__in=list(accounts), state=Hold.State.HELD, expires_at__lte=now()
    )
    return (
        over.values("account")
        .annotate(total=Sum("amount"))
        .order_by()
        .values_list("account", "total")
    )


def accounts_of(person: "Person", community: "Community") -> list[Holding]:
    """Return what a person has in a community."""
    return _holdings(Account.objects.filter(person=person, community=community))


def community_accounts(community: "Community", *, viewer: "Viewer") -> list[Holding]:
    """Return the accounts of a community and of its books, none of persons. PermissionMissing."""
    communities.require(viewer, community, VIEW)
    return _holdings(Account.objects.filter(community=community, person=None))


def get_account(pk: int, *, viewer: "Viewer", books: bool = True) -> Holding:
    """Return an account, for its owner and for who may see the books; without `books` the former.

    AccountNotFound.
    """
    mine = Account.objects.filter(pk=pk).select_related("unit", "community", "person")
    account = mine.first()
    if account is None or viewer is None or viewer.pk is None:
        raise AccountNotFound
    if account.person_id != viewer.pk and not (books and sees_books(viewer, account.community)):
        raise AccountNotFound
    return Holding(account, balance(account))


def get_books(slug: str, *, viewer: "Viewer") -> "Community":
    """Return a community that the viewer may see, or has an account in: who left has theirs still.

    CommunityNotFound.
    """
    try:
        return communities.get_community(slug, viewer)
    except CommunityNotFound:
        if viewer is None or viewer.pk is None:
            raise
        mine = Account.objects.filter(community__slug=slug, person_id=viewer.pk)
        found = mine.select_related("community").first()
        if found is None:
            raise
        return found.community


def sees_books(viewer: "Viewer", community: "Community") -> bool:
    """Tell whether somebody may see the books of a community."""
    return VIEW in communities.permissions_of(viewer, community)


def wallets_matching(
    community: "Community", *, viewer: "Viewer", words: str = "", limit: int = 50
) -> list[Holding]:
    """Return accounts of persons whose name has the words in it. PermissionMissing."""
    communities.require(viewer, community, VIEW)
    found = Account.objects.filter(community=community).exclude(person=None)
    for word in words.split()[:5]:
        found = found.filter(Q(person__name__icontains=word))
    return _holdings(found.order_by("person__name", "pk")[:limit])


def _holdings(found: "Iterable[Account]") -> list[Holding]:
    accounts = list(found.select_related("unit", "person"))  # type: ignore[attr-defined]
    amounts = balances(accounts)
    return [Holding(account, amounts[account.pk]) for account in accounts]
