"""A season of the farm in which the member has a share, for the pages that are about one."""

from datetime import timedelta

from qunluo.kernel.clock import now
from qunluo.market import actions
from qunluo.market.models import Shop
from tests.market.share_makers import plan


def sharing(farm, cast):
    """What pages of shares can be about, by name; the campaigns of the farm have its shop."""
    shop = Shop.objects.get(community=farm)
    shop.community = farm
    made = actions.add_product(
        actor=cast.owner, community=farm, title="Vegetables", category="food", gives="share",
        need="Food from close by.", bought="seasonal", used="daily", quality="Tested each year.",
        function=7, emotion=6,
    )  # fmt: skip
    size = actions.save_variant(actor=cast.owner, product=made, price=9_000, counted=False)
    actions.list_product(actor=cast.owner, product=made)
    spot = actions.save_point(actor=cast.owner, shop=shop, name="Mill", address="1 Mill Lane")
    season = actions.start_season(actor=cast.owner, product=made, plan=plan({spot.pk: 9}))
    contract = actions.ask_share(
        actor=cast.member, season=season, variant=size, depot=season.depots.get(), parts=1,
        signed="Member", key="town:share",
    )  # fmt: skip
    delivery = season.deliveries.order_by("day").first()
    assert delivery.cut_off_at > now() + timedelta(days=1)
    return {
        "season_uid": season.uid, "share_uid": contract.uid, "delivery_id": delivery.pk,
    }  # fmt: skip
