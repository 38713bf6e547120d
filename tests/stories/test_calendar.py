"""The calendar in a browser: from an idea to what everybody reads, and how it sounded to them."""

from datetime import timedelta

import pytest

from qunluo.conversation import actions, queries
from qunluo.conversation.models import PlannedItem
from qunluo.kernel.clock import now
from tests.conversation import makers
from tests.stories.ways import DJANGO, Walker


@pytest.fixture
def farm(language):
    """A community with a public space, its owner, and two members."""
    made = makers.community(time_zone="Asia/Shanghai")
    made.square = makers.space(made, slug="square", visibility="public")
    made.mei, made.lin = makers.member(made, "梅"), makers.member(made, "林")
    for who in (made.owner, made.mei, made.lin):
        who.language = DJANGO[language]
        who.save(update_fields=["language"])
    return made


@pytest.mark.req("R01", "R05", "R10", "R19")
def test_an_item_is_planned_checked_scheduled_read_by_fans_first_and_rated(
    visit, well_made, axe, farm, language
):
    home = f"/c/{farm.slug}/calendar/"
    makers.badge(farm, farm.mei, "fan")
    owner = Walker(visit(home, language=language, person=farm.owner), language)
    axe(owner.page)
    owner.press("Plan something", first=True)
    owner.page.locator("[name=source]").wait_for()
    well_made(owner.page)
    at = (now() + timedelta(days=1)).astimezone(queries.zone_of(farm)).replace(hour=9, minute=0)
    owner.page.fill("[name=title]", "新米")
    owner.page.fill("[name=source]", "新米**到了**。")
    owner.page.fill("[name=publish_at]", at.strftime("%Y-%m-%dT%H:%M"))
    owner.page.fill("[name=target]", "田邻")
    owner.page.select_option("[name=useful]", "2")
    owner.page.locator("details:has([name=early_kind]) > summary").click()
    owner.page.select_option("[name=early_kind]", "badge")
    owner.page.fill("[name=early_name]", "fan")
    later = at + timedelta(hours=5)
    owner.page.fill("[name=open_at]", later.strftime("%Y-%m-%dT%H:%M"))
    owner.press("Save")
    owner.sees("Before it appears")
    well_made(owner.page)
    axe(owner.page)
    for box in owner.page.locator("[name=tick]").all():
        box.check()
    owner.page.locator("button[value=schedule]").click()
    owner.sees("Scheduled. It appears by itself at its time.")
    item = PlannedItem.objects.get(community=farm)
    assert (item.state, item.publish_at, item.open_at) == (
        "scheduled", at.replace(second=0, microsecond=0), later.replace(second=0, microsecond=0),
    )  # fmt: skip
    # A day later, without waiting for it: the moments lie in the past by as much.
    PlannedItem.objects.filter(pk=item.pk).update(publish_at=now() - timedelta(minutes=1))
    assert actions.publish_item(item.pk) is not None
    there = f"{home}{item.uid}/"
    other = visit(there, language=language, person=farm.lin)
    assert other.locator("article.plan-text").count() == 0
    fan = Walker(visit(there, language=language, person=farm.mei, size="desktop"), language)
    fan.sees("Some read it first")
    well_made(fan.page)
    fan.page.locator("button[name=rating][value='5']").click()
    fan.sees("Thank you; your answer counts.")
    owner.go(home)
    well_made(owner.page)
    axe(owner.page)
