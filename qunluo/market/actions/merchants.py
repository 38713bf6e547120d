"""Attaching accounts with payment providers, and store credit given by hand."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from qunluo.community import queries as communities
from qunluo.kernel.clock import now
from qunluo.kernel.ids import token
from qunluo.kernel.outbox import publish
from qunluo.kernel.sealing import seal
from qunluo.kernel.text import _
from qunluo.kernel.tx import write_tx
from qunluo.ledger import actions as ledger
from qunluo.ledger.actions import Leg, Wanted
from qunluo.ledger.queries import MANAGE as KEEP_BOOKS
from qunluo.market import errors, events, queries
from qunluo.market.models import MerchantAccount, Payment, Shop
from qunluo.market.ports import Merchant
from qunluo.market.rules.payments import credit_unit
from qunluo.market.rules.permissions import MANAGE
from qunluo.market.rules.pricing import MOST_PRICE

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.ledger.models import Transfer
    from qunluo.market.rules.providers import About
    from qunluo.people.models import Person

LONGEST = 8_000


@write_tx
def attach_merchant(
    *, actor: "Person", shop: Shop, provider: str, name: str, given: Mapping[str, str]
) -> MerchantAccount:
    """Attach an account with a provider, or change it; empty secrets stay as they were.

    One by which money came stays what it was: another merchant gets an account of its own.

    PermissionMissing, UnknownProvider, InvalidShop with what is wrong beside its setting.
    """
    communities.require(actor, shop.community, MANAGE)
    about = queries.known_providers().get(provider)
    if about is None or not queries.takes(provider, shop.currency):
        raise errors.UnknownProvider
    mine = MerchantAccount.objects.filter(community=shop.community, provider=provider)
    account = mine.filter(active=True).select_for_update().first()
    wanted = _read(about, given, _known(account) if account else None)
    if account and _stands_for_money(account, wanted):
        MerchantAccount.objects.filter(pk=account.pk).update(active=False)
        account = None
    if account is None:
        account = MerchantAccount(
            community=shop.community, provider=provider, key=token(20), added_at=now()
        )
    account.name, account.settings = name.strip()[:80], dict(wanted.settings)
    secrets = json.dumps(dict(wanted.secrets))
    account.secrets = seal(secrets, queries.SEALED_FOR) if wanted.secrets else ""
    account.save()
    _tell(actor, account)
    return account


@write_tx
def detach_merchant(*, actor: "Person", account: MerchantAccount) -> None:
    """Take no more payments by an account; what is under way still comes in. PermissionMissing."""
    communities.require(actor, account.community, MANAGE)
    if MerchantAccount.objects.filter(pk=account.pk, active=True).update(active=False):
        account.active = False
        _tell(actor, account)


@write_tx
def give_credit(
    *, actor: "Person", community: "Community", person: "Person", amount: int, reason: str,
    key: str,
) -> "Transfer":  # fmt: skip
    """Give somebody store credit, with a reason that they read; nobody gives any to themself.

    PermissionMissing, OwnOrder, InvalidShop, LedgerKeyReused.
    """
    communities.require(actor, community, KEEP_BOOKS)
    if person.pk == actor.pk:
        raise errors.OwnOrder
    wrong: dict[str, list[str]] = {}
    if type(amount) is not int or not 1 <= amount <= MOST_PRICE:
        wrong["amount"] = [_("Give an amount above 0.")]
    if not reason.strip():
        wrong["reason"] = [_("Write something here.")]
    if wrong:
        raise errors.InvalidShop(fields=wrong)
    unit = credit_unit(queries.get_shop(community).currency)
    wallet, issued = ledger.ensure_accounts(
        community=community, wanted=[Wanted("wallet", unit, person), Wanted("issued", unit)]
    )
    done = ledger.post(
        community=community,
        kind="topup",
        legs=[Leg(issued, -amount), Leg(wallet, amount)],
        key=f"credit:{key}",  # never that of an order, which a caller could guess
        actor=actor,
        memo=reason.strip(),
    )
    publish(
        events.CreditGiven(
            community_id=community.pk,
            actor_id=actor.pk,
            person_id=person.pk,
            transfer_id=str(done.pk),
            amount=amount,
        )
    )
    return done


def _read(about: "About", given: Mapping[str, str], known: Merchant | None) -> Merchant:
    """Return an account as it was given, secrets that were left empty as they were. InvalidShop."""
    said: dict[bool, dict[str, str]] = {False: {}, True: {}}
    wrong: dict[str, list[str]] = {}
    for one in about.settings:
        text = str(given.get(one.name, "")).strip()
        if one.secret and not text and known:
            text = known.secrets.get(one.name, "")
        if not text and not one.optional:
            wrong[one.name] = [_("Write something here.")]
        if len(text) > LONGEST:
            wrong[one.name] = [_("This is too long.")]
        said[one.secret][one.name] = text
    found = Merchant(about.name, said[False], said[True])
    wrong = wrong or {k: [v] for k, v in queries.provider_of(about.name).fits(found).items()}
    if wrong:
        raise errors.InvalidShop(fields=wrong)
    return found


def _stands_for_money(account: MerchantAccount, wanted: Merchant) -> bool:
    """Tell whether payments name an account whose merchant would be another."""
    named = queries.provider_of(account.provider).merchant_id
    before = Merchant(account.provider, account.settings)
    moved = named(before) != named(wanted)
    return moved and Payment.objects.filter(merchant=account).exists()


def _known(account: MerchantAccount) -> Merchant:
    """Return an account as it is kept; secrets that cannot be read any more are given anew."""
    try:
        return queries.merchant_of(account)
    except errors.MerchantUnreadable:
        return Merchant(account.provider, account.settings)


def _tell(actor: "Person", account: MerchantAccount) -> None:
    publish(
        events.MerchantAttached(
            community_id=account.community_id,
            actor_id=actor.pk,
            provider=account.provider,
            active=account.active,
        )
    )
