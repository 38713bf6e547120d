"""People are brought in: by a code to scan, by an old list of customers, by an archive."""

import os
import re
import subprocess
import sys
import zipfile
from datetime import timedelta

import pytest

from qunluo.community.queries import get_membership
from qunluo.growth import queries
from qunluo.growth.models import Customer, Invitation
from qunluo.kernel.clock import now
from tests.growth import makers
from tests.stories.conftest import address_of_database
from tests.stories.ways import DJANGO, Walker, newcomer, sign_up

HOME = re.compile(r"/c/[\w-]+/$")
RULES = [{"id": "r1", "title": "好好说话", "text": "先问一句为什么。", "value": "善意"}]


@pytest.fixture
def farm(request):
    """A farm with rules, where people come in by invitation; its owner speaks the language."""
    spoken = "zh"
    if "way" in request.fixturenames:
        spoken, _size = request.getfixturevalue("way")
    elif "language" in request.fixturenames:
        spoken = request.getfixturevalue("language")
    owner = makers.person("林晚秋", language=DJANGO[spoken])
    return makers.community(owner, rules=RULES, selection="invitation", brand_colour="#8a4b2a")


def come_in(walker):
    """Open an account on the way and accept the rules."""
    walker.press("Come in")
    name, address = sign_up(walker)
    walker.arrives("**/i/**").tick(
        "I have read what this community stands for, and will keep its rules"
    )
    walker.press("Come in").arrives(HOME)
    return name, address


@pytest.mark.req("G04", "P03")
def test_somebody_scans_a_poster_and_is_in_after_a_few_taps(visit, farm, way, well_made):
    language, size = way
    inviter = Walker(
        visit(f"/c/{farm.slug}/invitations/", language=language, size=size, person=farm.owner),
        language,
    )
    inviter.fill("For whom, or why you thought of them", "你说过想带孩子来摘草莓")
    well_made(inviter.page)
    inviter.press("Make the invitation").arrives(re.compile(r"/invitations/\d+/$"))
    inviter.page.locator("img.share-poster").wait_for()
    well_made(inviter.page)
    link = inviter.field("Link of the invitation").input_value()
    code = inviter.page.request.get(f"{link}qr.svg")
    assert code.headers["content-type"] == "image/svg+xml"

    guest = Walker(visit(link, language=language, size=size), language)
    guest.sees("%(name)s invites you", name=farm.owner.name).reads("你说过想带孩子来摘草莓")
    guest.reads("好好说话")
    well_made(guest.page)
    name, _address = come_in(guest)
    made = Invitation.objects.get(community=farm)
    assert made.used == 1
    assert made.uses.get().person.name == name
    # Whoever comes after the last place reads why, and whom to ask.
    late = Walker(visit(link, language=language, size=size), language)
    late.sees("All places of this invitation are taken.")
    well_made(late.page)


