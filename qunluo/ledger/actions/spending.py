"""Moving something out of a wallet as a part of what is written anyway, in few statements."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from django.db.models import F, OuterRef, Subquery

from qunluo.kernel.ids import uuid7
from qunluo.kernel.prepared import first
from qunluo.ledger.actions.accounts import Wanted, ensure_accounts
from qunluo.ledger.actions.booking import Draft, cover, insert
from qunluo.ledger.models import Account, Balance
from qunluo.ledger.rules.legs import Cause, Leg, digest, net, plain
from qunluo.ledger.rules.purposes import purposes

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from qunluo.community.models import Community
    from qunluo.kernel.events import Event
    from qunluo.ledger.models import Transfer
    from qunluo.people.models import Person


def spend(
    *,
    community: "Community",
    actor: "Person",
    unit: str,
    amount: int,
    to: str,
    kind: str,
    key: str,
    cause: Cause,
    also: Sequence["Event"] = (),
) -> "Transfer":
    """Move an amount of one's own wallet to an account of the community; tell `also` with it.

    `to` is its purpose, `amount` more than 0 in whole minor units. Only inside `write_tx`, and only
    under a key that is made there of what was named there: it is not looked for, and the database
    still refuses it a second time. InsufficientFunds, UnknownUnit and all that a posting refuses.
    """
    wallet, aim, free = _held(community, actor, unit, to)
    legs = [Leg(wallet, -amount), Leg(aim, amount)]
    draft = Draft(
        community_id=community.pk,
        kind=kind,
        legs=legs,
        key=key,
        digest=digest("post", kind, plain(legs), cause),
        cause=cause,
        actor_id=actor.pk,
    )
    cover(net(legs), {wallet.pk: free})
    # Named after the lock, so that transfers of an account sort as they counted.
    return insert(replace(draft, id=uuid7()), *also)


def _held(
    community: "Community", person: "Person", unit: str, to: str
) -> tuple[Account, Account, int]:
    """Lock a wallet; return it, the account to which it pays, and what is free on the wallet."""
    given: list[int | str] = [community.pk, person.pk, unit, to]
    held = cast("Balance | None", first("", _wallet, given))
    if held is None or held.aim is None:  # type: ignore[attr-defined]
        ensure_accounts(
            community=community, wanted=[Wanted("wallet", unit, person), Wanted(to, unit)]
        )
        held = cast("Balance", first("", _wallet, given))
    wallet = held.account
    about = purposes()[to]
    aim = Account(
        pk=held.aim,  # type: ignore[attr-defined]
        community_id=community.pk,
        unit=wallet.unit,
        owner=about.owner,
        purpose=to,
        overdraws=about.overdraws,
    )
    return wallet, aim, held.posted - held.held


def _wallet(given: Sequence[int | str]) -> "QuerySet[Balance]":
    community_id, person_id, unit, to = given
    aim = Account.objects.filter(unit=OuterRef("account__unit"), person=None, purpose=to, label="")
    return (
        Balance.objects.filter(
            account__community_id=community_id,
            account__person_id=person_id,
            account__unit__code=unit,
            account__purpose="wallet",
        )
        .select_related("account__unit")
        .annotate(aim=Subquery(aim.values("pk")[:1]))
        .select_for_update(of=("self",))
        .order_by(F("pk"))
    )
