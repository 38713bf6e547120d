"""People come in at the door, in every way a community can choose them."""

import re

import pytest

from qunluo.community import actions, queries
from qunluo.growth import actions as growth
from tests.community import makers
from tests.community.charter import makers as charters
from tests.people.makers import PASSWORD
from tests.stories.ways import DJANGO, Walker, sign_up

HOME = re.compile(r"/c/[\w-]+/$")
APPLICATION = re.compile(r"/application/\d+/$")
ACCEPTED = "I have read what this community stands for, and will keep its rules"
REFUSAL = "离农场太远，冷链送不到，菜会蔫。"
APPEAL = "我下个月就搬到山脚下了。"


def town(selection, *, language="zh", criterion=""):
    """A published farm that takes people in, with a charter and rules of its own."""
    owner = makers.person("周立春", language=DJANGO[language])
    made = charters.write_all(charters.fresh("T14", owner=owner, language=DJANGO[language]))
    proof = "电话里聊十分钟。" if criterion else ""
    charters.save(made, "people", group="住在本市的人家", criterion=criterion, proof=proof)
    actions.publish_community(actor=made.owner, community=made)
    actions.set_selection(actor=made.owner, community=made, selection=selection)
    actions.open_recruitment(actor=made.owner, community=made)
    return made


def answer(walker, said="吃了一年菜箱，想看看菜长在哪里。"):
    """Answer every question of the joining form and accept the rules."""
    for question in walker.page.locator("main textarea").all():
        question.fill(said)
    return walker.tick(ACCEPTED)


@pytest.mark.req("P22", "F04", "F09", "O01")
def test_whoever_finds_the_open_door_signs_up_and_is_in(visit, way, well_made):
    language, size = way
    farm = town("open", language=language)
    walker = Walker(visit(f"/c/{farm.slug}/", language=language, size=size), language)
    well_made(walker.page)
    walker.press("Join", first=True).sees("First, who are you?")
    well_made(walker.page)
    walker.press("Create an account")
    name, _ = sign_up(walker)
    walker.arrives("**/join/").tick("That is me already").tick(ACCEPTED)
    well_made(walker.page)
    walker.press("Join").arrives(HOME).sees("Hello, %(name)s", name=name)
    walker.sees("Welcome! You are member no. %(n)s.", n=2)
    well_made(walker.page)
    reach = queries.label_reach(farm)
    assert (reach.have, reach.want) == (1, 0)


@pytest.mark.req("P22", "F05")
def test_questions_have_to_be_answered(visit, well_made):
    farm = town("questions")
    who = makers.person("小满")
    walker = Walker(visit(f"/c/{farm.slug}/", person=who), "zh")
    walker.press("Ask to join", first=True).press("Join")
    # The browser holds an empty answer back before anything is sent.
    assert walker.path.endswith("/join/")
    assert walker.page.locator("textarea:invalid").count() >= 1
    answer(walker)
    well_made(walker.page)
    walker.press("Join").arrives(HOME)
    assert queries.get_membership(who, farm).via == "questions"


@pytest.mark.req("P22", "F07", "O01")
def test_a_vetted_applicant_is_refused_with_a_reason_appeals_and_somebody_else_judges(
    visit, language, well_made
):
    farm = town("vetting", language=language, criterion="每周在家做饭四次以上")
    operator = makers.member(farm, "采薇", role="operator", language=DJANGO[language])
    who = makers.person("小满", language=DJANGO[language])
    guest = Walker(visit(f"/c/{farm.slug}/", language=language, person=who), language)
    guest.press("Ask to join", first=True)
    answer(guest)
    guest.press("Send the application").arrives(APPLICATION)
    guest.sees("Your application is being read")
    well_made(guest.page)

    desk = Walker(visit(f"/c/{farm.slug}/", language=language, person=operator), language)
    desk.page.locator("main a[href$='/desk/applications/']").click()
    desk.arrives("**/desk/applications/")
    well_made(desk.page)
    desk.press("小满").tick("Not this time").press("Decide")
    desk.sees("Please give a reason.")
    well_made(desk.page)
    desk.fill("Reason", REFUSAL).tick("Not this time").press("Decide")
    desk.sees("Decided. The person can read it, with the reason.")

    guest.page.reload()
    guest.sees("This time the answer is no").reads(REFUSAL)
    well_made(guest.page)
    guest.fill("Why was this wrong?", APPEAL).press("Appeal")
    guest.sees("Your appeal is being judged")
    desk.go(f"/c/{farm.slug}/desk/appeals/").press("小满")
    desk.sees("You took this decision, or it is about you: somebody else must judge it.")
    well_made(desk.page)

    judge = Walker(
        visit(f"/c/{farm.slug}/desk/appeals/", language=language, person=farm.owner), language
    )
    well_made(judge.page)
    judge.press("小满").reads(APPEAL).tick("The appeal is right: undo the decision")
    judge.fill("Reason", "搬来了就是邻居。").press("Judge")
    judge.sees("Decided. The person can read it, with the reason.")
    guest.page.reload()
    guest.sees("You are in").press("Go in").arrives(HOME)
    well_made(guest.page)


