"""The main job on real input: the CDNOW purchase history, whole and exact."""

import sys
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest
from django.db.models import Sum

from qunluo.growth.models import Customer, PastOrder
from tests.growth import makers

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))

import datasets

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.req("M11")]


@pytest.fixture(scope="module")
def history():
    return datasets.cdnow().read_bytes()


def told_by_the_file(history):
    """Counts and totals computed from the raw file by other means."""
    lines = history.decode("ascii").splitlines()[1:]
    rows = [line.split() for line in lines]
    spent = Counter()
    for customer, _day, _quantity, amount in rows:
        spent[customer] += Decimal(amount)
    return rows, spent


def test_every_customer_and_every_purchase_comes_in_and_a_second_time_none(history):
    shop = makers.community()
    job = makers.imported(shop, history, name="CDNOW_master.txt")
    assert (job.report["customers_new"], job.report["orders_new"]) == (23_570, 69_659)
    assert job.report["rows_refused"] == 0
    assert Customer.objects.filter(community=shop).count() == 23_570
    assert PastOrder.objects.filter(community=shop).count() == 69_659

    rows, spent = told_by_the_file(history)
    assert (len(spent), len(rows)) == (23_570, 69_659)
    kept = dict(Customer.objects.filter(community=shop).values_list("external_id", "amount_minor"))
    assert kept == {customer: int(total * 100) for customer, total in spent.items()}
    sums = PastOrder.objects.filter(community=shop).aggregate(
        amount=Sum("amount_minor"), quantity=Sum("quantity_milli")
    )
    assert sums["amount"] == int(sum(Decimal(row[3]) for row in rows) * 100)
    assert sums["quantity"] == sum(int(row[2]) for row in rows) * 1000

    again = makers.imported(shop, history, name="CDNOW_master.txt")
    assert (again.report["customers_same"], again.report["orders_known"]) == (23_570, 69_659)
    assert (again.report["customers_new"], again.report["orders_new"]) == (0, 0)
