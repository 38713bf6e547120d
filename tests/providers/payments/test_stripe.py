"""Stripe against a stand-in that keeps idempotency keys and signs its events."""

import json
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta

import pytest

from qunluo.kernel.money import CURRENCIES
from qunluo.market.ports import (
    BadNotice,
    Call,
    Fate,
    Merchant,
    ProviderRefused,
    ProviderUnreachable,
    Way,
)
from qunluo.providers.payments.stripe.amounts import from_stripe, to_stripe
from qunluo.providers.payments.stripe.provider import Provider
from tests.providers.payments.standins import NOON, asked, refund_asked, refused
from tests.providers.payments.stripes import (
    ACCOUNT,
    SECRET,
    Stripe,
    merchant,
    seconds,
    signed,
)

pytestmark = [pytest.mark.req("X07"), pytest.mark.above_the_database]

NUMBER = asked().number


def in_euro(*args, **more):
    return asked(*args, **{"currency": "EUR", **more})


def back(*args, **more):
    return refund_asked(*args, **{"currency": "EUR", "ref": f"pi_{NUMBER}", **more})


@pytest.fixture
def stripe(here, noon):
    service = Stripe(noon)
    yield service
    service.stop()


@pytest.fixture
def provider(stripe):
    provider = Provider()
    provider.base = stripe.base
    return provider


def test_a_payer_goes_to_the_page_of_a_session(stripe, provider):
    how = provider.create(merchant(), in_euro())
    assert (how.way, how.value) == (Way.REDIRECT, f"https://checkout.stripe.com/c/pay/{NUMBER}")
    told = stripe.session(NUMBER)["asked"]
    assert told["line_items"]["0"]["price_data"]["unit_amount"] == "1990"
    assert told["line_items"]["0"]["price_data"]["product_data"]["name"] == asked().title
    assert told["payment_intent_data"] == {"metadata": {"number": NUMBER}}
    assert stripe.got[0][3]["idempotency-key"] == NUMBER
    assert provider.create(merchant(), in_euro()) == how
    assert len(stripe.sessions) == 1


def test_a_session_lives_as_long_as_stripe_allows(stripe, provider):
    for number, ends, wanted in [
        ("QL0000P1", timedelta(minutes=5), timedelta(minutes=31)),
        ("QL0000P2", timedelta(hours=2), timedelta(hours=2)),
        ("QL0000P3", timedelta(days=7), timedelta(hours=23, minutes=59)),
    ]:
        provider.create(merchant(), in_euro(number, expires_at=NOON + ends))
        assert int(stripe.session(number)["asked"]["expires_at"]) == seconds(NOON + wanted)


def test_a_payment_begun_at_another_moment_goes_on(stripe, provider, noon):
    soon = {"expires_at": NOON + timedelta(minutes=5)}
    stripe.moods.append("hung up")
    with pytest.raises(ProviderUnreachable):
        provider.create(merchant(), in_euro(**soon))
    noon.move(timedelta(seconds=30))  # its end would be told otherwise now
    assert provider.create(merchant(), in_euro(**soon)).value.endswith(NUMBER)
    assert len(stripe.sessions) == 1
    stripe.pay(NUMBER)
    with refused("no longer"):
        provider.create(merchant(), in_euro(**soon))


@pytest.mark.parametrize(
    ("currency", "ours", "theirs"),
    [("JPY", 1200, 1200), ("EUR", 1050, 1050), ("CNY", 1, 1), ("ISK", 5, 500), ("UGX", 5, 500),
     ("KWD", 1230, 1230), ("RSD", 7, 700), ("HUF", 100, 100), ("KRW", 9, 9), ("TWD", 300, 300)],
)  # fmt: skip
def test_amounts_are_counted_as_stripe_counts_them(stripe, provider, currency, ours, theirs):
    provider.create(merchant(), asked(amount=ours, currency=currency))
    assert stripe.session(NUMBER)["amount_total"] == theirs
    stripe.pay(NUMBER)
    paid = provider.query(merchant(), NUMBER)
    assert (paid.amount, paid.currency) == (ours, currency)


def test_amounts_go_there_and_back_in_every_currency():
    for currency in CURRENCIES:
        with suppress(ProviderRefused):
            assert from_stripe(to_stripe(120, currency), currency) == 120
    for currency in ("KWD", "BHD"):
        with pytest.raises(ProviderRefused):
            to_stripe(1231, currency)
    for odd in (True, 10.0, "10", None):
        with pytest.raises(ValueError):  # noqa: PT011
            from_stripe(odd, "EUR")
    with pytest.raises(ValueError):  # noqa: PT011
        from_stripe(150, "ISK")