@pytest.mark.slow  # its letter leaves with the next round of the post: it begins, others fill in
@pytest.mark.req("M11", "M12")
def test_an_old_list_is_brought_in_written_to_and_somebody_comes_back(
    visit, site, farm, tmp_path, well_made
):
    owner = Walker(visit(f"/c/{farm.slug}/desk/customers/", person=farm.owner), "zh")
    owner.press("Import customers").arrives("**/import/")
    well_made(owner.page)
    _name, address = newcomer()
    old = (now() - timedelta(days=400)).strftime("%Y/%m/%d")
    path = tmp_path / "老客户.csv"
    path.write_bytes(
        f"会员号,姓名,邮箱,手机,最近购买\nA1,老张,{address},,{old}\nA2,老李,,12,{old}\n"
        f"A3,老王,,13900139000,{old}\n".encode("gb18030")
    )
    owner.page.get_by_label(owner.say("Customers"), exact=True).set_input_files(path)
    owner.press("Upload and look").arrives(re.compile(r"/import/\d+/$"))
    owner.reads("老张")
    well_made(owner.page)
    owner.tick("These people agreed to be written to, unless a row says otherwise")
    owner.page.get_by_label(owner.say("How and when they agreed")).fill("2023 年门店登记表")
    owner.press("Try it first")
    owner.sees("This was a trial: nothing was changed.").sees("This is not a phone number.")
    well_made(owner.page)
    assert not Customer.objects.filter(community=farm).exists()
    owner.press("Take it over").sees("See the customers")
    owner.page.reload()  # the page that waited gave way to the report: no jump while loading
    well_made(owner.page)
    assert Customer.objects.filter(community=farm).count() == 2

    owner.press("Invite those who are asleep").arrives("**/invite/")
    well_made(owner.page)
    owner.press("Invite", within=owner.page.locator("main")).arrives(re.compile(r"/batches/\d+/$"))
    well_made(owner.page)
    letter = site.letter(address, within=90)
    link = re.search(r"http://localhost:\d+(/i/[A-Z2-9]+/)", letter)[1]
    assert "/u/" in letter  # and a way to stop it for ever
    guest = Walker(visit(link), "zh")
    come_in(guest)
    zhang = Customer.objects.get(community=farm, name="老张")
    assert zhang.matched_by == "code"
    told = queries.reactivation(farm)
    assert (told.returned, told.invited) == (1, 1)
    owner.go(f"/c/{farm.slug}/desk/customers/{zhang.pk}/")
    owner.sees("reactivated").reads("2023 年门店登记表")
    well_made(owner.page)


@pytest.mark.req("F23")
def test_the_first_hundred_are_found_one_by_one(visit, farm, language, well_made):
    owner = Walker(
        visit(f"/c/{farm.slug}/desk/founding/", language=language, person=farm.owner), language
    )
    well_made(owner.page)
    owner.page.get_by_label(owner.say("Name"), exact=True).fill("老陈")
    owner.page.get_by_label(owner.say("Why them")).fill("三十年大厨")
    owner.press("Put on the list").reads("三十年大厨")
    owner.page.get_by_role("link", name="老陈").click()
    owner.page.get_by_label(owner.say("What came of it")).select_option("talked")
    owner.page.get_by_label(owner.say("By which way")).fill("微信")
    owner.press("Write it down").reads("微信")
    owner.press("Make their link")
    link = owner.field("Link of the invitation").input_value()
    well_made(owner.page)
    guest = Walker(visit(link, language=language), language)
    guest.sees("A seat among the first hundred")
    come_in(guest)
    owner.go(f"/c/{farm.slug}/desk/founding/").sees("seat %(n)s", n=1)
    assert queries.progress(farm).seated == 1


@pytest.mark.req("M11")
def test_a_community_leaves_as_an_archive_and_lives_on_elsewhere(
    visit, site, farm, tmp_path, well_made
):
    makers.imported(farm, "会员号,姓名\nA1,老张\n")
    owner = Walker(visit(f"/c/{farm.slug}/desk/export/", person=farm.owner, size="desktop"), "zh")
    well_made(owner.page)
    owner.press("Write an archive now")
    ready = owner.page.get_by_role("link", name=owner.say("Download"))
    ready.wait_for(timeout=60_000)
    well_made(owner.page)
    with owner.page.expect_download() as waiting:
        ready.click()
    archive = tmp_path / "community.zip"
    waiting.value.save_as(archive)
    assert "manifest.json" in zipfile.ZipFile(archive).namelist()
    slug = f"{farm.slug}-again"
    done = subprocess.run(
        [sys.executable, "-m", "qunluo", "import", "community", str(archive), "--slug", slug],
        env={**os.environ, "QUNLUO_DATABASE_URL": address_of_database(), "LANG": "en_US.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    owner.go(f"/c/{slug}/desk/customers/").reads("老张")
    copy = queries.community_at(slug)
    assert get_membership(farm.owner, copy).number == 1
