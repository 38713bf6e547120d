"""Which column holds what, and how its cells are understood."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qunluo.growth import errors
from qunluo.growth.rules import cells, columns
from qunluo.growth.rules.cells import BadCell

pytestmark = pytest.mark.req("M11")


def guessed(*rows, **said):
    return columns.guess([list(row) for row in rows], **said)


def test_chinese_headers_are_understood():
    found = guessed(
        (
            "会员编号",
            "姓名",
            "手机号码",
            "电子邮箱",
            "会员等级",
            "最近消费时间",
            "是否同意",
            "备注",
        ),
        ("A1", "张三", "13800138000", "a@b.cn", "金卡", "2024-01-02", "是", "常客"),
    )
    assert found.mapping == {
        "external_id": 0, "name": 1, "phone": 2, "email": 3, "tags": 4, "last_order_on": 5,
        "consent": 6, "note": 7,
    }  # fmt: skip


def test_english_headers_are_understood():
    found = guessed(
        ("Customer ID", "Full name", "Mobile", "E-Mail", "Accepts Marketing", "Total Spent"),
        ("7", "Ann Lee", "+44 20 7946 0958", "ann@example.org", "yes", "12.50"),
    )
    assert set(found.mapping) == {
        "external_id", "name", "phone", "email", "consent", "amount_total",
    }  # fmt: skip


def test_an_order_export_of_a_shop_is_customers_and_orders_in_one():
    found = guessed(
        (
            "订单编号",
            "买家会员名",
            "收货人姓名",
            "联系手机",
            "订单付款时间",
            "宝贝标题",
            "实付金额",
        ),
        (
            "123456789012345678",
            "小梅88",
            "张三",
            "13800138000",
            "2024-01-02 12:00:01",
            "梨",
            "12.5",
        ),
    )
    assert found.mapping["name"] == 2
    assert columns.has_orders(found.mapping)
    assert found.mapping["reference"] == 0


def test_a_header_whose_values_say_otherwise_is_not_believed():
    found = guessed(("Phone", "Name"), *[("yes", "Ann")] * 6)
    assert "phone" not in found.mapping


def test_a_table_without_headers_is_known_by_its_values():
    found = guessed(
        ("00001", "19970101", "1", "11.77"), ("00002", "19970112", "1", "12.00"),
        ("00002", "19970112", "5", "77.00"), ("00003", "19970102", "2", "20.76"),
    )  # fmt: skip
    assert not found.has_header
    assert found.mapping == {"external_id": 0, "on": 1, "quantity": 2, "amount": 3}


def test_a_contact_list_without_headers_is_known_by_its_values():
    found = guessed(
        ("张三", "13800138000", "zhang@example.cn"), ("李四", "13900139000", "li@example.cn"),
        ("王小二", "13700137000", ""),
    )  # fmt: skip
    assert found.mapping == {"name": 0, "phone": 1, "email": 2}


def test_the_person_corrects_the_guess_by_header_or_number():
    found = guessed(("Name", "Alias", "Phone"), ("Ann", "annie", "13800138000"))
    assert columns.corrected(found, {"name": "alias"}, 3)["name"] == 1
    assert columns.corrected(found, {"name": "2"}, 3)["name"] == 1
    assert "name" not in columns.corrected(found, {"name": ""}, 3)
    with pytest.raises(errors.UnknownColumn):
        columns.corrected(found, {"name": "Nickname"}, 3)


def test_a_mapping_that_names_nobody_is_refused():
    with pytest.raises(errors.ColumnsMissing):
        columns.check({"name": 0})
    with pytest.raises(errors.OrderColumnsMissing):
        columns.check({"external_id": 0, "on": 1}, orders_only=True)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("13800138000", "+8613800138000"),
        ("138 0013 8000", "+8613800138000"),
        ("+86 138-0013-8000", "+8613800138000"),
        ("１３８００１３８０００", "+8613800138000"),
        ("010-6552 9988", "+861065529988"),
        ("+1 650 253 0000", "+16502530000"),
        ("'+8613800138000", "+8613800138000"),
        ("", ""),
    ],
)
def test_phones_become_e164(text, number):
    assert cells.phone("CN")(text) == number


@pytest.mark.parametrize("text", ["123", "phone", "138001380001234567", "1" * 500])
def test_what_is_no_phone_is_refused(text):
    with pytest.raises(BadCell, match="bad_phone"):
        cells.phone("CN")(text)


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("11.77", 1177), ("12", 1200), ("12.5", 1250), ("12.500", 1250), ("-3.10", -310),
        ("¥1,234.50", 123450), ("￥88", 8800), ("88元", 8800), ("1.2万", 1200000), ("0.07", 7),
    ],
)  # fmt: skip
def test_amounts_are_exact(text, minor):
    assert cells.amount("CNY")(text) == minor


@pytest.mark.parametrize(
    ("text", "code"), [("12.345", "too_fine"), ("free", "bad_amount"), ("1.2.3", "bad_amount")]
)
def test_what_is_no_amount_is_refused(text, code):
    with pytest.raises(BadCell, match=code):
        cells.amount("CNY")(text)


@given(st.integers(-(10**12), 10**12))
def test_every_amount_survives_writing_and_reading(minor):
    sign, whole = ("-" if minor < 0 else ""), abs(minor)
    assert cells.amount("CNY")(f"{sign}{whole // 100}.{whole % 100:02}") == minor


@pytest.mark.parametrize(
    "text",
    ["2024-05-01", "2024/5/1", "2024.5.1", "20240501", "2024年5月1日", "2024-05-01 12:30:00",
     "1.5.2024", "01/05/2024", "2024-05-01T08:00:00Z"],
)  # fmt: skip
def test_dates_are_read_as_people_write_them(text):
    assert cells.day(text) == date(2024, 5, 1)


@pytest.mark.parametrize("text", ["2024-13-01", "yesterday", "1234567", "0001-01-01", "31.2.2024"])
def test_what_is_no_date_is_refused(text):
    with pytest.raises(BadCell, match="bad_date"):
        cells.day(text)


def test_day_and_month_are_told_apart_by_the_column():
    assert cells.month_comes_first(["3/4/2024", "5/31/2024"]) is True
    assert cells.month_comes_first(["3/4/2024", "31/5/2024"]) is False
    assert cells.month_comes_first(["3/4/2024"]) is None
    assert cells.day("3/4/2024", month_first=True) == date(2024, 3, 4)


def test_consent_is_a_clear_yes_or_no():
    assert [cells.consent(text) for text in ("是", "YES", "同意", "否", "")] == [
        "given", "given", "given", "refused", "",
    ]  # fmt: skip
    with pytest.raises(BadCell, match="bad_consent"):
        cells.consent("maybe")


@given(st.text())
def test_what_leaves_as_csv_never_starts_a_formula_and_comes_back_unchanged(text):
    said = cells.safe(text)
    assert not said.startswith(("=", "+", "-", "@", "\t", "\r"))
    if not text.startswith("'"):
        assert cells.bare(said) == text


def test_a_past_order_has_no_more_than_three_decimals():
    assert cells.thousandths("2.5") == 2500
    assert cells.thousandths("") == 1000
    with pytest.raises(BadCell, match="bad_quantity"):
        cells.thousandths("0.0001")


def test_a_first_row_without_digits_above_rows_with_digits_names_the_columns():
    assert guessed(("编码", "别名"), ("K1", "阿梅"), ("K2", "阿兰")).has_header
    assert not guessed(("阿梅", "K1"), ("阿兰", "K2")).has_header
    assert guessed(("阿梅", "K1"), ("阿兰", "K2"), has_header=True).header == ["阿梅", "K1"]
