"""Services as people meet them: a time chosen, paid, given, and said to have been good."""

import re
from datetime import timedelta
from types import SimpleNamespace

import pytest

from qunluo.kernel.clock import now
from qunluo.market.models import Booking, Shop
from tests.conversation import makers
from tests.market.booking_makers import service
from tests.stories.test_market import town
from tests.stories.test_tiers import pay
from tests.stories.ways import DJANGO, Walker


@pytest.mark.req("T09")
def test_a_time_is_booked_by_one_given_and_confirmed(visit, well_made, way):
    language, size = way
    farm = town(language)
    Shop.objects.filter(pk=farm.shop.pk).update(state="open", audience="everyone")
    here = SimpleNamespace(community=farm, shop=farm.shop, owner=farm.owner)
    coach = makers.member(farm, "江老师", language=DJANGO[language])
    plan = service(here, staff=coach)

    def at(path, who):
        return Walker(visit(path, language=language, size=size, person=who), language)

    book = f"/c/{farm.slug}/shop/p/{plan.product.uid}/book/"
    mei = at(book, farm.mei)
    well_made(mei.page)
    slot = mei.page.locator("input[name=slot]").first
    value = slot.get_attribute("value")
    slot.check(force=True)
    mei.press("Go on to pay").arrives(re.compile(r"/orders/\w+/$"))
    pay(mei, language)
    well_made(mei.page)
    other = at(book, coach)
    assert other.page.locator(f"input[name=slot][value='{value}']").count() == 0
    mei.go(f"/c/{farm.slug}/bookings/")
    well_made(mei.page)
    # The site's clock does not travel: the hour is over because the row says so.
    made = Booking.objects.get(order__community=farm)
    length = made.ends_at - made.starts_at
    Booking.objects.filter(pk=made.pk).update(
        starts_at=now() - length - timedelta(hours=1), ends_at=now() - timedelta(hours=1)
    )
    giver = at(f"/c/{farm.slug}/bookings/day/", coach)
    giver.reads("小满")
    well_made(giver.page)
    giver.press("Was given", first=True)
    mei.go(f"/c/{farm.slug}/orders/{made.order.uid}/")
    well_made(mei.page)
    mei.press("Yes, it was given").sees("Received")
    mei.page.locator("input[name=stars]").first.check(force=True)
    mei.press("Send")
    well_made(mei.page)
    assert Booking.objects.get(order__community=farm).stars == 5
