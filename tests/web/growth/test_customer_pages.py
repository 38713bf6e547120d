"""Customers at the desk: import, records, letters, seats, archives (M11, M12, F23)."""

import zipfile
from io import BytesIO

import openpyxl
import pytest

from qunluo.growth import actions, queries
from qunluo.growth.models import (
    Customer,
    CustomerImport,
    FoundingContact,
    InviteBatch,
    PastOrder,
)
from qunluo.kernel.clock import now
from qunluo.reach.models import Delivery
from tests.growth import makers
from tests.web.growth.conftest import LIST, browser

pytestmark = pytest.mark.req("M11")


def upload(name, text):
    file = BytesIO(text if isinstance(text, bytes) else text.encode())
    file.name = name
    return file


def desk(farm, more=""):
    return f"/c/{farm.slug}/desk/{more}"


def uploaded(owner, farm, text=LIST, name="customers.csv", **more):
    answer = owner.post(desk(farm, "customers/import/"), {"file": upload(name, text), **more})
    assert answer.status_code == 302, answer.content.decode()
    return answer.headers["Location"]


def chosen(farm, role="customers"):
    """The columns as they are guessed."""
    job = CustomerImport.objects.latest("pk")
    preview = queries.look_at(job, queries.last_choices(job))[0]
    said = {f"{role}-{index}": preview.holds(index) for index in range(preview.width)}
    return {
        **said,
        f"{role}-encoding": preview.table.encoding,
        f"{role}-has_header": "on" if preview.header else "",
    }


def test_a_list_is_looked_at_tried_and_taken_over(owner, farm):
    at = uploaded(owner, farm, LIST.encode("gb18030"))
    page = owner.get(at).content.decode()
    assert "老张" in page
    assert "13800138000" in page
    answer = owner.post(at, {**chosen(farm), "try": "1"})
    assert answer.status_code == 302
    assert "Waiting for its turn" in owner.get(at).content.decode()
    actions.run_waiting_imports()
    page = owner.get(at).content.decode()
    assert "What would happen" in page
    assert not Customer.objects.exists()
    owner.post(at, {**chosen(farm), "go": "1", "consent": "on", "consent_source": "Sign-up sheet"})
    actions.run_waiting_imports()
    assert "Taken over" in owner.get(at).content.decode()
    assert Customer.objects.get(name="小王").consent == "refused"
    assert Customer.objects.get(name="老张").consent_source == "Sign-up sheet"


def test_a_workbook_comes_in_with_purchases_of_a_second_file(owner, farm):
    book = openpyxl.Workbook()
    for row in (["会员号", "姓名"], ["A1", "老张"]):
        book.active.append(row)
    out = BytesIO()
    book.save(out)
    orders = upload("orders.csv", "会员号,日期,金额\nA1,2024-01-02,9.9\n")
    at = uploaded(owner, farm, out.getvalue(), "list.xlsx", orders=orders)
    assert "Purchases: orders.csv" in owner.get(at).content.decode()
    said = {
        "customers-0": "external_id",
        "customers-1": "name",
        "orders-0": "external_id",
        "orders-1": "on",
        "orders-2": "amount",
        "orders-encoding": "utf-8",
        "customers-has_header": "on",
        "orders-has_header": "on",
    }
    assert owner.post(at, {**said, "go": "1"}).status_code == 302
    actions.run_waiting_imports()
    assert PastOrder.objects.get().amount_minor == 990


def test_a_wrong_guess_is_corrected_and_looked_at_again(owner, farm):
    at = uploaded(owner, farm, "编码,别名\nK1,阿梅\n")
    said = {
        "customers-0": "external_id",
        "customers-1": "note",
        "customers-encoding": "utf-8",
        "customers-has_header": "on",
    }
    page = owner.post(at, {**said, "look": "1"}).content.decode()
    assert '<option value="note" selected>' in page
    owner.post(at, {**said, "go": "1"})
    actions.run_waiting_imports()
    assert Customer.objects.get().note == "阿梅"


def test_a_mapping_that_names_nobody_is_refused_above_the_form(owner, farm):
    at = uploaded(owner, farm)
    answer = owner.post(at, {"customers-1": "name", "customers-encoding": "utf-8", "go": "1"})
    assert answer.status_code == 422
    assert "Say which column holds the customer number" in answer.content.decode()


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "not a table"),
        (b"PK\x03\x04 broken", "damaged"),
        (b"name,phone\n" + b"x" * 300_000, "longer than"),
    ],
)
def test_a_bad_file_is_refused_beside_the_form(owner, farm, raw, said):
    answer = owner.post(desk(farm, "customers/import/"), {"file": upload("x.csv", raw)})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not CustomerImport.objects.exists()


