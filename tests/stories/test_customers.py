"""Lists as shops have them: read, corrected, tried, taken over; and a whole community moved."""

import csv
import io
import json
import os
import re
import shutil
import subprocess
import sys

import pytest
import segno
from openpyxl import Workbook
from PIL import Image

from qunluo.community.queries import get_membership
from qunluo.growth import actions
from qunluo.growth.models import Customer
from tests.growth import makers
from tests.stories.test_growth import RULES, come_in
from tests.stories.ways import Walker, read_trial

# What the other installation holds, asked there by its own program.
COUNT = """
import json, django; django.setup()
from qunluo.community.models import Community, Membership
from qunluo.growth.models import Customer
one = Community.objects.get()
print(json.dumps({
    "name": one.name, "slug": one.slug, "sentence": one.sentence, "count": one.member_count,
    "members": list(Membership.objects.order_by("number").values_list(
        "number", "person__name", "status", "via")),
    "customers": list(Customer.objects.order_by("external_id").values_list(
        "external_id", "name", "orders_count", "amount_minor")),
}))
"""


@pytest.fixture
def farm():
    """A farm with rules, where people come in by invitation."""
    return makers.community(makers.person("林晚秋"), rules=RULES, selection="invitation")


@pytest.mark.req("G04", "P03")
def test_the_code_on_the_poster_is_the_link_and_the_inviter_is_kept(visit, farm):
    friend = makers.member(farm, "若溪")
    invitation = actions.create_invitation(actor=friend, community=farm)
    walker = Walker(visit(f"/c/{farm.slug}/invitations/{invitation.pk}/", person=friend), "zh")
    link = walker.field("Link of the invitation").input_value()
    picture = Image.open(io.BytesIO(walker.page.request.get(f"{link}qr.png").body())).convert("L")
    side = segno.make(link, error="m", micro=False).symbol_size(border=3)[0]
    step = picture.width // side
    dark = [
        [int(picture.getpixel((x * step + step // 2, y * step + step // 2)) < 128)
         for x in range(3, side - 3)] for y in range(3, side - 3)
    ]  # fmt: skip
    assert dark == [list(row) for row in segno.make(link, error="m", micro=False).matrix]
    guest = Walker(visit(link), "zh")
    name, _ = come_in(guest)
    owner = Walker(visit(f"/c/{farm.slug}/desk/members/", person=farm.owner), "zh")
    owner.press(name).sees("invited by %(name)s", name="若溪")


@pytest.mark.req("M11", "M12")
def test_an_excel_list_is_corrected_its_wrong_rows_fetched_and_one_customer_invited(
    visit, farm, tmp_path, well_made
):
    book = Workbook()
    for row in (["编号", "怎么叫", "手机", "备用"], ["A1", "老张", "13900139000", "门店"],
                ["A2", "老李", "12", "集市"]):  # fmt: skip
        book.active.append(row)
    path = tmp_path / "老客户.xlsx"
    book.save(path)
    owner = Walker(visit(f"/c/{farm.slug}/desk/customers/import/", person=farm.owner), "zh")
    owner.page.get_by_label(owner.say("Customers"), exact=True).set_input_files(path)
    owner.press("Upload and look").arrives(re.compile(r"/import/\d+/$"))
    owner.page.get_by_label("怎么叫").select_option("name")
    owner.page.get_by_label("备用").select_option("source")
    owner.press("Try it first")
    read_trial(owner)
    owner.sees("This is not a phone number.")
    with owner.page.expect_download() as waiting:
        owner.press("Refused rows as a table")
    rows = list(csv.reader(io.StringIO(waiting.value.path().read_text("utf-8-sig"))))
    assert any("A2" in row for row in rows)
    assert not any("A1" in row for row in rows)
    well_made(owner.page)
    owner.press("Take it over").press("See the customers")
    (zhang,) = Customer.objects.filter(community=farm)
    assert (zhang.name, zhang.source, zhang.phone) == ("老张", "门店", "+8613900139000")

    owner.press("老张").press("Make their link")
    link = owner.field("Link of the invitation").input_value()
    name, _ = come_in(Walker(visit(link), "zh"))
    owner.page.reload()
    owner.sees("Is %(name)s here", name=name)
    well_made(owner.page)
    owner.go(f"/c/{farm.slug}/desk/").sees("Reactivated")
    share = owner.page.locator(".stat").filter(has_text=owner.say("Reactivated")).first
    assert "100%" in share.inner_text()
    well_made(owner.page)


@pytest.mark.req("M11")
def test_a_community_lives_on_in_an_installation_of_its_own(visit, farm, tmp_path, migrated):
    makers.imported(farm, "会员号,姓名,日期,金额\nA1,老张,2024-01-02,9.90\n")
    makers.member(farm, "若溪")
    owner = Walker(visit(f"/c/{farm.slug}/desk/export/", person=farm.owner), "zh")
    owner.press("Write an archive now")
    ready = owner.page.get_by_role("link", name=owner.say("Download"))
    ready.wait_for(timeout=60_000)
    with owner.page.expect_download() as waiting:
        ready.click()
    archive = tmp_path / "farm.zip"
    waiting.value.save_as(archive)

    other = {k: v for k, v in os.environ.items() if k != "QUNLUO_DATABASE_URL"}
    other |= {"QUNLUO_DATA_DIR": str(tmp_path / "other"), "LANG": "en_US.UTF-8"}
    other |= {"DJANGO_SETTINGS_MODULE": "qunluo.settings"}
    (tmp_path / "other").mkdir()
    if migrated.exists():  # else from nothing, as tests/cli/test_serve.py does
        shutil.copyfile(migrated, tmp_path / "other" / "qunluo.sqlite3")
    for words in (["migrate"], ["import", "community", str(archive)]):
        done = subprocess.run([sys.executable, "-m", "qunluo", *words], env=other,
                              capture_output=True, text=True, check=False)  # fmt: skip
        assert done.returncode == 0, done.stderr
    told = subprocess.run([sys.executable, "-c", COUNT], env=other, capture_output=True,
                          text=True, check=True)  # fmt: skip
    there = json.loads(told.stdout.splitlines()[-1])
    farm.refresh_from_db()
    assert (there["name"], there["slug"], there["count"]) == (farm.name, farm.slug, 2)
    assert there["sentence"] == farm.sentence
    assert [(n, name) for n, name, *_ in there["members"]] == [
        (get_membership(farm.owner, farm).number, "林晚秋"), (2, "若溪")
    ]  # fmt: skip
    here = Customer.objects.filter(community=farm).order_by("external_id")
    columns = ("external_id", "name", "orders_count", "amount_minor")
    assert there["customers"] == [list(row) for row in here.values_list(*columns)]
