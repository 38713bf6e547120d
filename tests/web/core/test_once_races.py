"""Two taps at once: the race, and that the key of the form ends it."""

import importlib
import threading

import pytest
from django.urls import reverse

from qunluo.growth.models import Customer
from tests.web.everybody import town

pytestmark = pytest.mark.django_db(transaction=True)
actions = importlib.import_module("qunluo.growth.actions")


@pytest.fixture
def tap_twice(transactional_db, race, monkeypatch):
    """Send a form from two tabs of one browser; tell how many customers that made, and where to."""
    farm, plain = town(), actions.add_customer
    path = reverse("growth:customer_add", kwargs={"slug": farm.farm.slug})
    tabs = [farm.browser("owner") for _tab in range(2)]

    def at_once(sent, together=None):
        def add_customer(**said):
            if together:
                together.wait(timeout=20)
            return plain(**said)

        monkeypatch.setattr(actions, "add_customer", add_customer)
        before = Customer.objects.count()
        outcome = race(2, lambda tab: tabs[tab].post(path, sent)["Location"])
        assert outcome.errors == []
        return Customer.objects.count() - before, len(set(outcome.results))

    return at_once


def test_without_its_key_a_double_tap_acts_twice(tap_twice):
    assert tap_twice({"name": "Zhao"}, together=threading.Barrier(2)) == (2, 2)


def test_a_double_tap_acts_once_and_both_lead_to_the_same_place(tap_twice):
    assert tap_twice({"name": "Zhao", "once": "k" * 27}) == (1, 1)
