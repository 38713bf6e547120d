"""What a campaign shows of itself at first sight: a picture, its price, and the price alone."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from qunluo.market.models import Campaign, CampaignItem, Picture


@dataclass(frozen=True)
class Front:
    """The first thing that a campaign sells; `alone` is what it costs anybody in the shop."""

    title: str
    price: int
    alone: int
    several: bool
    picture: Picture | None

    @property
    def saving(self) -> int:
        """Return how much less it costs together, 0 when nothing."""
        return max(self.alone - self.price, 0)


def fronts(campaigns: Sequence[Campaign]) -> dict[int, Front]:
    """Return the fronts of campaigns that the viewer was given, by their ids; two queries."""
    found: dict[int, CampaignItem] = {}
    several: set[int] = set()
    items = CampaignItem.objects.filter(campaign__in=campaigns).order_by("campaign", "place")
    for item in items.select_related("variant__product"):
        if item.campaign_id in found:
            several.add(item.campaign_id)
        found.setdefault(item.campaign_id, item)
    pictures = first_pictures(one.variant.product_id for one in found.values())
    return {
        pk: Front(
            f"{one.variant.product.title} {one.variant.name}".strip(),
            one.price,
            one.variant.price,
            pk in several,
            pictures.get(one.variant.product_id),
        )
        for pk, one in found.items()
    }


def first_pictures(products: Iterable[int]) -> dict[int, Picture]:
    """Return the first picture of each product that has one, by the product's id; one query."""
    found: dict[int, Picture] = {}
    for picture in Picture.objects.filter(product__in=set(products)).order_by("place", "pk"):
        found.setdefault(picture.product_id, picture)
    return found
