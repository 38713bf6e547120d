"""Whatever is uploaded: it comes in, or is refused with a reason, and nothing is half done."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qunluo.growth import errors
from qunluo.growth.models import Customer, PastOrder, StagedCustomer, StagedOrder
from tests.growth import makers

pytestmark = [pytest.mark.django_db, pytest.mark.req("M11")]
CELLS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["", "A1", "a1", "13800138000", "+86 138", "x@example.cn", "X@EXAMPLE.CN", "=1+1", "@a",
         "2024-01-02", "2024-13-40", "19970101", "31/12/2024", "11.77", "1e9", "-3", "￥88",
         "1.2万", "是", "no", "9" * 30,
         "x" * 400, "a\x00b", '"', "'", "\u202e", "NaN", "Infinity", "٣"]
    ),
)  # fmt: skip
HEADERS = st.permutations(
    ["会员号", "姓名", "手机", "邮箱", "生日", "标签", "同意", "日期", "数量", "金额", "订单号"]
)
QUIET = {
    "max_examples": 40,
    "deadline": None,
    "suppress_health_check": list(HealthCheck),
    "database": None,
}


def table(header, rows):
    lines = [",".join(header)]
    lines += [",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows]
    return "\n".join(lines).encode("utf-8", "surrogatepass")


@pytest.fixture
def farm():
    return makers.community()


def ended_well(farm, raw):
    """Import; return the job, or None when the file itself was refused."""
    before = Customer.objects.count(), PastOrder.objects.count()
    try:
        job = makers.imported(farm, raw)
    except (errors.BadTable, errors.ColumnsMissing):
        assert (Customer.objects.count(), PastOrder.objects.count()) == before
        return None
    assert job.state == "done", job.problem
    after = Customer.objects.count(), PastOrder.objects.count()
    assert after[0] - before[0] == job.report["customers_new"]
    assert after[1] - before[1] == job.report["orders_new"]
    assert not StagedCustomer.objects.exists()
    assert not StagedOrder.objects.exists()
    return job


@given(HEADERS, st.lists(st.lists(CELLS, min_size=3, max_size=11), min_size=1, max_size=12))
@settings(**QUIET)
def test_any_table_comes_in_or_is_refused_and_a_second_time_changes_nothing(farm, header, rows):
    raw = table(header, rows)
    if ended_well(farm, raw):
        again = ended_well(farm, raw)
        assert (again.report["customers_new"], again.report["orders_new"]) == (0, 0)


@given(st.binary(max_size=2000))
@settings(**QUIET)
def test_any_bytes_come_in_or_are_refused(farm, raw):
    ended_well(farm, raw)
