"""From home to a thread and back, into a circle, and what programs bring at the desk."""

import re
import time

import pytest

from qunluo.conversation import actions
from qunluo.governance.models import CheckSettings
from qunluo.kernel.clock import now
from tests.conversation import makers
from tests.stories.ways import Walker


@pytest.mark.req("R05", "C12", "X01", "X02", "R16")
def test_a_member_reads_from_home_joins_a_circle_and_a_steward_looks_after_channels(
    visit, well_made
):
    farm = makers.community(makers.person("林晚秋"))
    square = makers.space(farm, slug="square", visibility="public")
    mei, li = makers.member(farm, "小满"), makers.member(farm, "采薇")
    base = f"/c/{farm.slug}"
    made = makers.thread(li, square, title="收麦", source="我带了镰刀，谁来？")
    circle = actions.begin_circle(
        actor=li, community=farm, name="磨一磨", purpose="刀和剪子。", listed=True
    )
    CheckSettings.objects.create(community=farm, words=["私酿"], changed_at=now())

    # Home, the thread, and back to where one was.
    reader = Walker(visit(f"{base}/", person=mei), "zh")
    reader.page.get_by_role("link", name="收麦").click()
    reader.arrives(f"**/talk/{made.number}/*").reads("我带了镰刀")
    well_made(reader.page)
    reader.page.go_back()
    reader.arrives(f"**{base}/")
    reader.page.get_by_role("link", name="收麦").wait_for()
    well_made(reader.page)

    # Into a circle that stands on the map; its host answers.
    reader.go(f"{base}/talk/cells/")
    reader.page.get_by_text(reader.say("Ask to join")).click()
    reader.fill("Why you would like to join", "我家的刀钝得见不得人。")
    well_made(reader.page)
    reader.press("Ask").sees("You have asked")
    inside = f"{base}/talk/in/{circle.slug}/circle/"
    host = Walker(visit(inside, person=li, size="desktop"), "zh").reads("钝得见不得人")
    well_made(host.page)
    host.press("Let them into the circle").sees("They are in now.")
    reader.go(f"{base}/talk/cells/").sees("you are in it")

    # A steward attaches a way in; what the word check held of it is let through by hand.
    desk = Walker(visit(f"{base}/desk/channels/", person=farm.owner, size="desktop"), "zh")
    well_made(desk.page)
    desk.page.locator("a[href$='/channels/new/inbox/']").click()
    desk.page.fill("[name=name]", "气象站")
    _choose(desk.page, "job", "serve")
    _choose(desk.page, "space", str(square.pk))
    desk.press("Attach").arrives(re.compile(r"/desk/channels/\d+/$"))
    well_made(desk.page)
    address = re.search(r"https?://[^\s<\"]+/hooks/[^\s<\"]+", desk.page.content())[0]
    path = "/" + address.split("/", 3)[3]
    said = desk.page.request.post(path, data={"id": "1", "title": "预报", "text": "出售私酿。"})
    assert said.status == 202
    for _time in range(100):
        desk.page.reload()
        if desk.page.get_by_text("预报").count():
            break
        time.sleep(0.1)
    desk.page.get_by_text("预报").click()
    well_made(desk.page)
    desk.press("Let it through").sees("It appears now.")
    reader.go(f"{base}/talk/in/square/").reads("预报")

    # Every member is asked a short question, and answers on the page that asks.
    desk.go(f"{base}/calendar/").press("Ask every member")
    desk.sees("End the round")
    well_made(desk.page)
    reader.go(f"{base}/calendar/").press("4").sees("You have answered")
    well_made(reader.page)


def _choose(page, name, value):
    """Choose from a list, or one of several buttons."""
    field = page.locator(f"[name={name}]").first
    if field.evaluate("one => one.tagName") == "SELECT":
        field.select_option(value)
    else:
        page.locator(f"[name={name}][value='{value}']").check()
