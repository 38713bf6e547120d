"""Going: freely with one's own data, under a rule with an appeal, and for good."""

import io
import json
import re
import zipfile

import pytest

from qunluo.community import queries
from tests.community import makers
from tests.people.makers import PASSWORD
from tests.stories.ways import DJANGO, Walker, with_password

RULES = [{"id": "r1", "title": "有话好好说", "text": "不骂人。", "value": "善意"}]
DECISION = re.compile(r"/decisions/\d+/$")


def proven(walker):
    """Give the password once more where a page asks whether it is really you."""
    if "/reauthenticate/" in walker.page.url:
        walker.page.locator("[name=password]").fill(PASSWORD)
        walker.press("Go on").arrives(re.compile(r"^(?!.*reauthenticate)"))
    return walker


def farm_with(*names, language="zh", **fields):
    """A farm with rules, and members who can give their password."""
    made = makers.community(
        makers.person("林晚秋", language=DJANGO[language]), rules=RULES, **fields
    )
    people = [makers.member(made, name, language=DJANGO[language]) for name in names]
    return made, *map(with_password, people)


@pytest.mark.req("O09", "V10")
def test_somebody_leaves_freely_and_takes_their_own_data_along(visit, way, well_made):
    language, size = way
    farm, who = farm_with("小满", language=language)
    walker = Walker(
        visit(f"/c/{farm.slug}/leave/", language=language, size=size, person=who), language
    )
    walker.sees("You are free to go at any time, and nobody has to agree.")
    well_made(walker.page)
    walker.press("First download my data")
    proven(walker)
    well_made(walker.page)
    with walker.page.expect_download() as waiting:
        walker.press("Download everything")
    archive = zipfile.ZipFile(io.BytesIO(waiting.value.path().read_bytes()))
    kept = [json.loads(archive.read(n)) for n in archive.namelist() if n.endswith(".json")]
    assert farm.name in json.dumps(kept, ensure_ascii=False)

    walker.go(f"/c/{farm.slug}/leave/")
    walker.fill("Would you tell us why?", "搬去了别的城市，舍不得大家。")
    walker.press("Leave").sees("You have left %(name)s. Go well.", name=farm.name)
    well_made(walker.page)
    assert queries.membership_of(who, farm) is None
    # The door stands open to them as to anybody, and their data stayed theirs.
    walker.go(f"/c/{farm.slug}/").press("Join", first=True)
    owner = Walker(
        visit(f"/c/{farm.slug}/desk/", language=language, size=size, person=farm.owner), language
    )
    well_made(owner.page)


@pytest.mark.req("V10", "O09")
def test_an_account_is_erased_and_the_history_stays_true(visit, well_made):
    farm, who = farm_with("小满")
    number = queries.get_membership(who, farm).number
    walker = Walker(visit("/me/", person=who), "zh")
    well_made(walker.page)
    walker.press("Erase my account")
    proven(walker)
    well_made(walker.page)
    walker.tick("Yes, erase my account. I know that nobody can undo it.")
    walker.press("Erase my account")
    walker.sees("Your account is erased. Thank you for having been here.")
    walker.go("/me/").arrives("**/accounts/login/**")
    owner = Walker(visit(f"/c/{farm.slug}/members/", person=farm.owner), "zh")
    owner.lacks("小满")
    assert number == 2
    assert queries.count_members(farm, viewer=farm.owner) == 1


@pytest.mark.req("F15")
def test_an_owner_alone_is_told_what_stands_in_the_way_of_going(visit, well_made):
    farm, _ = farm_with("小满")
    owner = with_password(farm.owner)
    walker = Walker(visit(f"/c/{farm.slug}/leave/", person=owner), "zh")
    walker.sees("Make another member an owner")
    assert not walker.page.get_by_role("button", name=walker.say("Leave"), exact=True).count()
    well_made(walker.page)
    walker.press("Close the community").sees("What ends")
    assert queries.membership_of(owner, farm)
    well_made(walker.page)
    walker.go("/me/erase/")
    proven(walker).sees("Something depends on you alone")
    walker.lacks("Yes, erase my account. I know that nobody can undo it.")
    well_made(walker.page)


@pytest.mark.req("O01")
def test_a_member_is_removed_under_a_rule_appeals_and_is_back(visit, site, language, well_made):
    farm, who, other = farm_with("小满", "采薇", language=language)
    makers.give(farm, other, "operator")
    pk = queries.get_membership(who, farm).pk
    desk = Walker(
        visit(f"/c/{farm.slug}/desk/members/{pk}/", language=language, person=other), language
    )
    well_made(desk.page)
    desk.press("Warn, suspend or remove")
    well_made(desk.page)
    desk.tick("Remove from the community").press("Take the measure")
    # Without a word on what happened nothing is done to anybody.
    assert queries.membership_of(who, farm)
    desk.fill("What happened", "在群里骂了人。").press("Take the measure")
    desk.sees("Done. The member can read the reason and appeal.")
    well_made(desk.page)

    letter = site.letter(who.email, within=60)
    assert "有话好好说" in letter
    path = re.search(r"http://localhost:\d+(/c/\S+/decisions/\d+/)", letter)[1]
    walker = Walker(visit(path, language=language, person=who), language)
    walker.reads("有话好好说").reads("在群里骂了人。")
    well_made(walker.page)
    walker.fill("Why was this wrong?", "那是引用别人的话。").press("Appeal")
    walker.sees("Your appeal is being judged")
    well_made(walker.page)

    judge = Walker(
        visit(f"/c/{farm.slug}/desk/appeals/", language=language, person=farm.owner), language
    )
    judge.press("小满").tick("The appeal is right: undo the decision")
    well_made(judge.page)
    judge.fill("Reason", "看过了，确实是引用。").press("Judge")
    judge.sees("Decided. The person can read it, with the reason.")
    walker.page.reload()
    walker.sees("Your appeal was granted: the decision is undone").reads("确实是引用")
    walker.go(f"/c/{farm.slug}/").sees("Hello, %(name)s", name="小满")
    # Everybody can count what was done under each rule, and what was undone.
    walker.go(f"/c/{farm.slug}/rules/").sees("What was done under them")
    row = walker.page.get_by_role("row", name=re.compile("有话好好说")).inner_text()
    assert re.findall(r"\d+", row) == ["0", "0", "1", "0", "1"]
    well_made(walker.page)
