"""Paying an order: in the way that was chosen, at the provider's, and back."""

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from qunluo.kernel.clock import now
from qunluo.kernel.errors import DomainError
from qunluo.market import actions, queries
from qunluo.market.ports import PayerUnknown
from qunluo.market.queries import CREDIT
from qunluo.web.core.links import url
from qunluo.web.core.requests import PersonRequest, signed_in
from qunluo.web.market.pages import shop_of, show_market
from qunluo.web.market.views.orders import mine

if TYPE_CHECKING:
    from qunluo.market.queries import OrderView

PHONES = ("Mobi", "Android", "iPhone")
INSIDE = "MicroMessenger"  # the browser of WeChat names itself so
ASKED, ASKED_FOR = "who_pays", timedelta(minutes=10)


@require_POST
@signed_in
def pay(request: PersonRequest, slug: str, uid: str) -> HttpResponse:
    """Pay in the way that was chosen."""
    view = mine(request, slug, uid)
    request.session.pop(ASKED, None)  # who went another way before and came back chooses anew
    way, here = request.POST.get("way", "")[:20], redirect("market:order", slug=slug, uid=uid)
    try:
        if way == CREDIT:
            actions.pay_from_credit(actor=request.person, order=view.order)
            return here
        client = _client(request)
        if client == "wechat":
            if _asked_who(request, view, slug, way):
                return redirect("market:go", slug=slug, uid=uid)
            client = "phone"
        return _begin(request, view, way, client)
    except DomainError as error:
        messages.error(request, " ".join(error.say(_)))
        return here


@require_GET
@signed_in
@never_cache
def go(request: PersonRequest, slug: str, uid: str) -> HttpResponse:
    """Lead on to where it is paid; a page, since no form of ours may lead elsewhere."""
    community, shop = shop_of(request, slug)
    view = queries.own_order(uid, person=request.person, community=community)
    asked = request.session.get(ASKED) or {}
    under_way = next((one for one in reversed(view.payments) if one.state == "open"), None)
    where = asked.get("where", "") if asked.get("order") == uid else ""
    if not where and under_way and under_way.way == "redirect":
        where = under_way.value
    if not where or view.state != "placed":
        return redirect("market:order", slug=slug, uid=uid)
    return show_market(request, community, "go.html", {"shop": shop, "view": view, "where": where})


@require_GET
@signed_in
@never_cache
def payer(request: PersonRequest, slug: str, uid: str) -> HttpResponse:
    """Take back who was sent away to be known, once, and begin the payment."""
    view, here = mine(request, slug, uid), redirect("market:order", slug=slug, uid=uid)
    asked = request.session.pop(ASKED, None) or {}
    known = secrets.compare_digest(
        str(asked.get("state", "")).encode(), request.GET.get("state", "").encode()
    )
    try:
        if not asked or not known or asked["order"] != uid or asked["till"] < now().timestamp():
            raise PayerUnknown
        way = asked["way"]
        who = queries.payer_of(view.order.community, way, request.GET.dict())
        return _begin(request, view, way, "wechat", who)
    except DomainError as error:
        messages.error(request, " ".join(error.say(_)))
        return here


def _asked_who(request: PersonRequest, view: "OrderView", slug: str, way: str) -> bool:
    """Remember in the session whom a provider has to name first; whether it has to."""
    order, state = view.order, secrets.token_hex(16)
    back = settings.SITE_URL + url("market:payer", slug=slug, uid=order.uid)
    where = queries.where_to_ask(order.community, way, back=back, state=state)
    if where:
        request.session[ASKED] = {
            "order": order.uid, "way": way, "state": state, "where": where,
            "till": (now() + ASKED_FOR).timestamp(),
        }  # fmt: skip
    return bool(where)


def _begin(
    request: PersonRequest, view: "OrderView", way: str, client: str, who: str = ""
) -> HttpResponse:
    order = view.order
    payment = actions.begin_payment(
        actor=request.person, order=order, provider=way, client=client, payer=who,
        address=get_adapter().get_client_ip(request) or "",
    )  # fmt: skip
    names = {"inside": "market:sandbox", "redirect": "market:go"}
    name = names.get(payment.way, "market:order")
    return redirect(name, slug=order.community.slug, uid=order.uid)


def _client(request: PersonRequest) -> str:
    agent = request.headers.get("User-Agent", "")
    if INSIDE in agent:
        return "wechat"
    return "phone" if any(one in agent for one in PHONES) else "web"
