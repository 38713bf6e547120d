"""A day at the operator's desk: people looked through, cared for, trusted with a role."""

import re

import pytest

from qunluo.community import queries
from tests.community import makers
from tests.stories.ways import DJANGO, Walker

RULES = [{"id": "r1", "title": "有话好好说", "text": "不骂人。", "value": "善意"}]


def desk_of(farm, visit, *, path="", who=None, language="zh", size="phone", **how):
    """Somebody at the desk of a farm."""
    page = visit(
        f"/c/{farm.slug}/desk/{path}", language=language, size=size, person=who or farm.owner, **how
    )
    return Walker(page, language)


def farm_of(language="zh", **fields):
    """A farm with rules; its owner speaks the language."""
    return makers.community(
        makers.person("林晚秋", language=DJANGO[language]), rules=RULES, **fields
    )


@pytest.mark.req("F29")
def test_the_empty_desk_teaches_how_to_begin(visit, way, well_made):
    language, size = way
    farm = farm_of(language)
    walker = desk_of(farm, visit, language=language, size=size)
    walker.sees("Nobody but you yet").sees("Bring the customers you already have")
    well_made(walker.page)
    # People before relations before values, goods and money after everything.
    wanted = ["Waits for you", "People", "Relations", "Values", "Customers"]
    assert walker.page.locator("main h2[id]").all_inner_texts() == [walker.say(t) for t in wanted]
    walker.press("Write down the first ten").arrives("**/desk/founding/")


@pytest.mark.req("P17", "G06")
def test_members_are_looked_through_kept_as_a_segment_and_cared_for_together(
    visit, language, well_made
):
    farm = farm_of(language)
    names = ["小满", "采薇", "老周"]
    for name in names:
        makers.member(farm, name)
    walker = desk_of(farm, visit, path="members/", language=language)
    well_made(walker.page)
    for name in names[:2]:
        walker.page.get_by_label(walker.say("Choose %(name)s", name=name)).check()
    together = walker.page.locator(".desk-together")
    together.get_by_label(walker.say("Tag")).fill("爱下地")
    together.get_by_label(walker.say("Host")).select_option(label="林晚秋")
    walker.press("Apply").reads({"zh": "2", "en": "Done for 2 members."}[language])
    walker.page.locator("summary").filter(has_text=walker.say("More filters")).click()
    walker.page.locator(".desk-filters [name=tag]").fill("爱下地")
    walker.press("Search", within=walker.page.locator("main"))
    assert walker.page.locator(".desk-pick").count() == 2
    well_made(walker.page)
    walker.fill("Name of the segment", "常下地的").press("Save as a segment")
    walker.sees("Saved as “%(name)s”.", name="常下地的")
    walker.go(f"/c/{farm.slug}/desk/members/")
    walker.page.get_by_role("link", name=re.compile("常下地的 2")).click()
    assert walker.page.locator(".desk-pick").count() == 2
    well_made(walker.page)
    walker.page.locator("summary").filter(has_text=walker.say("Manage segments")).click()
    walker.press("Forget").sees("The segment is gone; its members stay what they are.")


@pytest.mark.req("P17", "G06", "P21", "M11")
def test_the_record_of_a_member_gathers_what_is_known(visit, size, well_made):
    farm = farm_of()
    who = makers.member(farm, "小满")
    walker = desk_of(farm, visit, path="members/", size=size)
    walker.press("小满")
    well_made(walker.page)
    walker.page.get_by_label(walker.say("New tag"), exact=True).fill("不吃香菜")
    walker.press("Add").sees("Take off %(tag)s", tag="不吃香菜")
    walker.fill("New note", "孩子对花生过敏。").press("Write it down").reads("孩子对花生过敏。")
    walker.page.get_by_label(walker.say("Host")).select_option(label="林晚秋")
    walker.press("Set the host").sees("The host is noted.")
    walker.press("Take into my circle of close care").sees("Let out of my circle")
    well_made(walker.page)
    walker.press("Take off %(tag)s", tag="不吃香菜").lacks("Take off %(tag)s", tag="不吃香菜")
    walker.go(f"/c/{farm.slug}/desk/").press("小满", first=True)
    # What happened is told in order, in words.
    told = walker.page.locator(".desk-timeline").inner_text()
    assert "小满" in told
    assert who in [one.person for one in queries.close_care(farm.owner, farm).memberships]


@pytest.mark.req("G06")
def test_the_twenty_first_is_refused_with_the_reason(visit, well_made):
    farm = farm_of()
    everybody = [makers.member(farm, f"邻居{n}") for n in range(21)]
    for who in everybody[:20]:
        queries_pk = queries.get_membership(who, farm)
        makers.actions.add_to_close_care(actor=farm.owner, membership=queries_pk)
    last = queries.get_membership(everybody[20], farm)
    walker = desk_of(farm, visit, path=f"members/{last.pk}/")
    walker.press("Take into my circle of close care")
    walker.press("Back to where you were").arrives(f"**/members/{last.pk}/")
    assert queries.close_care(farm.owner, farm).memberships[0].pk != last.pk
    well_made(walker.page)


@pytest.mark.req("P23", "P19")
def test_roles_are_given_until_a_day_taken_back_and_both_stand_in_the_log(
    visit, language, well_made
):
    farm = farm_of(language)
    who = makers.member(farm, "采薇", language=DJANGO[language])
    pk = queries.get_membership(who, farm).pk
    walker = desk_of(farm, visit, path=f"members/{pk}/give/", language=language)
    well_made(walker.page)
    role = queries.roles()["operator"].label[language]
    walker.page.get_by_label(role, exact=True).check()
    walker.page.locator("[name=expires_on]").fill("2031-12-31")
    walker.press("Give").sees("Given. It is in the log, with your name.")
    assert "members.manage" in queries.permissions_of(who, farm)
    operator = desk_of(farm, visit, who=who, language=language, size="desktop")
    operator.page.get_by_role("link", name=operator.say("Members"), exact=True).first.click()
    operator.press("林晚秋")
    well_made(operator.page)

    walker.go(f"/c/{farm.slug}/desk/roles/").sees("The CCO seat is vacant")
    well_made(walker.page)
    row = walker.page.locator(".row").filter(has_text="采薇")
    row.locator("summary").click()
    row.get_by_label(walker.say("Reason")).fill("去读书了，说好的。")
    row.get_by_role("button", name=walker.say("Take back")).click()
    walker.sees("Taken back. It is in the log, with your name.")
    assert "members.manage" not in queries.permissions_of(who, farm)
    operator.go(f"/c/{farm.slug}/desk/")
    operator.page.locator(".trouble").wait_for()
    well_made(operator.page)

    walker.press("Log").arrives("**/desk/log/")
    log = walker.page.locator(".desk-timeline").inner_text()
    assert log.count("采薇") >= 2
    assert log.count("林晚秋") >= 2
    well_made(walker.page)
    walker.press("What could not be delivered").sees("No mail was given up.")
    well_made(walker.page)
