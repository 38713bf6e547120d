"""Bringing customers and orders in: exact, idempotent, all at once, resumable."""

from datetime import date, timedelta
from io import BytesIO

import pytest
from django.db import DatabaseError

from qunluo.community.actions import close_community
from qunluo.community.errors import PermissionMissing
from qunluo.growth import actions, errors, queries
from qunluo.growth.actions.imports import applying, running, staging
from qunluo.growth.models import (
    Customer,
    CustomerImport,
    PastOrder,
    RowError,
    StagedCustomer,
    StagedOrder,
)
from qunluo.growth.queries import Choices, FileChoices
from qunluo.growth.queries.imports import folder
from qunluo.kernel.clock import now
from qunluo.kernel.queries import audit_log
from tests.growth import makers

pytestmark = [pytest.mark.django_db, pytest.mark.req("M11")]
LIST = """会员号,姓名,手机,邮箱,标签,同意,备注
A1,张三,13800138000,zhang@example.cn,"熟客,周末",是,喜欢草莓
A2,李四,13900139000,,,否,
,王五,13700137000,,,,
"""
ORDERS = """会员号,日期,数量,金额
A1,2024-01-02,1,12.50
A1,2024-01-02,1,12.50
A2,2024-03-01,2.5,30
"""


@pytest.fixture
def farm():
    return makers.community()


def by_id(farm, external_id):
    return Customer.objects.get(community=farm, external_id=external_id)


def test_customers_come_in_with_everything_the_list_says(farm):
    job = makers.imported(farm, LIST)
    assert job.state == CustomerImport.State.DONE
    assert (job.report["customers_new"], job.report["rows_refused"]) == (3, 0)
    zhang = by_id(farm, "A1")
    assert (zhang.name, zhang.phone, zhang.email) == (
        "张三", "+8613800138000", "zhang@example.cn",
    )  # fmt: skip
    assert (zhang.tags, zhang.consent, zhang.note) == (["熟客", "周末"], "given", "喜欢草莓")
    assert by_id(farm, "A2").consent == "refused"


def test_a_gb18030_list_comes_in_too(farm):
    makers.imported(farm, LIST.encode("gb18030"))
    assert makers.names(farm) == ["张三", "李四", "王五"]


def test_importing_again_changes_nothing(farm):
    makers.imported(farm, LIST, orders=ORDERS)
    before = list(Customer.objects.order_by("pk").values())
    again = makers.imported(farm, LIST, orders=ORDERS)
    assert (again.report["customers_same"], again.report["orders_known"]) == (3, 3)
    assert (again.report["customers_new"], again.report["orders_new"]) == (0, 0)
    assert list(Customer.objects.order_by("pk").values()) == before


def test_two_purchases_that_look_alike_are_two_and_a_third_is_added_alone(farm):
    makers.imported(farm, LIST, orders=ORDERS)
    assert PastOrder.objects.filter(customer=by_id(farm, "A1")).count() == 2
    more = makers.imported(farm, LIST, orders=ORDERS + "A1,2024-01-02,1,12.5\n")
    assert (more.report["orders_new"], more.report["orders_known"]) == (1, 3)


def test_totals_are_stored_exactly(farm):
    makers.imported(farm, LIST, orders=ORDERS)
    zhang = by_id(farm, "A1")
    assert (zhang.orders_count, zhang.amount_minor, zhang.currency) == (2, 2500, "CNY")
    assert (zhang.first_order_on, zhang.last_order_on) == (date(2024, 1, 2), date(2024, 1, 2))
    order = PastOrder.objects.get(customer=by_id(farm, "A2"))
    assert (str(order.quantity), order.amount_minor) == ("2.5", 3000)


def test_a_later_list_corrects_what_it_says_and_keeps_what_it_leaves_empty(farm):
    makers.imported(farm, LIST)
    later = makers.imported(farm, "会员号,姓名,手机,标签\nA1,张三丰,,老友\n")
    assert later.report["customers_changed"] == 1
    zhang = by_id(farm, "A1")
    assert (zhang.name, zhang.phone) == ("张三丰", "+8613800138000")
    assert zhang.tags == ["熟客", "周末", "老友"]


def test_without_a_number_a_customer_is_known_by_phone_then_by_address(farm):
    makers.imported(farm, LIST)
    makers.imported(farm, "手机,姓名\n+86 137-0013-7000,王小五\n")
    makers.imported(farm, "email,姓名\nZHANG@example.cn,张先生\n")
    assert makers.names(farm) == ["张先生", "李四", "王小五"]


