"""Who takes in money: every folder in providers/payments is one."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, cast

from django.conf import settings
from django.utils.module_loading import import_string

from qunluo.kernel.sealing import Unreadable, unseal
from qunluo.ledger.queries import amount_said
from qunluo.market.errors import MerchantUnreadable, UnknownProvider
from qunluo.market.models import MerchantAccount
from qunluo.market.ports import AskingWhoPays, Merchant, PaymentProvider
from qunluo.market.rules.providers import About, about

if TYPE_CHECKING:
    from qunluo.community.models import Community

SEALED_FOR = "market.merchant"


def known_providers() -> dict[str, About]:
    """Return what is told about each provider that this installation has, by name."""
    return {name: about(Path(folder)) for name, folder in settings.PAYMENT_PROVIDERS.items()}


def provider_of(name: str) -> PaymentProvider:
    """Return who takes in money under a name. UnknownProvider."""
    if name not in settings.PAYMENT_PROVIDERS:
        raise UnknownProvider
    return _provider(name)


@cache
def _provider(name: str) -> PaymentProvider:
    found = import_string(f"qunluo.providers.payments.{name}.provider.Provider")
    return cast("PaymentProvider", found())


def merchant_of(account: MerchantAccount) -> Merchant:
    """Return an account as its provider needs it, its secrets opened. MerchantUnreadable."""
    try:
        secrets = json.loads(unseal(account.secrets, SEALED_FOR)) if account.secrets else {}
    except (Unreadable, ValueError):
        raise MerchantUnreadable from None
    return Merchant(account.provider, account.settings, secrets)


def merchant_id(account: MerchantAccount) -> str:
    """Return what the provider calls a merchant."""
    return provider_of(account.provider).merchant_id(merchant_of(account))


def where_to_ask(community: "Community", provider: str, *, back: str, state: str) -> str:
    """Return where a payer inside the app of a provider goes first; empty where it need not know.

    UnknownProvider, MerchantUnreadable, OutsideOnly.
    """
    found = provider_of(provider)
    if not hasattr(found, "where_to_ask"):
        return ""
    asking = cast("AskingWhoPays", found)
    return asking.where_to_ask(_merchant(community, provider), back, state)


def payer_of(community: "Community", provider: str, told: Mapping[str, str]) -> str:
    """Return who pays, as the provider tells it.

    UnknownProvider, MerchantUnreadable, PayerUnknown, ProviderUnreachable.
    """
    asking = cast("AskingWhoPays", provider_of(provider))
    return asking.payer(_merchant(community, provider), told)


def account_with(community: "Community", provider: str) -> MerchantAccount | None:
    """Return the account of a community that is in use with a provider."""
    mine = MerchantAccount.objects.filter(community=community, provider=provider, active=True)
    return mine.select_related("community").first()


def _merchant(community: "Community", provider: str) -> Merchant:
    account = account_with(community, provider)
    if account is None:
        raise UnknownProvider
    return merchant_of(account)


def takes(provider: str, currency: str) -> bool:
    """Tell whether a provider takes a currency."""
    found = known_providers().get(provider)
    return found is not None and (not found.currencies or currency in found.currencies)


def ways_to_pay(community: "Community", currency: str) -> list[About]:
    """Return the providers by which a shop is paid, in the order in which they were attached."""
    names = MerchantAccount.objects.filter(community=community, active=True).order_by("pk")
    known = known_providers()
    return [
        known[name]
        for name in names.values_list("provider", flat=True)
        if name in known and takes(name, currency)
    ]


def said(amount: int, currency: str) -> dict[str, str]:
    """Return an amount in both languages."""
    return {code: amount_said(amount, currency, code) for code in ("en", "zh")}