@pytest.mark.req("F07")
def test_a_criterion_is_checked_before_somebody_is_let_in(visit, well_made):
    farm = town("vetting", criterion="每周在家做饭四次以上")
    who = makers.person("小满")
    guest = Walker(visit(f"/c/{farm.slug}/join/", person=who), "zh")
    answer(guest, "每天晚上都做，最拿手的是笋干烧肉。").press("Send the application")
    guest.arrives(APPLICATION)
    desk = Walker(
        visit(f"/c/{farm.slug}/desk/applications/", person=farm.owner, size="desktop"), "zh"
    )
    desk.press("小满").reads("笋干烧肉").tick("Let them in").press("Decide")
    # Let in only after the claim was looked at: the page says so and keeps the form.
    assert queries.membership_of(who, farm) is None
    well_made(desk.page)
    desk.press("I have checked it").tick("Let them in").press("Decide")
    desk.sees("Decided. The person can read it, with the reason.")
    assert queries.get_membership(who, farm).via == "vetting"


@pytest.mark.req("P22", "P03", "G04")
def test_by_invitation_only_the_link_lets_in_and_the_inviter_is_remembered(visit, well_made):
    farm = town("invitation")
    friend = makers.member(farm, "林若溪")
    code = growth.create_invitation(actor=friend, community=farm, note="你做的酱菜").code
    who = makers.person("老周", password=PASSWORD)
    walker = Walker(visit(f"/c/{farm.slug}/"), "zh")
    walker.press("I have an invitation", first=True).sees("People come in by invitation")
    well_made(walker.page)
    walker.go(f"/i/{code}/").press("I have an account")
    walker.fill("E-mail", who.email)
    walker.page.locator("[name=password]").fill(PASSWORD)
    walker.press("Sign in", within=walker.page.locator("main")).arrives(f"**/i/{code}/")
    walker.tick(ACCEPTED).press("Come in").arrives(HOME)
    desk = Walker(visit(f"/c/{farm.slug}/desk/members/", person=farm.owner), "zh")
    desk.press("老周").sees("invited by %(name)s", name="林若溪")
    assert queries.get_membership(who, farm).inviter == friend


@pytest.mark.req("P22")
def test_a_fee_is_not_taken_before_there_are_books(visit, language, well_made):
    farm = town("questions", language=language)
    owner = Walker(
        visit(f"/c/{farm.slug}/publish/", language=language, person=farm.owner), language
    )
    assert owner.page.locator("input[name=selection][value=fee]").is_disabled()
    owner.reads({"zh": "这个社群还没有账本。", "en": "This community has no books yet."}[language])
    well_made(owner.page)
    type(farm).objects.filter(pk=farm.pk).update(selection="fee")
    guest = Walker(visit(f"/c/{farm.slug}/join/", language=language), language)
    guest.sees("Joining with a fee is not possible yet")
    well_made(guest.page)


@pytest.mark.req("O01")
def test_changed_rules_are_accepted_anew(visit, well_made):
    farm = town("open")
    who = makers.member(farm, "小满")
    owner = Walker(visit(f"/c/{farm.slug}/guide/rules/", person=farm.owner), "zh")
    owner.page.locator("textarea[name$='.text']").first.fill("来了先打招呼，走了把门带上。")
    owner.press("Save and close")
    owner.go(f"/c/{farm.slug}/publish/").fill("What is new?", "门要带上")
    owner.press("Publish the new version")
    owner.sees("The new version of the charter counts from now on.")
    member = Walker(visit(f"/c/{farm.slug}/", person=who), "zh")
    member.press("The rules have changed. Please read and accept them.")
    member.reads("走了把门带上")
    well_made(member.page)
    member.press("I accept these rules").arrives(HOME)
    member.sees("Thank you. You have accepted the current rules.")
    # The history of the charter says what changed.
    member.go(f"/c/{farm.slug}/charter/versions/").reads("门要带上").press("What changed")
    well_made(member.page)