def test_two_numbers_are_two_customers_even_with_one_phone(farm):
    makers.imported(farm, "会员号,姓名,手机\nB1,爸爸,13800138000\nB2,妈妈,13800138000\n")
    assert makers.names(farm) == ["妈妈", "爸爸"]


def test_a_customer_without_number_becomes_one_of_two_who_share_the_phone(farm):
    makers.imported(farm, "姓名,手机\n家里,13800138000\n")
    makers.imported(farm, "会员号,姓名,手机\nB1,爸爸,13800138000\nB2,妈妈,13800138000\n")
    assert makers.names(farm) == ["妈妈", "爸爸"]
    assert by_id(farm, "B1").pk < by_id(farm, "B2").pk


def test_rows_about_one_customer_are_told_together(farm):
    job = makers.imported(
        farm, "会员号,姓名,手机,邮箱\nA1,张三,,\nA1,,13800138000,\n,,13800138000,z@example.cn\n"
    )
    assert job.report["customers_new"] == 1
    zhang = by_id(farm, "A1")
    assert (zhang.name, zhang.phone, zhang.email) == ("张三", "+8613800138000", "z@example.cn")


def test_a_table_of_purchases_alone_brings_its_customers(farm):
    job = makers.imported(farm, ORDERS)
    assert (job.report["customers_new"], job.report["orders_new"]) == (2, 3)


def test_bad_rows_are_refused_with_their_line_and_the_others_come_in(farm):
    job = makers.imported(
        farm,
        "会员号,姓名,手机,生日\nA1,张三,123,\n,无名,,\nA3,赵六,,2199-01-01\nA4,好人,,\n",
    )
    assert makers.names(farm) == ["好人"]
    told = [(e.line, e.column, e.code) for e in queries.row_errors(job)]
    assert told == [(2, "phone", "bad_phone"), (3, "", "no_identity"), (4, "birthday", "bad_date")]


def test_refused_rows_are_a_csv_to_correct_with_formulas_defused(farm):
    job = makers.imported(farm, "会员号,姓名,手机\n=CMD(),@evil,123\n")
    text = "".join(queries.errors_csv(job, str))
    assert "'=CMD()" in text
    assert "'@evil" in text
    assert ",=CMD" not in text
    fixed = text.replace(",123", ",13800138000")
    again = makers.imported(farm, fixed)
    assert again.report["customers_new"] == 1
    assert Customer.objects.get().name == "@evil"


def test_a_nul_byte_refuses_its_row(farm):
    job = makers.imported(farm, b"id,name\nA1,An\x00n\n" + b"A2,Bob\n" * 1)
    assert [error.code for error in queries.row_errors(job)] == ["nul"]
    assert makers.names(farm) == ["Bob"]


def test_orders_of_unknown_customers_are_refused_with_their_line(farm):
    job = makers.imported(farm, LIST, orders=ORDERS + "X9,2024-01-02,1,5\n")
    assert job.report["orders_new"] == 3
    assert [(e.file, e.line, e.code) for e in queries.row_errors(job)] == [
        ("orders", 5, "unknown_customer")
    ]
    assert not Customer.objects.filter(external_id="X9").exists()


def test_all_or_nothing_takes_nothing_when_a_row_is_wrong(farm):
    job = makers.imported(
        farm, LIST, orders=ORDERS + "X9,2024-01-02,1,5\n", choices=Choices(all_or_nothing=True)
    )
    assert job.state == CustomerImport.State.FAILED
    assert job.problem["code"] == "growth.rows_refused"
    assert not Customer.objects.exists()


def test_a_dry_run_says_exactly_what_would_happen_and_changes_nothing(farm):
    tried = makers.imported(farm, LIST, orders=ORDERS, dry_run=True)
    assert tried.state == CustomerImport.State.UPLOADED
    assert not Customer.objects.exists()
    assert not StagedCustomer.objects.exists()
    foretold = tried.report
    actions.queue_import(actor=farm.owner, job=tried, choices=Choices())
    assert actions.run_import(tried.pk).report == foretold
    assert Customer.objects.count() == 3


def test_the_guess_can_be_corrected(farm):
    choices = Choices(customers=FileChoices(mapping={"external_id": "编码", "name": "2"}))
    makers.imported(farm, "编码,别名,手机\nK1,阿梅,13800138000\n", choices=choices)
    assert (by_id(farm, "K1").name) == "阿梅"


