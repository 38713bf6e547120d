"""A tier of the world of the API, sold for a year, that can be tried."""

from qunluo.market import actions
from tests.market.makers import FIT


def a_tier(cast, farm):
    """Return the ids that paths name."""
    plan = actions.add_tier(
        actor=cast.owner, community=farm, name="gold", benefits=["Calls"], trial_days=7
    )
    period = actions.save_tier_period(
        actor=cast.owner, plan=plan, name="A year", price=20_000, months=12
    )
    actions.edit_product(actor=cast.owner, product=plan.product, **{**FIT, "category": "other"})
    actions.list_product(actor=cast.owner, product=plan.product)
    return {"tier_uid": plan.product.uid, "tier_id": period.variant_id}