def test_how_a_payment_stands(stripe, provider, noon):
    assert provider.query(merchant(), NUMBER).fate is Fate.UNKNOWN
    provider.create(merchant(), in_euro())
    assert provider.query(merchant(), NUMBER).fate is Fate.OPEN
    stripe.pay(NUMBER)
    paid = provider.query(merchant(), NUMBER)
    assert (paid.fate, paid.amount, paid.currency, paid.merchant) == (
        Fate.DONE,
        1990,
        "EUR",
        ACCOUNT,
    )
    assert (paid.ref, paid.at) == (f"pi_{NUMBER}", NOON + timedelta(minutes=1))
    # Days later the session is behind us, and its intent tells the same.
    noon.move(timedelta(days=5))
    assert provider.query(merchant(), NUMBER) == paid


def test_a_payment_is_found_behind_many_others(stripe, provider):
    provider.create(merchant(), in_euro())
    first = stripe.session(NUMBER)
    for n in range(250):
        other = {"id": f"cs_{n}", "client_reference_id": f"other{n}"}
        stripe.sessions[f"cs_{n}"] = {**first, **other, "created": first["created"] + 1}
    assert provider.query(merchant(), NUMBER).fate is Fate.OPEN


def test_a_payment_that_takes_days_is_open_until_it_is_decided(stripe, provider):
    provider.create(merchant(), in_euro())
    session = stripe.pay(NUMBER, payment_status="unpaid")
    intent = stripe.intents[f"pi_{NUMBER}"]
    intent["status"] = "processing"
    assert provider.query(merchant(), NUMBER).fate is Fate.OPEN
    done = provider.hear(merchant(), stripe.notice("checkout.session.completed", session), NOON)
    assert done[0].fate is Fate.OPEN
    with refused("paid"):
        provider.close(merchant(), NUMBER)
    failed = stripe.notice("checkout.session.async_payment_failed", session)
    assert provider.hear(merchant(), failed, NOON)[0].fate is Fate.CLOSED
    for status in ("canceled", "requires_payment_method"):
        intent["status"] = status
        assert provider.query(merchant(), NUMBER).fate is Fate.CLOSED
    session["status"] = "open"  # declined, and the page takes another card
    assert provider.query(merchant(), NUMBER).fate is Fate.OPEN


def test_what_is_closed_stays_so_and_what_is_paid_is_not_closed(stripe, provider):
    provider.close(merchant(), NUMBER)  # nobody knows it
    provider.create(merchant(), in_euro())
    provider.close(merchant(), NUMBER)
    provider.close(merchant(), NUMBER)
    assert provider.query(merchant(), NUMBER).fate is Fate.CLOSED
    provider.create(merchant(), in_euro("QL0000P2"))
    stripe.pay("QL0000P2")
    with refused("paid"):
        provider.close(merchant(), "QL0000P2")


def test_a_payment_that_comes_while_it_is_closed_is_not_closed(stripe, provider):
    provider.create(merchant(), in_euro())

    def paid_now(status, headers, body):
        stripe.pay(NUMBER)
        return status, headers, body

    stripe.moods.append(paid_now)  # the list still says that it is open
    with refused("paid"):
        provider.close(merchant(), NUMBER)


@pytest.mark.parametrize("mood", ["deaf", "hung up", "silent", "broken", "elsewhere", "huge"])
def test_no_whole_answer_is_no_answer(stripe, provider, mood):
    stripe.moods.append(mood)
    with pytest.raises(ProviderUnreachable):
        provider.create(merchant(), in_euro())
    assert len(stripe.got) == 1  # the library does not try again by itself


def test_what_stripe_refuses_says_why(stripe, provider):
    said = {"error": {"type": "card_error", "code": "amount_too_small", "message": "Too small."}}
    stripe.moods.append(lambda s, h, b: (400, h, json.dumps(said).encode()))
    with refused("amount_too_small Too small."):
        provider.create(merchant(), in_euro())
    busy = {"error": {"type": "idempotency_error", "code": "idempotency_key_in_use", "message": ""}}
    stripe.moods.append(lambda s, h, b: (409, h, json.dumps(busy).encode()))
    with pytest.raises(ProviderUnreachable):
        provider.create(merchant(), in_euro())
    stripe.moods.append(lambda s, h, b: (429, h, b'{"error": {"type": "rate_limit"}}'))
    with pytest.raises(ProviderUnreachable):
        provider.create(merchant(), in_euro())


@pytest.mark.parametrize("mood", ["silent", "hung up"])
def test_a_payment_whose_answer_was_lost_is_found(stripe, provider, mood):
    stripe.moods.append(mood)
    with pytest.raises(ProviderUnreachable):
        provider.create(merchant(), in_euro())
    stripe.pay(NUMBER)
    assert provider.query(merchant(), NUMBER).fate is Fate.DONE


