from decimal import Decimal

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from qunluo.kernel.money import MixedCurrencies, Money, NotMoney, TooFine, digits, total

minors = st.integers(-(10**15), 10**15)
shares = st.lists(st.integers(0, 10**6), min_size=1, max_size=40)
currencies = st.sampled_from(["CNY", "USD", "EUR", "JPY", "KWD"])


@given(minors, shares, currencies)
def test_a_split_loses_and_gains_nothing(minor, parts, currency):
    assume(sum(parts) > 0)
    whole = Money(minor, currency)
    assert total(whole.split(parts), currency) == whole


@given(minors, shares)
@example(2_054_129, [1_900, 1, 1_614])
def test_each_part_is_within_one_minor_unit_of_its_share(minor, parts):
    assume(sum(parts) > 0)
    for part, share in zip(Money(minor, "CNY").split(parts), parts, strict=True):
        exact = Decimal(minor) * share / sum(parts)
        assert abs(part.minor - exact) < 1


@given(minors, shares)
def test_who_has_no_share_gets_nothing(minor, parts):
    assume(sum(parts) > 0)
    for part, share in zip(Money(minor, "CNY").split(parts), parts, strict=True):
        assert share or part.minor == 0


def test_the_first_payers_carry_the_remainder():
    assert [m.minor for m in Money(100, "CNY").split([1, 1, 1])] == [34, 33, 33]
    assert [m.minor for m in Money(101, "CNY").split([0, 1, 1])] == [0, 51, 50]


@pytest.mark.parametrize("parts", [[], [0], [0, 0], [1, -1], [3, -1]])
def test_a_split_needs_shares(parts):
    with pytest.raises(ValueError, match="Shares"):
        Money(100, "CNY").split(parts)


@given(minors, st.integers(0, 100))
def test_a_portion_and_its_rest_make_the_whole(minor, percent):
    whole = Money(minor, "CNY")
    part = whole.portion(percent, 100)
    assert part + (whole - part) == whole
    assert abs(part) <= abs(whole)


@given(minors, minors)
def test_sums_and_comparisons_follow_the_numbers(a, b):
    one, other = Money(a, "CNY"), Money(b, "CNY")
    assert (one + other - other) == one
    assert (one < other, one <= other, one > other, one >= other) == (a < b, a <= b, a > b, a >= b)
    assert one * 3 == 3 * one == one + one + one
    assert -one + one == Money(0, "CNY")
    assert bool(one) is bool(a)


def test_two_currencies_never_mix():
    for act in ("__add__", "__sub__", "__lt__", "__ge__"):
        with pytest.raises(MixedCurrencies):
            getattr(Money(1, "CNY"), act)(Money(1, "USD"))
    assert Money(1, "CNY") != Money(1, "USD")


@pytest.mark.parametrize("minor", [1.0, "1", Decimal(1), True, None])
def test_only_whole_numbers_are_money(minor):
    with pytest.raises(TypeError):
        Money(minor, "CNY")


@pytest.mark.parametrize("currency", ["", "cny", "RMB", "XX"])
def test_only_iso_currencies_are_money(currency):
    with pytest.raises(ValueError, match="ISO 4217"):
        Money(1, currency)


def test_decimals_come_from_the_currency():
    assert (digits("CNY"), digits("JPY"), digits("KWD")) == (2, 0, 3)
    assert Money(1234, "KWD").decimal == Decimal("1.234")


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("12.5", 1250),
        ("¥12.50", 1250),
        ("￥１２．５", 1250),
        ("12.50元", 1250),
        ("CNY 3", 300),
        ("1,234.56", 123456),
        ("1.2万", 1_200_000),
        ("3亿", 30_000_000_000),
        ("-5", -500),
        ("－5", -500),
        (" 0.01 ", 1),
    ],
)
def test_what_people_type_is_understood(text, minor):
    assert Money.parse(text, "CNY") == Money(minor, "CNY")


@pytest.mark.parametrize(
    "text", ["", "abc", "1.2.3", "12,34.5", "1e5", "NaN", "∞", "$$", "--1", "9" * 30]
)
def test_nonsense_is_refused(text):
    with pytest.raises(NotMoney):
        Money.parse(text, "CNY")


@pytest.mark.parametrize(("text", "currency"), [("0.001", "CNY"), ("1.5", "JPY")])
def test_too_many_decimals_are_refused_not_rounded(text, currency):
    with pytest.raises(TooFine):
        Money.parse(text, currency)


@given(minors, currencies, st.sampled_from(["zh-hans", "en"]))
def test_what_is_written_reads_back_the_same(minor, currency, language):
    money = Money(minor, currency)
    text = f"{money.decimal:,}"
    assert Money.parse(text, currency, language) == money


@given(st.integers(0, 10**12), currencies, st.sampled_from(["zh-hans", "en"]))
def test_the_form_people_see_reads_back_the_same(minor, currency, language):
    money = Money(minor, currency)
    assert Money.parse(money.format(language), currency, language) == money


def test_each_language_writes_money_its_way():
    assert Money(123450, "CNY").format("zh-hans") == "¥1,234.50"
    assert Money(123450, "CNY").format("en") == "CN¥1,234.50"
    assert Money(1234, "JPY").format("en") == "¥1,234"
    assert str(Money(5, "CNY")) == "0.05 CNY"
