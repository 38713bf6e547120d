"""Whatever buyers and shop do, in whatever order: no more goes back than was paid."""

from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import transaction
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qunluo.kernel.clock import now
from qunluo.kernel.errors import DomainError
from qunluo.market import actions, jobs
from qunluo.market.models import Claim, GroupComplaint, Order, Refund, Shop
from tests.community.makers import member
from tests.market.claim_makers import bought, complaint, giving_back
from tests.market.makers import clean, free, product

pytestmark = [pytest.mark.django_db, pytest.mark.req("M15")]
ACTS = ["complain", "return", "answer", "reply", "dispute", "decide", "take", "refund", "wait",
        "group", "withdraw"]  # fmt: skip
STEPS = st.lists(
    st.tuples(st.sampled_from(ACTS), st.integers(0, 2), st.integers(0, 1_200)),
    min_size=5, max_size=20,
)  # fmt: skip


def _act(here, act, who, one, number):
    claim = Claim.objects.filter(buyer=who).order_by("-pk").first()
    if act == "complain":
        complaint(who, one)
    elif act == "return":
        giving_back(who, one, number % 3)
    elif act == "refund":
        actions.refund_order(actor=here.owner, order=one, amount=number, reason="So")
    elif act == "wait":
        here.clock.move(timedelta(hours=number % 200))
        jobs.move_due_claims()
        actions.settle_due_orders()
        jobs.look_after_complaints()
    elif act == "group" and (group := GroupComplaint.objects.order_by("-pk").first()):
        remedy = ["none", "part", "whole"][number % 3]
        actions.answer_group_complaint(
            actor=here.owner, group=group, words="So", remedy=remedy, percent=1 + number % 99
        )
    elif claim is not None:
        _go_on(here, act, who, claim, number)


def _go_on(here, act, who, claim, number):
    if act == "answer" and claim.sort == "return":
        answer = actions.accept_return if number % 2 else actions.decline_return
        answer(actor=here.owner, claim=claim, words="So")
    elif act == "answer":
        actions.offer_remedy(actor=here.owner, claim=claim, words="So", amount=number)
    elif act == "reply":
        actions.accept_offer(actor=who, claim=claim)
    elif act == "dispute":
        actions.dispute_claim(actor=who, claim=claim, words="So")
    elif act == "decide":
        actions.decide_dispute(actor=here.judge, claim=claim, amount=number, words="So")
    elif act == "take":
        actions.take_return(actor=here.owner, claim=claim, restock=bool(number % 2))
    elif act == "withdraw":
        actions.withdraw_claim(actor=who, claim=claim)


@given(STEPS)
@settings(
    max_examples=15, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
def test_no_more_goes_back_than_was_paid(here, clock, steps):
    here.clock, began = clock, now()
    with transaction.atomic():
        Shop.objects.filter(pk=here.shop.pk).update(group_from=2)
        here.judge = member(here.community, "Judge", role="cco")
        rice, people = product(here, stock=20), [here.mei, here.li, member(here.community, "Wu")]
        orders = [bought(here, one, rice, 2) for one in people]
        for act, who, number in steps:
            with suppress(DomainError):
                _act(here, act, people[who], orders[who], number)
        jobs.look_after_complaints()
        for one in Order.objects.all():
            back = Refund.objects.filter(order=one).aggregate(n=Sum("amount"))["n"] or 0
            claimed = one.claims.aggregate(n=Sum("paid"))["n"] or 0
            assert claimed <= back == one.refunded <= one.total
            if not one.claims.exclude(sort="complaint").exists():
                assert one.payments.get(counts=True).refunding == back
        wallets = sum(free(here, "", "credit-CNY", one) for one in people)
        lies = sum(free(here, name, "credit-CNY") for name in ("escrow", "sales"))
        assert wallets + lies == 6_000
        assert sum(one.amount for one in rice.variants.get().stock.all()) <= 20
        clean(here)
        transaction.set_rollback(True)
    clock.move_to(began)