def test_an_answer_about_another_payment_is_put_aside(stripe, provider):
    provider.create(merchant(), in_euro())
    stripe.pay(NUMBER)
    stripe.intents[f"pi_{NUMBER}"]["metadata"] = {"number": "QL0000P9"}
    with pytest.raises(ProviderUnreachable):
        provider.query(merchant(), NUMBER)


def test_money_for_trying_is_no_money(stripe, provider):
    stripe.live = False
    provider.create(merchant(), in_euro())
    session = stripe.pay(NUMBER)
    with pytest.raises(ProviderUnreachable):
        provider.query(merchant(), NUMBER)
    with pytest.raises(BadNotice):
        provider.hear(merchant(), stripe.notice("checkout.session.completed", session), NOON)


def test_a_notice_is_heard(stripe, provider):
    provider.create(merchant(), in_euro())
    session = stripe.pay(NUMBER)
    call = stripe.notice("checkout.session.completed", session)
    [paid] = provider.hear(merchant(), call, NOON)
    assert (paid.number, paid.fate, paid.amount, paid.currency) == (NUMBER, Fate.DONE, 1990, "EUR")
    assert (paid.ref, paid.merchant, paid.at) == (f"pi_{NUMBER}", ACCOUNT, NOON)
    assert provider.hear(merchant(), call, NOON + timedelta(seconds=300)) == [paid]
    expired = stripe.notice("checkout.session.expired", {
        **session, "status": "expired", "payment_status": "unpaid"})  # fmt: skip
    assert provider.hear(merchant(), expired, NOON)[0].fate is Fate.CLOSED
    assert provider.reply(taken=True).status == 200
    assert provider.reply(taken=False).status == 503


def test_notices_of_other_things_are_taken_and_say_nothing(stripe, provider):
    others = [
        ("customer.created", {"id": "cus_1"}),
        ("checkout.session.completed", {"client_reference_id": None}),
        ("refund.updated", {"metadata": {}}),
    ]
    for kind, told in others:
        assert provider.hear(merchant(), stripe.notice(kind, told), NOON) == []


def test_a_key_that_is_being_changed_signs_twice(stripe, provider):
    provider.create(merchant(), in_euro())
    call = stripe.notice("checkout.session.completed", stripe.pay(NUMBER), secret="whsec_old")
    both = (
        call.headers["stripe-signature"] + "," + signed(call.body, SECRET, NOON).partition(",")[2]
    )
    assert provider.hear(merchant(), Call({"stripe-signature": both}, call.body), NOON)


def bad_notices(stripe, told):
    kind = "checkout.session.completed"
    yield stripe.notice(kind, told, secret="whsec_other")
    yield stripe.notice(kind, told, change=lambda body: body.replace(b"1990", b"1"))
    yield stripe.notice(kind, told, at=NOON - timedelta(seconds=301))
    yield stripe.notice(kind, told, at=NOON + timedelta(seconds=301))
    yield stripe.notice(kind, told, at=NOON - timedelta(days=1))
    yield stripe.notice(kind, told, account="acct_somebody")
    yield stripe.notice(kind, {**told, "amount_total": 19.9})
    yield stripe.notice(kind, {**told, "livemode": False})
    yield stripe.notice(kind, {"client_reference_id": NUMBER})
    yield stripe.notice(kind, told, created="soon")
    refund = {"id": "re_1", "status": "succeeded", "amount": 500, "currency": "eur",
              "created": seconds(NOON), "metadata": {"number": "R1"}}  # fmt: skip
    yield stripe.notice("refund.updated", refund, livemode=False)
    good = stripe.notice(kind, told)
    fresh, _, proof = good.headers["stripe-signature"].partition(",")
    for header in ("", "t=,v1=", "v1=x", fresh, f"{fresh},v0=x", f"t=-1,{proof}", f"t=一,{proof}",
                   f"{fresh},v1=x", f"x{fresh},{proof}", f"t={'9' * 40},{proof}"):  # fmt: skip
        yield Call({"stripe-signature": header}, good.body)
    yield Call({}, good.body)
    for raw in (b"", b"[]", b"\xff", b"7", b"[" * 100_000, b'{"livemode": true}'):
        header = signed(raw, SECRET, NOON)
        if raw != b'{"livemode": true}':
            yield Call({"stripe-signature": header}, raw)
    # An old notice with a fresh time in front of its own.
    old = stripe.notice(kind, told, at=NOON - timedelta(days=1))
    header = f"t={seconds(NOON)},{old.headers['stripe-signature']}"
    yield Call({"stripe-signature": header}, old.body)
    yield Call(
        {"stripe-signature": f"{old.headers['stripe-signature']},t={seconds(NOON)}"}, old.body
    )