def test_progress_is_a_fragment_that_asks_again_until_it_is_done(owner, farm):
    at = uploaded(owner, farm)
    owner.post(at, {**chosen(farm), "go": "1"})
    part = owner.get(at, headers={"HX-Request": "true"}).content.decode()
    assert 'hx-trigger="every 1s"' in part
    assert "<html" not in part
    actions.run_waiting_imports()
    part = owner.get(at, headers={"HX-Request": "true"}).content.decode()
    assert "hx-trigger" not in part
    assert "New customers" in part


def test_refused_rows_are_listed_and_downloadable(owner, farm):
    at = uploaded(owner, farm, "会员号,姓名,手机\nA1,好人,13800138000\nA2,坏号,12\n,无名,\n")
    owner.post(at, {**chosen(farm), "go": "1"})
    actions.run_waiting_imports()
    page = owner.get(at).content.decode()
    assert "2 rows were refused" in page
    assert "This is not a phone number." in page
    answer = owner.get(f"{at}refused.csv")
    assert answer.content.decode("utf-8-sig").count("\n") == 3


def test_an_import_can_be_given_up(owner, farm):
    at = uploaded(owner, farm)
    assert owner.post(f"{at}cancel/").status_code == 302
    assert CustomerImport.objects.get().state == "cancelled"
    assert owner.post(f"{at}cancel/").status_code == 409


def test_the_list_filters_pages_and_counts(owner, listed):
    page = owner.get(desk(listed, "customers/")).content.decode()
    for text in ("老张", "老李", "小王", "Reactivation rate"):
        assert text in page
    page = owner.get(desk(listed, "customers/?q=老李")).content.decode()
    assert "老张" not in page
    part = owner.get(
        desk(listed, "customers/?reachable=on"), headers={"HX-Request": "true"}
    ).content.decode()
    assert "老张" in part
    assert "老李" not in part
    assert "<html" not in part


@pytest.mark.req("M12")
def test_many_customers_get_a_tag_and_a_host_at_once(owner, listed):
    host = makers.member(listed, "Host", role="host")
    owner.post(
        desk(listed, "customers/together/"), {"query": "", "tag": "想念", "host": str(host.pk)}
    )
    assert {tuple(c.tags) for c in Customer.objects.all()} == {("想念",)}
    assert {c.host for c in Customer.objects.all()} == {host}
    assert "老张" in browser(host).get(desk(listed, "customers/")).content.decode()


def test_a_record_tells_the_whole_story_and_takes_a_purchase(owner, listed):
    zhang = Customer.objects.get(name="老张")
    at = desk(listed, f"customers/{zhang.pk}/")
    owner.post(f"{at}order/", {"amount": "12.50", "quantity": "1", "item": "草莓"})
    page = owner.get(at).content.decode()
    assert "草莓" in page
    assert "CN¥12.50" in page or "¥12.50" in page
    assert owner.post(f"{at}order/", {"amount": "free", "quantity": "1"}).status_code == 422
    owner.post(f"{at}invite/")
    assert "/i/" in owner.get(at).content.decode()


def test_a_customer_is_corrected_matched_silenced_and_deleted(owner, listed):
    zhang = Customer.objects.get(name="老张")
    at = desk(listed, f"customers/{zhang.pk}/")
    owner.post(f"{at}edit/", {"name": "张三丰", "phone": "139 0000 0000", "consent": "yes"})
    assert owner.post(f"{at}edit/", {"phone": "12"}).status_code == 422
    person = makers.member(listed, "张三丰")
    assert "This one" in owner.get(f"{at}match/").content.decode()
    owner.post(f"{at}match/", {"person": str(person.pk)})
    owner.post(f"{at}unsubscribe/")
    zhang.refresh_from_db()
    assert (zhang.name, zhang.phone, zhang.person) == ("张三丰", "+8613900000000", person)
    assert zhang.unsubscribed_at is not None
    owner.post(f"{at}forget/")
    assert not Customer.objects.filter(pk=zhang.pk).exists()


def test_one_customer_is_added_by_hand(owner, farm):
    owner.post(desk(farm, "customers/new/"), {"name": "群里的小美", "phone": "13800138000"})
    assert Customer.objects.get().phone == "+8613800138000"
    assert owner.post(desk(farm, "customers/new/"), {}).status_code == 422


