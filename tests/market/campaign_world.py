"""Campaigns of the farm: a chain order in which the member is, a team buy, and one to lead."""

from datetime import timedelta

from qunluo.kernel.clock import now
from qunluo.market import actions
from qunluo.market.actions import Ask, Item, Plan
from qunluo.market.models import Shop
from qunluo.market.rules.wishes import Delivery, Wish


def campaigning(farm, cast):
    """One of each thing that a page of campaigns can be about, by name."""
    shop = actions.set_up_shop(actor=cast.owner, community=farm)
    Shop.objects.filter(pk=shop.pk).update(state="open", audience="everyone")
    shop.refresh_from_db()
    tea = actions.add_product(
        actor=cast.owner, community=farm, title="Tea", category="food", kind="virtual",
        need="Tea for every day.", bought="monthly", used="daily", quality="Tested each year.",
        function=7, emotion=6,
    )  # fmt: skip
    variant = actions.save_variant(actor=cast.owner, product=tea, price=1_000, counted=False)
    actions.list_product(actor=cast.owner, product=tea)
    given = {"actor": cast.owner, "shop": shop}
    chain = actions.start_campaign(**given, plan=_plan("chain", variant))
    team = actions.start_campaign(**given, plan=_plan("team", variant, size=3, window=60))
    offer = actions.start_campaign(**given, plan=_plan("chain", variant), offer=True)
    asked = Ask([Wish(variant.pk, 1)], Delivery("virtual"))
    actions.join_campaign(actor=cast.member, campaign=chain, ask=asked, key="town:chain")
    return {"chain_uid": chain.uid, "team_uid": team.uid, "offer_uid": offer.uid}


def _plan(kind, variant, **said):
    moment = now()
    return Plan(
        kind=kind, title="Tea together", items=[Item(variant.pk, 800, steps=[(10, 700)])],
        starts_at=moment - timedelta(hours=1), ends_at=moment + timedelta(days=1), **said,
    )  # fmt: skip
