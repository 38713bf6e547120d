"""The door of payment providers: what is proven is taken once, the rest is refused in few words."""

import json
from dataclasses import asdict

import pytest
from django.test import Client
from django.urls import reverse

from qunluo.kernel.clock import now, travel
from qunluo.market import actions
from qunluo.market.models import Payment, ProviderNotice
from qunluo.market.ports import Fate
from qunluo.web.pay import views
from tests.market.makers import clean, free, order, product, state
from tests.market.stand_in import paid

pytestmark = pytest.mark.django_db


def begun(shop):
    """An order that is being paid at the till."""
    made = order(shop, shop.mei, product(shop))
    payment = actions.begin_payment(actor=shop.mei, order=made, provider="till")
    return made, payment


def said(outcome):
    told = {**asdict(outcome), "fate": outcome.fate.value, "kind": "payment"}
    del told["at"]
    return json.dumps(told)


def call(shop, body, *, signature="right", key="", query=""):
    path = reverse("pay:notice", kwargs={"provider": "till", "key": key or shop.account.key})
    return Client(enforce_csrf_checks=True, raise_request_exception=False).post(
        path + query, body, content_type="application/json", headers={"Till-Signature": signature}
    )


def test_a_proven_notice_pays_the_order_and_is_answered_as_the_provider_wants(paid_by_till):
    made, payment = begun(paid_by_till)
    answer = call(paid_by_till, said(paid(payment)))
    assert (answer.status_code, answer.content, answer["Content-Type"]) == (
        200, b"ok", "text/plain",
    )  # fmt: skip
    assert state(made) == "fulfilled"
    assert free(paid_by_till, "escrow") == made.total
    clean(paid_by_till)


def test_the_same_notice_again_and_again_is_taken_once(paid_by_till):
    _made, payment = begun(paid_by_till)
    body = said(paid(payment))
    assert {call(paid_by_till, body).status_code for _ in range(3)} == {200}
    assert ProviderNotice.objects.get().times == 3
    clean(paid_by_till)


def test_what_is_not_proven_changes_nothing_and_says_why_in_a_word(paid_by_till):
    made, payment = begun(paid_by_till)
    answer = call(paid_by_till, said(paid(payment)), signature="forged")
    assert (answer.status_code, answer.content) == (400, b"market.bad_notice")
    assert answer["Content-Type"] == "text/plain"
    assert state(made) == "placed"
    assert not ProviderNotice.objects.exists()


@pytest.mark.parametrize("key", ["nothing", "0" * 20])
def test_an_unknown_address_is_not_there(paid_by_till, key):
    assert call(paid_by_till, "{}", key=key).status_code == 404


def test_the_address_of_one_provider_is_not_that_of_another(paid_by_till):
    path = reverse("pay:notice", kwargs={"provider": "other", "key": paid_by_till.account.key})
    assert Client().post(path, "{}", content_type="application/json").status_code == 404


def test_a_notice_that_is_too_large_is_refused_unread(paid_by_till):
    assert call(paid_by_till, "x" * (views.LONGEST + 1)).status_code == 413
    assert not ProviderNotice.objects.exists()


@pytest.mark.parametrize("body", ["", "[]", "null", "{", "\0", '{"kind": "payment"}', "1" * 9_000])
def test_junk_with_a_right_signature_is_answered_without_a_word_about_us(paid_by_till, body):
    answer = call(paid_by_till, body)
    assert answer.status_code == 500  # the till of the tests trusts what is signed
    assert answer.content == b"not taken"
    assert not ProviderNotice.objects.exists()


def test_a_notice_of_a_payment_that_nobody_knows_is_kept_and_refused(paid_by_till):
    _made, payment = begun(paid_by_till)
    body = said(paid(payment, number="NOBODY1"))
    assert call(paid_by_till, body).status_code == 200
    assert ProviderNotice.objects.get().state == "refused"


def test_providers_may_come_with_get_and_with_nothing_else(paid_by_till):
    path = reverse("pay:notice", kwargs={"provider": "till", "key": paid_by_till.account.key})
    assert Client().get(path).status_code == 400
    assert {getattr(Client(), how)(path).status_code for how in ("put", "delete")} == {405}


def test_who_calls_too_often_waits(paid_by_till, settings, monkeypatch):
    monkeypatch.delenv("QUNLUO_NO_RATE_LIMITS", raising=False)
    with travel(now()):  # however long the calls take
        answers = [call(paid_by_till, "{}", signature="no") for _ in range(602)]
    assert answers[0].status_code == 400
    assert answers[-1].status_code == 429
    assert int(answers[-1]["Retry-After"]) >= 1


def test_a_notice_that_cannot_be_handled_waits_and_holds_up_no_other(paid_by_till, monkeypatch):
    first, second = begun(paid_by_till), begun(paid_by_till)
    heard = paid_by_till.till.hear

    def fails_after_hearing(merchant, given, now):
        outcomes = heard(merchant, given, now)
        if ProviderNotice.objects.exists() and outcomes[0].number == first[1].number:
            raise RuntimeError("Broken")
        return outcomes

    monkeypatch.setattr(paid_by_till.till, "hear", fails_after_hearing)
    assert call(paid_by_till, said(paid(first[1]))).status_code == 200
    assert call(paid_by_till, said(paid(second[1]))).status_code == 200
    assert (state(first[0]), state(second[0])) == ("placed", "fulfilled")
    waiting = ProviderNotice.objects.get(state="waiting")
    monkeypatch.setattr(paid_by_till.till, "hear", heard)
    ProviderNotice.objects.filter(pk=waiting.pk).update(try_at=waiting.received_at)
    assert actions.handle_due_notices() == 1
    assert state(first[0]) == "fulfilled"
    assert Payment.objects.filter(state="paid").count() == 2


def test_a_refund_that_ended_elsewhere_is_heard_too(paid_by_till):
    made, payment = begun(paid_by_till)
    call(paid_by_till, said(paid(payment)))
    paid_by_till.till.refund_fate = Fate.OPEN
    refund = actions.refund_order(actor=paid_by_till.owner, order=made, amount=100, reason="Late")
    actions.try_refunds()
    told = {"kind": "refund", "number": refund.number, "fate": "done", "amount": 100}
    assert call(paid_by_till, json.dumps(told)).status_code == 200
    refund.refresh_from_db()
    assert refund.state == "done"
    clean(paid_by_till)
