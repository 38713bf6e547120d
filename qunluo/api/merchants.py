"""Accounts with payment providers, whose secrets are never told; and store credit by hand."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from ninja import Path, Status
from pydantic import Field

from qunluo.api.area import Area
from qunluo.api.caller import Caller
from qunluo.api.community import SlugPath, community_of
from qunluo.api.market import LARGEST, managed_shop_of
from qunluo.api.shapes import Given, Shown
from qunluo.api.texts import picked
from qunluo.kernel.ids import token
from qunluo.kernel.text import _
from qunluo.market import actions, queries
from qunluo.people.queries import get_person

if TYPE_CHECKING:
    from qunluo.market import models as rows

area = Area("merchants", "Shop")
ProviderPath = Annotated[str, Path(max_length=20, pattern=r"^[a-z0-9_]+$")]
Secret = Annotated[str, Field(max_length=8_000)]


class ProviderSetting(Shown):
    """One setting of an account with a provider."""

    name: str
    label: str
    help: str
    secret: bool
    optional: bool


class PaymentProvider(Shown):
    """Who can take in money for a shop on this installation."""

    provider: str
    label: str
    about: str
    takes: bool = Field(description=_("It takes the currency of this shop."))
    settings: list[ProviderSetting]


class Merchant(Shown):
    """An account with a payment provider; its secrets are never told."""

    provider: str
    name: str
    active: bool
    settings: dict[str, str]
    notices: str = Field(description=_("Where the provider sends its notices."))
    added_at: datetime


class MerchantWish(Given):
    """An account with a provider; a secret that is left out stays as it was."""

    name: str = Field(max_length=80)
    settings: dict[str, Secret] = Field(max_length=40)


class CreditWish(Given):
    """Who is given store credit, how much, and why."""

    person: str = Field(max_length=40, description=_("The handle of a member."))
    amount: int = Field(ge=1, le=LARGEST)
    reason: str = Field(max_length=400)


@area.read("/communities/{slug}/shop/providers", list[PaymentProvider], scope="selling:read")
def payment_providers(request: Caller, slug: SlugPath) -> list[dict[str, Any]]:
    """List who can take in money."""
    found = managed_shop_of(request, slug)
    return [
        {
            "provider": name,
            "label": picked(about.label),
            "about": picked(about.about),
            "takes": queries.takes(name, found.currency),
            "settings": [
                {
                    "name": one.name,
                    "label": picked(one.label),
                    "help": picked(one.help),
                    "secret": one.secret,
                    "optional": one.optional,
                }
                for one in about.settings
            ],
        }
        for name, about in queries.known_providers().items()
    ]


@area.read("/communities/{slug}/shop/merchants", list[Merchant], scope="selling:read")
def merchants(request: Caller, slug: SlugPath) -> list[dict[str, Any]]:
    """List the accounts by which a shop is paid."""
    community = community_of(request, slug)
    return [_merchant(one) for one in queries.merchants(community, viewer=request.person)]


@area.write("PUT", "/communities/{slug}/shop/merchants/{provider}", Merchant, scope="selling:write")
def attach_merchant(
    request: Caller, slug: SlugPath, provider: ProviderPath, wish: MerchantWish
) -> dict[str, Any]:
    """Attach an account with a payment provider, or change it."""
    found = managed_shop_of(request, slug)
    made = actions.attach_merchant(
        actor=request.person, shop=found, provider=provider, name=wish.name, given=wish.settings
    )
    return _merchant(made)


@area.write(
    "DELETE",
    "/communities/{slug}/shop/merchants/{provider}",
    None,
    scope="selling:write",
    status=204,
)
def detach_merchant(request: Caller, slug: SlugPath, provider: ProviderPath) -> Status[None]:
    """Take no more payments by an account."""
    community = community_of(request, slug)
    account = queries.managed_merchant(community, provider, viewer=request.person)
    actions.detach_merchant(actor=request.person, account=account)
    return Status(204, None)


@area.write("POST", "/communities/{slug}/shop/credit", None, scope="selling:write", status=204)
def give_store_credit(request: Caller, slug: SlugPath, wish: CreditWish) -> Status[None]:
    """Give a member store credit."""
    actions.give_credit(
        actor=request.person,
        community=community_of(request, slug),
        person=get_person(handle=wish.person),
        amount=wish.amount,
        reason=wish.reason,
        key=f"api:{token()}",
    )
    return Status(204, None)


def _merchant(account: "rows.MerchantAccount") -> dict[str, Any]:
    names = ("provider", "name", "active", "settings", "added_at")
    told = {name: getattr(account, name) for name in names}
    return told | {"notices": f"/pay/{account.provider}/{account.key}/"}
