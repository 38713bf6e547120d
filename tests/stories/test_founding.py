"""A stranger founds a community: three minutes, then the guide, then the doors."""

import re
from itertools import count

import pytest

from qunluo.blueprints.queries import blueprints
from qunluo.community import queries
from qunluo.community.models import Community
from tests.community.charter import makers as charters
from tests.community.makers import person
from tests.stories.ways import DJANGO, Walker, sign_up

GUIDE = re.compile(r"/c/[\w-]+/guide/$")
OWN = {
    "zh": "我们自己的话，写给山后的第{n}位邻居听",
    "en": "In words of our own, for neighbour {n} behind the hill",
}
TYPED = "textarea, input:not([type=hidden], [type=radio], [type=checkbox])"
_lines = count(1)
ALL = sorted(blueprints())


@pytest.mark.req("F01", "F29", "F22")
def test_a_stranger_has_a_working_community_and_a_link_in_three_minutes(visit, language, well_made):
    walker = Walker(visit("/", language=language), language)
    screens = [walker.page.url]
    # A page that only notes something in its own history is not another screen.
    walker.page.on(
        "framenavigated", lambda frame: screens.append(frame.url) if frame.url != screens[-1] else 0
    )
    well_made(walker.page)
    walker.press("Found a community", first=True).press("Create an account")
    well_made(walker.page)
    name, _ = sign_up(walker)
    walker.arrives("**/start/")
    well_made(walker.page)
    walker.fill("What is it called?", "溪边小院")
    walker.fill("What is it, in one sentence?", "一处院子，二十个常来的人。")
    walker.page.locator("label.blueprint").nth(1).click()
    walker.press("Found this community").arrives(GUIDE)
    # Landing, what it takes, account, three questions, the guide with the link.
    assert len(screens) == 5
    link = walker.field("Link to join").input_value()
    assert re.fullmatch(r"http://localhost:\d+/i/[A-Z2-9]+/", link)
    well_made(walker.page)
    community = Community.objects.get(slug=walker.path.split("/")[2])
    assert community.stage == "private"
    assert community.language == DJANGO[language]
    # It is invisible to strangers, and the link lets them in all the same.
    stranger = Walker(visit(f"/c/{community.slug}/", language=language), language)
    stranger.sees("We could not find this community.")
    stranger.page.goto(link)
    stranger.sees("%(name)s invites you", name=name)


@pytest.mark.req("N22", "T01", "T02", "T03", "T05", "T13", "T14", "T17", "T19", "F01")
@pytest.mark.parametrize("blueprint", ALL)
def test_each_blueprint_is_founded_held_back_with_reasons_and_then_published(
    visit, well_made, blueprint
):
    language = ("zh", "en")[ALL.index(blueprint) % 2]
    size = ("phone", "desktop")[ALL.index(blueprint) // 2 % 2]
    owner = person(f"创办人{blueprint}", language=DJANGO[language])
    walker = Walker(visit("/start/", language=language, size=size, person=owner), language)
    walker.fill("What is it called?", f"{blueprint} 小院")
    walker.fill("What is it, in one sentence?", "一处院子，二十个常来的人。")
    walker.page.locator(f'input[name=blueprint][value="{blueprint}"]').check()
    walker.press("Found this community").arrives(GUIDE)
    slug = walker.path.split("/")[2]
    community = Community.objects.get(slug=slug)
    community.owner = owner

    walker.press("Open or close the doors")
    walker.sees("Not yet. This is missing:").lacks("Open the door")
    told = walker.page.locator("main").inner_text()
    held = queries.closed_gates(community, ["publish"])
    for state in held:
        for reason in state.reasons:
            assert reason.text[language] in told
            assert reason.opens[language] in told
    # Every reason leads to where it is mended.
    walker.press("Go there", first=True).arrives(re.compile(r"/guide/\w+/"))

    charters.write_all(community)
    walker.go(f"/c/{slug}/publish/").fill("What is new?", "第一版")
    walker.press("Open the door").sees("The door is open: strangers can see it now.")
    walker.press("Take people in").sees("New people can come in now.")
    well_made(walker.page)
    stranger = Walker(visit(f"/c/{slug}/", language=language, size=size), language)
    stranger.reads(f"{blueprint} 小院").press("Read the whole charter")
    stranger.page.get_by_role("heading", name=stranger.say("Charter"), exact=True).wait_for()
    well_made(stranger.page)


@pytest.mark.req("F01", "F03", "F14", "F20", "F22", "N22")
def test_the_whole_guide_is_walked_on_a_phone_until_the_door_opens(visit, well_made):
    owner = person("小满")
    community = charters.fresh("T14", owner=owner)
    walker = Walker(visit(f"/c/{community.slug}/guide/", person=owner), "zh")
    walker.page.locator(".steps a").first.click()
    steps = []
    while not GUIDE.search(walker.page.url):
        steps.append(walker.path.split("/")[4])
        write(walker)
        if steps[-1] in {"positioning", "rules", "identity"}:
            well_made(walker.page)
        before = walker.path
        walker.page.locator("button[name=then][value=next]").click()
        walker.page.wait_for_url(lambda url, before=before: before not in url)
    assert len(steps) == len(queries.guide(community, owner).steps)
    walker.press("Open or close the doors").sees("Everything is there.")
    walker.press("Open the door").sees("The door is open: strangers can see it now.")
    walker.page.locator("input[name=selection][value=questions]").check()
    walker.press("Choose this way").sees("Newcomers are chosen this way from now on.")
    walker.press("Take people in").sees("New people can come in now.")
    stranger = Walker(visit(f"/c/{community.slug}/"), "zh")
    stranger.press("Ask to join", first=True).arrives("**/join/")


@pytest.mark.req("F01")
def test_what_is_saved_while_typing_never_fights_with_the_save(visit):
    owner = person("小满")
    community = charters.fresh("T14", owner=owner)
    page = visit(f"/c/{community.slug}/guide/intention/", person=owner)
    page.get_by_role("textbox").first.fill("十一年前，山后的梯田荒得只剩茅草。")
    with page.expect_request(lambda asked: asked.method == "POST"):
        page.keyboard.press("Tab")
    page.locator("button[name=then][value=close]").click()
    page.wait_for_url(GUIDE)
    assert "梯田" in queries.preview_charter(community, owner).values["intention"]["intention"]


def write(walker):
    """Answer everything that a step of the guide asks, in words of one's own."""
    form = walker.page.locator("form.step-form")
    for group in form.locator("fieldset.choices").all():
        if not group.locator("input:checked").count():
            group.locator("input").first.check()
    for field in form.locator(
        "textarea, input:not([type=hidden], [type=radio], [type=checkbox])"
    ).all():
        kind, name = field.get_attribute("type"), field.get_attribute("name")
        if kind != "color" and name != "contract":
            field.fill(words(walker.language, kind, field))
    for choice in form.locator("select").all():
        choice.select_option(index=1)


def words(language, kind, field):
    """What somebody might type here."""
    if kind == "number":
        return "800"
    if kind == "date":
        return "2031-12-31"
    if field.get_attribute("inputmode") == "decimal":
        return "88.50"
    room = int(field.get_attribute("maxlength") or 200)
    return OWN[language].format(n=next(_lines))[:room]