def test_a_letter_goes_to_those_who_agreed_and_the_others_are_named(owner, listed):
    at = desk(listed, "customers/invite/?state=dormant")
    page = owner.get(at).content.decode()
    assert "好久不见" in page  # the letter is written in the community's language
    said = {"query": "state=dormant", "way": "email", "limit": "100", "subject": "Hello",
            "text": "Dear {name}, come and see us."}  # fmt: skip
    answer = owner.post(desk(listed, "customers/invite/"), said)
    batch = InviteBatch.objects.get()
    assert answer.headers["Location"] == desk(listed, f"customers/batches/{batch.pk}/")
    page = owner.get(answer.headers["Location"]).content.decode()
    assert "have no e-mail address" in page
    assert Delivery.objects.get(kind="invitation").to == "zhang@example.cn"
    table = owner.get(desk(listed, f"customers/batches/{batch.pk}/links.csv"))
    assert "/i/" in table.content.decode("utf-8-sig")


def test_nobody_to_write_to_is_said_above_the_form(owner, listed):
    said = {"query": "state=buying", "way": "email", "limit": "1", "subject": "Hello",
            "text": "Dear {name}, come."}  # fmt: skip
    answer = owner.post(desk(listed, "customers/invite/"), said)
    assert answer.status_code == 422
    assert "Nobody in this selection" in answer.content.decode()


def test_the_numbers_of_growth_are_changed(owner, farm):
    said = {"member_quota": "3", "invitation_days": "7", "dormant_days": "60",
            "reactivation_days": "30", "phone_region": "gb"}  # fmt: skip
    assert owner.post(desk(farm, "customers/settings/"), said).status_code == 302
    assert queries.policy_of(farm).phone_region == "GB"


@pytest.mark.req("F23")
def test_the_first_hundred_are_written_down_reached_and_invited(owner, farm):
    at = desk(farm, "founding/")
    owner.post(at, {"name": "老陈", "why": "三十年大厨", "contact": "微信"})
    assert owner.post(at, {"name": "谁"}).status_code == 422
    chen = FoundingContact.objects.get()
    owner.post(f"{at}{chen.pk}/", {"outcome": "talked", "channel": "微信", "text": "周六来"})
    owner.post(f"{at}{chen.pk}/invite/")
    page = owner.get(f"{at}{chen.pk}/").content.decode()
    assert "周六来" in page
    assert "/i/" in page
    page = owner.get(at).content.decode()
    assert "<b>0</b> / 100" in page
    assert "三十年大厨" in page
    owner.post(desk(farm, "founding/kol/"), {"name": "KOL", "why": "good"})
    assert FoundingContact.objects.filter(list="kol").count() == 1
    owner.post(f"{at}{chen.pk}/remove/")
    assert not FoundingContact.objects.filter(pk=chen.pk).exists()


def test_an_archive_is_asked_for_written_and_fetched(owner, farm):
    at = desk(farm, "export/")
    owner.post(at)
    assert "being written" in owner.get(at).content.decode()
    actions.run_waiting_exports()
    export = queries.exports(farm, viewer=farm.owner)[0]
    answer = owner.get(f"{at}{export.pk}/")
    with zipfile.ZipFile(BytesIO(answer.content)) as archive:
        assert "manifest.json" in archive.namelist()
    assert str(now().year) in answer.headers["Content-Disposition"]


PAGES = [
    "customers/", "customers/new/", "customers/import/", "customers/invite/",
    "customers/settings/", "founding/", "founding/kol/", "export/",
]  # fmt: skip


@pytest.mark.parametrize("page", PAGES)
def test_every_page_is_for_the_desk_alone(farm, page):
    assert browser().get(desk(farm, page)).status_code == 302
    assert browser(makers.member(farm)).get(desk(farm, page)).status_code == 403
    assert browser(makers.person()).get(desk(farm, page)).status_code == 403
    assert browser(farm.owner).get(desk(farm, page)).status_code == 200
    assert browser(farm.owner, "zh-hans").get(desk(farm, page)).status_code == 200


@pytest.mark.parametrize("page", ["customers/{}/", "customers/{}/edit/", "customers/{}/match/"])
def test_a_customer_of_another_community_is_not_found(owner, farm, page):
    other = makers.community()
    makers.imported(other, LIST)
    theirs = Customer.objects.filter(community=other).first()
    assert owner.get(desk(farm, page.format(theirs.pk))).status_code == 404


@pytest.mark.parametrize(("language", "said"), [
    ("en", "Enter a name, a phone or an e-mail."), ("zh-hans", "请填写姓名、手机或邮箱。"),
])  # fmt: skip
def test_a_customer_is_not_emptied(language, said, farm):
    zhao = actions.add_customer(actor=farm.owner, community=farm, name="Zhao")
    path = f"/c/{farm.slug}/desk/customers/{zhao.pk}/edit/"
    answer = browser(farm.owner, language).post(path, {"name": "", "note": "tall"})
    assert answer.status_code == 422
    assert said in answer.text
    assert 'aria-describedby="id_name_error"' in answer.text
    assert "tall" in answer.text
    zhao.refresh_from_db()
    assert (zhao.name, zhao.note) == ("Zhao", "")
