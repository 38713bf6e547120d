"""Refused rows are downloaded, corrected and come in again: in both languages, at once."""

import csv
import html
import io

import pytest
from django.utils import translation

from qunluo.growth import actions, queries
from qunluo.growth.models import Customer, CustomerImport, PastOrder
from qunluo.web.growth.forms import PlanForm
from tests.growth import makers
from tests.web.growth.test_customer_pages import desk, upload, uploaded

pytestmark = [pytest.mark.django_db, pytest.mark.req("M11")]
LIST = """会员卡号,姓名,手机号,电子邮箱,生日,老日子,消费额
A1,王大锤,13800000001,dachui@example.com,1988-03-04,2026-10-01,12
A2,李梅,138-0000-0002,limei@example,1990-13-40,2026/01/05,8
,陈无号,,,,,
"""
TITLELESS = "".join(f"A{n},1380000000{n},a{n}@example.cn\n" for n in range(5)) + (
    "A9,12,b@example.cn\n"
)


@pytest.fixture
def farm():
    return makers.community(slug="farm")


@pytest.fixture(params=["en", "zh-hans"])
def owner(request, client, farm):
    client.force_login(farm.owner)
    client.post("/language/", {"language": request.param, "next": "/"})
    client.language = request.param
    return client


def plan(at):
    """The form as the plan shows it."""
    job = CustomerImport.objects.get(pk=at.strip("/").rsplit("/", 1)[1])
    return PlanForm(previews=queries.look_at(job, queries.last_choices(job)))


def run(owner, at, said=None):
    """Press the button under the plan as it is shown, but for what is said."""
    chosen = {bound.html_name: bound.value() for bound in plan(at)}
    held = {name: "on" if value is True else value for name, value in chosen.items() if value}
    assert owner.post(at, {**held, **(said or {}), "go": "1"}).status_code == 302
    actions.run_waiting_imports()
    return CustomerImport.objects.order_by("-pk").first()


def refused(owner, at, more=""):
    answer = owner.get(f"{at}refused.csv{more}")
    return answer.content.decode("utf-8-sig")


def corrected(text, fixes):
    """What a person does with the table: change cells, and leave our columns alone."""
    rows = list(csv.reader(io.StringIO(text)))
    for row in rows[1:]:
        row[5:] = [fixes.get(cell, cell) for cell in row[5:]]
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()


def test_the_corrected_table_goes_straight_through_with_the_mapping_of_before(owner, farm):
    at = uploaded(owner, farm, LIST)
    job = run(owner, at, {"customers-5": "last_order_on", "customers-6": "amount_total"})
    assert (job.report["customers_new"], job.report["rows_refused"]) == (1, 2)
    text = refused(owner, at)
    ours = next(csv.reader(io.StringIO(text)))[:5]
    assert all(name.startswith("[Qunluo] ") for name in ours)
    assert ("行" in ours[1]) == (owner.language == "zh-hans")
    fixed = corrected(
        text, {"limei@example": "limei@example.com", "1990-13-40": "1990-03-04", "陈无号": "陈有号"}
    ).replace(",陈有号,,", ",陈有号,13800000003,")
    again = uploaded(owner, farm, fixed, "refused.csv")
    page = html.unescape(owner.get(again).content.decode())
    assert "[Qunluo]" not in page[page.index('class="columns"') :]
    job = run(owner, again)
    assert (job.report["customers_new"], job.report["rows_refused"]) == (2, 0)
    mei = Customer.objects.get(external_id="A2")
    assert (str(mei.last_order_on), mei.amount_minor) == ("2026-01-05", 800)


def test_every_fault_of_a_row_is_told_with_the_row_in_the_readers_words(owner, farm):
    at = uploaded(owner, farm, LIST)
    run(owner, at)
    page = html.unescape(owner.get(at).content.decode())
    with translation.override(owner.language):
        assert translation.gettext("This is not an e-mail address.") in page
    assert "1990-13-40" in page
    assert "李梅 · 138-0000-0002" in page
    row = next(line for line in csv.reader(io.StringIO(refused(owner, at))) if "李梅" in line)
    assert row[2] == {"en": "E-mail / Birthday", "zh-hans": "邮箱 / 生日"}[owner.language]
    assert row[3] == "limei@example / 1990-13-40"


def test_refused_purchases_are_a_table_of_their_own_with_their_rows(owner, farm):
    orders = upload("orders.csv", "会员卡号,日期,金额\nA1,2026-01-02,9\nB9,2026-01-03,5\n")
    at = uploaded(owner, farm, LIST, orders=orders)
    run(owner, at)
    page = html.unescape(owner.get(at).content.decode())
    assert "B9 · 2026-01-03 · 5" in page
    assert "orders.csv" in page
    assert "refused.csv?file=orders" in page
    assert "B9" not in refused(owner, at)
    fixed = corrected(refused(owner, at, "?file=orders"), {"B9": "A1"})
    job = run(owner, uploaded(owner, farm, fixed, "refused.csv"))
    assert job.report["rows_refused"] == 0
    assert Customer.objects.count() == 1
    assert PastOrder.objects.filter(customer__external_id="A1").count() == 2


def test_refused_rows_of_a_list_without_titles_are_corrected_too(owner, farm):
    at = uploaded(owner, farm, TITLELESS)
    job = run(owner, at)
    assert (job.report["customers_new"], job.report["rows_refused"]) == (5, 1)
    fixed = corrected(refused(owner, at), {"12": "13800000002"})
    job = run(owner, uploaded(owner, farm, fixed, "refused.csv"))
    assert (job.report["customers_new"], job.report["rows_refused"]) == (1, 0)


def test_the_plan_remembers_only_what_this_community_chose(owner, farm):
    run(owner, uploaded(owner, farm, LIST), {"customers-5": "last_order_on"})
    other = makers.community(slug="other", owner=farm.owner)
    for community, held in ((farm, "last_order_on"), (other, "")):
        at = uploaded(owner, community, LIST)
        assert plan(at)["customers-5"].value() == held
    assert desk(other, "customers/") in at.replace("import/", "")


def test_the_trial_adds_up_and_names_the_row_that_overwrites(owner, farm):
    at = uploaded(owner, farm, "会员卡号,姓名\nA1,王大锤\nA1,王小锤\n,无号\nA2,李梅\n")
    said = {bound.html_name: bound.value() for bound in plan(at) if bound.value()}
    owner.post(at, {**said, "try": "1"})
    actions.run_waiting_imports()
    page = html.unescape(owner.get(at).content.decode())
    if owner.language == "en":
        assert "4 rows = 2 customers + 1 that repeat an earlier row + 1 refused" in page
        assert "1 row says something else than an earlier row" in page
    else:
        assert "共 4 行 = 2 位客户 + 与前面重复 1 行 + 未导入 1 行" in page
        assert "以后面的一行为准" in page
