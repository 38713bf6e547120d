"""Order without noise, as people meet it: reported, decided, appealed, judged by somebody else."""

import re
import time

import pytest

from qunluo.conversation import queries
from qunluo.governance import queries as governance
from tests.conversation import makers
from tests.stories.ways import DJANGO, Walker

RULES = [{"id": "r1", "title": "有话好好说", "text": "不骂人。", "value": "善意"}]
VALUES = {"meaning": {"values": ["善意", "互助"]}}


def town(language):
    """A farm with rules and values, who keeps order, and two who talk."""
    owner = makers.person("林晚秋", language=DJANGO[language])
    made = makers.community(owner, rules=RULES, values=VALUES)
    made.square = makers.space(made, slug="square")
    for name, role in (("小满", None), ("采薇", None), ("周立春", "operator")):
        who = makers.member(made, name, role=role, language=DJANGO[language])
        setattr(made, {"小满": "mei", "采薇": "li", "周立春": "operator"}[name], who)
    return made


@pytest.mark.req("C13", "O01", "O04")
def test_a_report_leads_to_a_removal_with_rule_role_and_an_appeal_that_another_judges(
    visit, well_made, language
):
    farm = town(language)
    thread = makers.thread(farm.mei, farm.square, title="吵架", source="你这个笨蛋，走开。")
    base = f"/c/{farm.slug}"

    def walk(path, who, **more):
        return Walker(visit(path, language=language, person=who, **more), language)

    reporter = walk(f"{base}/talk/{thread.number}/", farm.li)
    reporter.page.locator("#p1 details.drop summary").click()
    reporter.press("Report").arrives("**/report/")
    well_made(reporter.page)
    reporter.page.get_by_label("有话好好说").check()
    reporter.fill("What is wrong?", "这是在骂人。").press("Report it")

    desk = walk(f"{base}/desk/queue/", farm.operator)
    desk.reads("笨蛋")
    well_made(desk.page)
    desk.page.get_by_role("link", name="小满").click()
    desk.arrives(re.compile(r"/queue/\d+/$")).reads("这是在骂人。")
    well_made(desk.page)
    desk.tick("Do not show it; its author reads rule and reason")
    desk.page.select_option("[name=rule_id]", "r1")
    desk.fill("What happened", "批评").press("Decide")
    desk.sees(
        "Criticism, and a link to somewhere else, are no reason. If a rule is broken, say how; "
        "if not, answer it in the open."
    )
    desk.fill("What happened", "当众骂人，伤了和气。").press("Decide")
    until_gone(farm, thread)

    # What its author reads: the rule, as what somebody decided, and the way to appeal.
    author = walk(f"{base}/talk/{thread.number}/", farm.mei)
    gone = author.page.locator("#p1 .tombstone")
    gone.wait_for()
    said = gone.inner_text()
    assert "有话好好说" in said
    assert "当众骂人" in said
    assert {"zh": "运营", "en": "perator"}[language] in said
    well_made(author.page)
    author.press("Read the decision, or appeal").arrives(re.compile(r"/decisions/\d+/$"))
    author.reads("笨蛋")
    author.fill("Why was this wrong?", "那是引用书里的话。").press("Appeal")
    author.sees("Your appeal is being judged")
    stranger = walk(f"{base}/talk/{thread.number}/", farm.li, size="desktop")
    stranger.page.locator("#p1 .tombstone").wait_for()
    stranger.lacks("笨蛋")

    # Who decided does not judge; somebody else does, and everybody can count both.
    desk.go(f"{base}/desk/appeals/").page.get_by_role("link", name="小满").click()
    desk.sees("You took this decision, or it is about you: somebody else must judge it.")
    judge = walk(f"{base}/desk/appeals/", farm.owner, size="desktop")
    judge.press("小满").tick("The appeal is right: undo the decision")
    well_made(judge.page)
    judge.fill("Reason", "看过原书，确实是引用。").press("Judge")
    judge.sees("Decided. The person can read it, with the reason.")
    until_gone(farm, thread, back=True)
    stranger.go(f"{base}/rules/").sees("What was done under them")
    row = stranger.page.get_by_role("row", name=re.compile("有话好好说")).inner_text()
    assert re.findall(r"\d+", row) == ["0", "0", "0", "1", "1"]
    log = walk(f"{base}/desk/log/", farm.owner, size="desktop")
    log.reads("周立春")
    well_made(log.page)


def until_gone(farm, thread, *, back=False):
    """Wait until the worker has carried out what was decided."""
    for _time in range(200):
        removed = queries.read_thread(farm, thread.number, viewer=farm.li, after=0).posts[0].removed
        if bool(removed) is not back:
            return
        time.sleep(0.1)
    raise AssertionError("nobody carried it out")


@pytest.mark.req("F09", "F10", "C12")
def test_what_was_done_is_linked_to_a_value_and_seconded(visit, well_made, axe):
    farm = town("zh")
    thread = makers.thread(farm.mei, farm.square, title="收麦", source="我带了镰刀，谁来？")
    makers.thread(farm.li, farm.square, "worry", title="台阶太滑", fields={"where": "门口"})
    base = f"/c/{farm.slug}"
    who = Walker(visit(f"{base}/talk/{thread.number}/", person=farm.li), "zh")
    who.page.locator("#p1 details.drop summary").click()
    who.press("Shows a value of ours").arrives(re.compile(r"/acts/new/"))
    who.page.get_by_label("互助").check()
    who.fill("In one sentence: what was done?", "自己的麦还没收，先来帮邻居。")
    well_made(who.page)
    who.press("Link it").reads("先来帮邻居")
    well_made(who.page)
    # The value that nobody showed stands out, on the charter's log as well.
    assert who.page.locator(".value-count.untouched").count() == 1
    other = Walker(visit(f"{base}/acts/", person=farm.operator, size="desktop"), "zh")
    other.press("I saw it too").sees("I no longer say so")
    well_made(other.page)
    (view,) = governance.acts(farm, viewer=farm.mei).items
    assert (view.act.seconds, view.act.own) == (1, False)
    # Needs by place, cells and honours lie one tap from the boards.
    other.go(f"{base}/talk/boards/").press("Scene map").reads("门口")
    well_made(other.page)
    circle = {"actor": farm.mei, "community": farm, "listed": True, "rules_text": "带面粉来。"}
    crowd = [farm.li, farm.operator, *(makers.member(farm) for _n in range(2))]
    for name in ("面包", "唱歌"):
        makers.actions.begin_circle(name=name, people=[one.handle for one in crowd], **circle)
    other.go(f"{base}/talk/cells/").reads("面包")
    other.page.locator("svg.comb polygon").nth(1).wait_for()
    assert other.page.locator("svg.comb line").count() == 1
    axe(other.page)
    well_made(other.page)