def test_nothing_stays_behind_after_an_import(farm):
    job = makers.imported(farm, LIST, orders=ORDERS)
    assert not StagedCustomer.objects.exists()
    assert not StagedOrder.objects.exists()
    assert not list(queries.imports_folder().glob(f"{job.file}*"))


def test_an_import_is_in_the_audit_log(farm):
    job = makers.imported(farm, LIST)
    event = audit_log(farm.pk)[0]
    assert (event.name, event.import_id, event.customers_new) == (
        "growth.customers_imported", job.pk, 3,
    )  # fmt: skip


def test_only_who_may_import_imports(farm):
    mei = makers.member(farm)
    with pytest.raises(PermissionMissing):
        actions.start_import(actor=mei, community=farm, file=None, filename="x.csv")


def test_a_bad_file_is_refused_at_once_and_not_kept(farm):
    before = set(queries.imports_folder().iterdir())
    with pytest.raises(errors.NotATable):
        makers.imported(farm, b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
    assert set(queries.imports_folder().iterdir()) == before
    assert not CustomerImport.objects.exists()


def test_one_import_runs_at_a_time(farm):
    for expected in (None, errors.ImportRunning):
        job = CustomerImport.objects.create(
            community=farm, by=farm.owner, filename="x", file="x", made_at=now()
        )
        (queries.imports_folder() / "x").write_text(LIST)
        if expected is None:
            actions.queue_import(actor=farm.owner, job=job, choices=Choices())
        else:
            with pytest.raises(expected):
                actions.queue_import(actor=farm.owner, job=job, choices=Choices())


def prepared(farm, text=LIST, orders=ORDERS):
    """A queued import."""
    job = actions.start_import(
        actor=farm.owner, community=farm, file=BytesIO(text.encode()), filename="c.csv",
        orders_file=BytesIO(orders.encode()), orders_filename="o.csv",
    )  # fmt: skip
    return actions.queue_import(actor=farm.owner, job=job, choices=Choices())


def test_an_import_that_waits_while_its_community_closes_takes_nothing_over(farm):
    job = prepared(farm)
    close_community(actor=farm.owner, community=farm, name=farm.name, reason="Sold.")
    ended = actions.run_import(job.pk)
    assert (ended.state, ended.problem["code"]) == (CustomerImport.State.FAILED, "community.closed")
    assert not Customer.objects.exists()


def test_a_runner_that_dies_while_reading_leaves_it_to_the_next(farm, monkeypatch, travel):
    job = prepared(farm)
    monkeypatch.setattr(staging, "CHUNK", 2)
    writes = staging.Stager._write
    count = 0

    def dying(self):
        nonlocal count
        count += 1
        if count == 2:
            raise DatabaseError("the server went away")
        writes(self)

    monkeypatch.setattr(staging.Stager, "_write", dying)
    left = actions.run_import(job.pk)
    assert left.state == CustomerImport.State.READING
    assert left.rows_done == 2
    assert queries.waiting_imports() == []
    with travel(now() + timedelta(minutes=5)):
        assert queries.waiting_imports() == [job.pk]
        done = actions.run_import(job.pk)
    assert done.state == CustomerImport.State.DONE
    assert (done.report["customers_new"], done.report["orders_new"]) == (3, 3)


def test_a_failure_while_applying_takes_nothing_over(farm, monkeypatch, travel):
    job = prepared(farm)

    def broken(self, report):
        raise DatabaseError("disk full")

    monkeypatch.setattr(applying.Applier, "_take_orders", broken)
    actions.run_import(job.pk)
    assert not Customer.objects.exists()
    monkeypatch.undo()
    with travel(now() + timedelta(minutes=5)):
        assert running.run_waiting_imports() == 1
    assert Customer.objects.count() == 3


def test_an_import_that_breaks_three_times_is_given_up_with_a_sentence(farm, monkeypatch, travel):
    job = prepared(farm)

    def broken(self, report):
        raise DatabaseError("disk full")

    monkeypatch.setattr(applying.Applier, "_take_orders", broken)
    with travel(now()) as clock:
        for _try in range(3):
            actions.run_import(job.pk)
            clock.move(timedelta(minutes=5))
    job.refresh_from_db()
    assert (job.state, job.problem["code"]) == (CustomerImport.State.FAILED, "growth.import_broken")
    assert not StagedCustomer.objects.exists()


def test_a_cancelled_import_is_not_run(farm):
    job = prepared(farm)
    actions.cancel_import(actor=farm.owner, job=job)
    with pytest.raises(errors.ImportClosed):
        actions.run_import(job.pk)
    assert not Customer.objects.exists()


def test_who_unsubscribed_stays_so_after_deletion_and_a_new_import(farm):
    makers.imported(farm, LIST)
    zhang, wang = by_id(farm, "A1"), Customer.objects.get(name="王五")
    for one in (zhang, wang):
        actions.unsubscribe_customer(customer=one)
        actions.forget_customer(actor=farm.owner, customer=one)
    job = makers.imported(farm, LIST)
    assert job.report["suppressed"] == 2
    assert by_id(farm, "A1").unsubscribed_at is not None
    assert Customer.objects.get(name="王五").unsubscribed_at is not None
    assert by_id(farm, "A2").unsubscribed_at is None


def test_consent_is_kept_with_its_source(farm):
    makers.imported(
        farm,
        "会员号,姓名\nA7,孙七\n",
        choices=Choices(consent="given", consent_source="2023 年门店登记表", source="门店"),
    )
    sun = by_id(farm, "A7")
    assert (sun.consent, sun.consent_source, sun.source) == ("given", "2023 年门店登记表", "门店")
    assert sun.consent_at is not None


def test_totals_without_orders_are_taken_as_stated(farm):
    makers.imported(farm, "会员号,姓名,最近购买,购买次数,累计消费\nA1,张三,2024-01-02,7,99.5\n")
    zhang = by_id(farm, "A1")
    assert (zhang.last_order_on, zhang.orders_count, zhang.amount_minor) == (
        date(2024, 1, 2), 7, 9950,
    )  # fmt: skip


def test_row_errors_are_counted_beyond_what_is_kept(farm, monkeypatch):
    monkeypatch.setattr(staging, "MOST_ERRORS_KEPT", 3)
    said = Choices(customers=FileChoices(mapping={"phone": "手机"}))
    job = makers.imported(farm, "会员号,手机\n" + "A1,12\n" * 10, choices=said)
    assert job.errors_count == 10
    assert RowError.objects.filter(job=job).count() == 3


def test_imports_of_one_community_do_not_touch_another(farm):
    other = makers.community()
    makers.imported(farm, LIST, orders=ORDERS)
    makers.imported(other, LIST, orders=ORDERS)
    assert Customer.objects.filter(community=farm).count() == 3
    assert Customer.objects.filter(community=other).count() == 3


def test_rows_that_repeat_are_counted_and_what_they_overwrite_is_told(farm):
    text = (
        "会员号,姓名,手机,标签\nA1,王大锤,13800000001,熟客\nA2,李梅,,\nA1,王大锤,,\n"
        "A1,王小锤,13800000001,老友\nA2,,13800000002,\nA3,坏号,12,\n"
    )
    for dry_run in (True, False):
        report = makers.imported(farm, text, dry_run=dry_run).report
        assert (report["customer_rows"], report["customers_new"]) == (6, 2)
        assert (report["customer_rows_repeating"], report["customer_rows_refused"]) == (3, 1)
        assert report["rows_overwriting"] == 1
        (told,) = report["overwriting"]
        assert (told["line"], told["earlier_line"], told["columns"]) == (5, 2, ["name"])
    assert (by_id(farm, "A1").name, by_id(farm, "A1").tags) == ("王小锤", ["熟客", "老友"])
    assert by_id(farm, "A2").phone == "+8613800000002"


def test_the_numbers_of_two_files_add_up_each(farm):
    makers.imported(farm, "会员号,姓名\nOLD,老王\n")
    report = makers.imported(
        farm, LIST + "A1,张三,,,,,\n", orders=ORDERS + "OLD,2024-01-02,1,5\nX9,2024-01-02,1,5\n"
    ).report
    assert (report["customer_rows"], report["customer_rows_repeating"]) == (4, 1)
    assert (report["order_rows"], report["orders_new"], report["order_rows_refused"]) == (5, 4, 1)


def test_purchases_in_one_table_do_not_count_as_repetitions(farm):
    report = makers.imported(farm, ORDERS).report
    assert (report["order_rows"], report["orders_new"], report["customer_rows"]) == (3, 3, 0)
    assert report["rows_overwriting"] == 0


def test_a_lost_upload_is_said_instead_of_breaking(farm):
    job = prepared(farm)
    (folder() / job.file).unlink()
    with pytest.raises(errors.UploadGone):
        queries.look_at(job, Choices())