def test_what_proves_nothing_is_no_notice(stripe, provider):
    provider.create(merchant(), in_euro())
    heard = []
    for place, call in enumerate(bad_notices(stripe, stripe.pay(NUMBER))):
        with suppress(BadNotice):
            heard.append((place, provider.hear(merchant(), call, NOON)))
    assert heard == []


def test_a_refund_is_sent_once_however_late_it_is_tried_again(stripe, provider):
    assert provider.query_refund(merchant(), back()).fate is Fate.UNKNOWN
    assert provider.refund(merchant(), back()).fate is Fate.OPEN
    assert stripe.got[-1][3]["idempotency-key"] == back().number
    stripe.once.clear()  # Stripe forgets keys after a day
    assert provider.refund(merchant(), back()).fate is Fate.OPEN
    assert len(stripe.refunds) == 1
    stripe.refunds["re_0"]["status"] = "succeeded"
    done = provider.query_refund(merchant(), back())
    assert (done.fate, done.amount, done.ref) == (Fate.DONE, 500, "re_0")
    assert provider.refund(merchant(), back("QL0000R2", amount=100)).fate is Fate.OPEN
    assert len(stripe.refunds) == 2


def test_a_refund_whose_answer_was_lost_is_found(stripe, provider):
    stripe.moods += ["", "hung up"]
    with pytest.raises(ProviderUnreachable):
        provider.refund(merchant(), back())
    assert provider.refund(merchant(), back()).fate is Fate.OPEN
    assert len(stripe.refunds) == 1


def test_a_refund_that_failed_says_why(stripe, provider):
    provider.refund(merchant(), back())
    stripe.refunds["re_0"] |= {"status": "failed", "failure_reason": "expired_or_canceled_card"}
    failed = provider.query_refund(merchant(), back())
    assert (failed.fate, failed.said) == (Fate.FAILED, "expired_or_canceled_card")
    [heard] = provider.hear(
        merchant(), stripe.notice("refund.failed", stripe.refunds["re_0"]), NOON
    )
    assert heard == failed
    with pytest.raises(ProviderUnreachable):
        provider.query_refund(merchant(), back(amount=501))


def moved(kind, amount, fee, source, **more):
    stamp = seconds(datetime(2026, 11, 22, 10, tzinfo=UTC))
    return {
        "id": f"txn_{kind}_{amount}", "type": kind, "amount": amount, "fee": fee, "currency": "eur",
        "exchange_rate": None, "created": stamp, "source": source, **more,
    }  # fmt: skip


def test_a_bill_is_read_from_what_moved(stripe, provider):
    charge = {"id": "ch_1", "object": "charge", "amount": 1990, "currency": "eur",
              "payment_intent": "pi_1", "metadata": {"number": NUMBER}}  # fmt: skip
    refund = {"id": "re_1", "object": "refund", "amount": 500, "currency": "eur",
              "metadata": {"number": "R1"}}  # fmt: skip
    yen = {**charge, "id": "ch_2", "amount": 1200, "currency": "jpy", "payment_intent": "pi_2"}
    stripe.moved = [
        moved("charge", 1990, 83, charge),
        moved("refund", -500, 0, refund),
        moved("refund_failure", 500, 0, refund),
        moved("charge", 740, 37, yen, exchange_rate=0.6166667),
        moved("payout", -1000, 0, "po_1"),
        moved("charge", 1, 0, charge, created=seconds(NOON)),
    ]
    paid, gone, again, other = provider.bill(merchant(), date(2026, 11, 22))
    assert (paid.number, paid.ref, paid.amount, paid.fee) == (NUMBER, "pi_1", 1990, 83)
    assert (gone.number, gone.ref, gone.amount) == ("R1", "re_1", -500)
    assert again.amount == 500
    assert (other.amount, other.currency, other.fee) == (1200, "JPY", 60)
    stripe.moved = [moved("charge", 1, 0, {"id": "ch_1"})]
    with pytest.raises(ProviderUnreachable):
        provider.bill(merchant(), date(2026, 11, 22))
    assert provider.bill(merchant(), date(2026, 11, 20)) == []


def test_settings_that_cannot_work_are_named():
    assert Provider().fits(merchant()) == {}
    assert Provider().fits(merchant(api_key="rk_test_51ABCDEFGHIJKLMN")) == {}
    assert set(Provider().fits(Merchant("stripe", {}, {}))) == {
        "account",
        "api_key",
        "webhook_secret",
    }
    assert set(Provider().fits(merchant(api_key="pk_live_51ABCDEFGHIJKLMN"))) == {"api_key"}
