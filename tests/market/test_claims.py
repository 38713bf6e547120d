"""Returns, complaints and disputes: who may do what when, what time does, and where money goes."""

from datetime import timedelta

import pytest

from qunluo.community.errors import PermissionMissing
from qunluo.kernel import media
from qunluo.kernel.definitions import load_file
from qunluo.kernel.delivery import drain
from qunluo.kernel.errors import NotFound
from qunluo.market import actions, errors, jobs, queries
from qunluo.market.actions import claim_letters
from qunluo.market.models import Claim, Order, Refund
from tests.community.makers import member
from tests.market.claim_makers import bought, complaint, fresh, giving_back, picture
from tests.market.makers import clean, credit, events, free, left, order, product, state, variant

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
NOTHING_LOST = "credit-CNY"


@pytest.fixture
def judge(here):
    """Somebody who may decide disputes and does not look after orders."""
    return member(here.community, "Judge", role="cco")


@pytest.mark.req("M15")
def test_what_was_received_comes_back_and_its_price_goes_back(here, clock):
    rice = product(here, stock=5)
    one = bought(here, here.mei, rice, 3)
    assert left(rice) == 2
    claim = giving_back(here.mei, one, 2, pictures=[picture()])
    assert claim.pictures.count() == 1
    actions.accept_return(actor=here.owner, claim=claim, words="To Lane 1")
    actions.send_return(actor=here.mei, claim=claim, carrier="Post", tracking="7")
    done = actions.take_return(actor=here.owner, claim=claim, restock=True)
    assert (done.state, done.paid, left(rice)) == ("done", 2_000, 4)
    assert free(here, "", "credit-CNY", here.mei) == 2_000
    actions.refund_order(
        actor=here.owner, order=one, amount=1_000, reason="The rest too", restock=True
    )
    assert left(rice) == 4  # what was put back once is not put back again
    clean(here)


def test_a_return_is_asked_for_within_the_days_that_were_promised(here, clock):
    one = bought(here, here.mei, product(here))
    actions.edit_shop(actor=here.owner, shop=here.shop, return_days=0)
    clock.move(DAY * 7)
    with pytest.raises(errors.ReturnOver):
        giving_back(here.mei, one)
    clock.move(timedelta(seconds=-1))
    assert giving_back(here.mei, one).state == "open"


def test_what_counts_as_received_by_time_can_be_returned(here, clock):
    made = order(here, here.mei, product(here))
    credit(here, here.mei, 1_000)
    actions.pay_from_credit(actor=here.mei, order=made)
    one = Order.objects.get(pk=made.pk)
    with pytest.raises(errors.ReturnOver):
        giving_back(here.mei, one)
    clock.move(DAY * 11)
    assert giving_back(here.mei, one).state == "open"
    assert state(one) == "received"


def test_what_cannot_be_returned_says_the_reason_that_was_confirmed(here):
    poem = product(here, returnable=False, no_return="It is read at once.")
    with pytest.raises(errors.ReturnUnconfirmed):
        order(here, here.mei, poem, confirmed=False)
    rice = product(here)
    one = bought(here, here.mei, poem)
    actions.edit_product(actor=here.owner, product=poem, no_return="Another reason.")
    with pytest.raises(errors.NotReturnable) as refused:
        giving_back(here.mei, one)
    assert "It is read at once." in " ".join(refused.value.say(str))
    assert giving_back(here.mei, bought(here, here.mei, rice)).state == "open"


def test_no_more_comes_back_than_was_bought(here):
    one = bought(here, here.mei, product(here), 3)
    line = one.lines.get()
    first = giving_back(here.mei, one, 2)
    for wrong in ({line.pk: 2}, {line.pk: 0}, {}, {line.pk: -1}, {line.pk + 99: 1}):
        with pytest.raises(errors.InvalidClaim):
            giving_back(here.mei, one, quantities=wrong)
    actions.withdraw_claim(actor=here.mei, claim=first)
    assert giving_back(here.mei, one, 3).lines.get().quantity == 3


def test_a_declined_return_is_decided_by_somebody_else(here, judge):
    one = bought(here, here.mei, product(here))
    claim = giving_back(here.mei, one)
    actions.decline_return(actor=here.owner, claim=claim, words="It was opened.")
    actions.dispute_claim(actor=here.mei, claim=claim, words="It was not.")
    with pytest.raises(errors.OwnAnswer):
        actions.decide_dispute(actor=here.owner, claim=claim, amount=0, words="No.")
    done = actions.decide_dispute(actor=judge, claim=claim, amount=600, words="Both are right.")
    assert (done.state, done.paid) == ("done", 600)
    with pytest.raises(errors.ClaimMovedOn):
        actions.decide_dispute(actor=judge, claim=claim, amount=400, words="Again.")
    clean(here)


def test_less_than_the_price_needs_a_reason(here):
    claim = giving_back(here.mei, bought(here, here.mei, product(here)))
    actions.accept_return(actor=here.owner, claim=claim)
    for wrong in ({"amount": 500}, {"amount": 1_001, "words": "More"}, {"amount": -1}):
        with pytest.raises(errors.InvalidClaim):
            actions.take_return(actor=here.owner, claim=claim, **wrong)
    done = actions.take_return(actor=here.owner, claim=claim, amount=500, words="Half is gone.")
    assert (done.paid, done.answer) == (500, "Half is gone.")


@pytest.mark.req("M15")
def test_a_complaint_is_answered_and_agreed_to(here):
    one = bought(here, here.mei, product(here))
    claim = complaint(here.mei, one, wants="refund_part", amount=300)
    actions.offer_remedy(actor=here.owner, claim=claim, words="Sorry.", amount=300)
    done = actions.accept_offer(actor=here.mei, claim=claim)
    assert (done.state, done.paid, free(here, "", "credit-CNY", here.mei)) == ("done", 300, 300)
    with pytest.raises(errors.ClaimMovedOn):
        actions.accept_offer(actor=here.mei, claim=claim)
    clean(here)


def test_in_a_dispute_the_shop_may_only_offer_more(here, judge):
    claim = complaint(here.mei, bought(here, here.mei, product(here)))
    offer = {"actor": here.owner, "claim": claim, "words": "Sorry."}
    actions.offer_remedy(**offer, amount=300)
    actions.dispute_claim(actor=here.mei, claim=claim, words="All of it was torn.")
    for amount in (0, 300, 1_001):
        with pytest.raises(errors.InvalidClaim):
            actions.offer_remedy(**offer, amount=amount)
    actions.offer_remedy(**offer, amount=700)
    with pytest.raises(errors.ClaimMovedOn):
        actions.decide_dispute(actor=judge, claim=claim, amount=0, words="No.")
    assert actions.accept_offer(actor=here.mei, claim=claim).paid == 700


def test_what_nobody_answers_becomes_a_dispute_from_that_second_on(here, clock, judge):
    claim = complaint(here.mei, bought(here, here.mei, product(here)))
    clock.move(DAY * 3)
    assert queries.get_claim(claim.uid, viewer=here.mei).state == "disputed"
    assert queries.claim_counts(here.community, viewer=judge)["decide"] == 1
    assert fresh(claim).state == "open"  # whether or not a job has run
    done = actions.decide_dispute(actor=here.owner, claim=claim, amount=1_000, words="Yes.")
    assert (done.state, state(claim.order)) == ("done", "refunded")
    assert [one.data["by_time"] for one in events("claim_disputed")] == [True]


@pytest.mark.parametrize(("amount", "replaces", "ends"), [
    (300, False, "done"), (0, True, "done"), (0, False, "lapsed"),
])  # fmt: skip
def test_an_offer_that_nobody_replies_to_stands_in_the_buyers_favour(
    here, clock, amount, replaces, ends
):
    claim = complaint(here.mei, bought(here, here.mei, product(here)))
    actions.offer_remedy(
        actor=here.owner, claim=claim, words="So.", amount=amount, replaces=replaces
    )
    clock.move(DAY * 7)
    assert queries.get_claim(claim.uid, viewer=here.mei).state == ends
    jobs.move_due_claims()
    jobs.move_due_claims()
    assert (fresh(claim).state, fresh(claim).paid) == (ends, amount)
    with pytest.raises(errors.ClaimMovedOn):
        actions.dispute_claim(actor=here.mei, claim=claim, words="Too late.")


def test_what_may_come_back_and_does_not_lapses_and_what_is_not_looked_at_is_decided(here, clock):
    rice = product(here)
    kept, sent = (giving_back(here.mei, bought(here, here.mei, rice)) for _n in range(2))
    for claim in (kept, sent):
        actions.accept_return(actor=here.owner, claim=claim)
    actions.send_return(actor=here.mei, claim=sent, carrier="Post")
    with pytest.raises(errors.ClaimMovedOn):
        actions.withdraw_claim(actor=here.mei, claim=sent)
    clock.move(DAY * 14)
    assert actions.turn_due_claims() == 2
    assert (fresh(kept).state, fresh(sent).state) == ("lapsed", "disputed")


def test_the_money_of_an_order_stays_in_escrow_while_something_is_claimed(here, clock, judge):
    one = bought(here, here.mei, product(here))
    claim = complaint(here.mei, one)
    clock.move(DAY * 8)
    assert not queries.due_orders()
    assert actions.settle_due_orders() == 0
    actions.decide_dispute(actor=judge, claim=claim, amount=250, words="A quarter.")
    assert actions.settle_due_orders() == 1
    assert (free(here, "sales", "credit-CNY"), free(here, "escrow", "credit-CNY")) == (750, 0)
    clean(here)


def test_what_is_settled_can_be_complained_about_for_ninety_days(here, clock):
    one = bought(here, here.mei, product(here))
    clock.move(DAY * 8)
    actions.settle_due_orders()
    one.refresh_from_db()
    claim = complaint(here.mei, one)
    actions.offer_remedy(actor=here.owner, claim=claim, words="Here.", amount=1_000)
    actions.accept_offer(actor=here.mei, claim=claim)
    assert (free(here, "sales", "credit-CNY"), state(one)) == (0, "refunded")
    with pytest.raises(errors.ComplaintOver):
        complaint(here.mei, one)
    other = bought(here, here.li, product(here))
    clock.move(DAY * 90)
    with pytest.raises(errors.ComplaintOver):
        complaint(here.li, other)
    clean(here)


def test_only_the_buyer_claims_and_nobody_decides_about_their_own_order(here, judge):
    rice = product(here)
    one, own = bought(here, here.mei, rice), bought(here, here.owner, rice)
    for wrong in (here.li, here.owner, here.stranger):
        with pytest.raises(errors.OrderNotFound):
            complaint(wrong, one)
        with pytest.raises(errors.OrderNotFound):
            giving_back(wrong, one)
    claim, mine = complaint(here.mei, one), complaint(here.owner, own)
    for wrong in (here.li, here.stranger, None):
        with pytest.raises(errors.ClaimNotFound):
            queries.get_claim(claim.uid, viewer=wrong)
    with pytest.raises(errors.OwnOrder):
        actions.offer_remedy(actor=here.owner, claim=mine, words="Yes.", amount=1_000)
    for wrong in (here.mei, here.li, judge):
        with pytest.raises(PermissionMissing):
            actions.offer_remedy(actor=wrong, claim=claim, words="Yes.", amount=1_000)
    for act in (actions.accept_offer, actions.withdraw_claim):
        with pytest.raises(errors.ClaimNotFound):
            act(actor=here.li, claim=claim)
    with pytest.raises(PermissionMissing):
        queries.claims(here.community, viewer=here.mei)
    Claim.objects.update(state="disputed", due_at=None)
    with pytest.raises(errors.OwnOrder):
        actions.decide_dispute(actor=here.owner, claim=mine, amount=1_000, words="Mine.")


def test_hostile_claims_are_refused_with_a_reason(here):
    one = bought(here, here.mei, product(here))
    other = product(here)
    for wrong in (
        {"kind": "ugly"}, {"wants": "revenge"}, {"words": " \0 "}, {"words": "x" * 2_001},
        {"wants": "refund_part"}, {"wants": "refund_part", "amount": -1}, {"product": other},
        {"pictures": [picture()] * 4},
    ):  # fmt: skip
        with pytest.raises(errors.InvalidClaim) as refused:
            complaint(here.mei, one, **wrong)
        assert refused.value.say_fields(str)
    with pytest.raises(media.NotAPicture):
        complaint(here.mei, one, pictures=[b"<script>"])
    claim = complaint(here.mei, one)
    with pytest.raises(errors.AlreadyClaimed):
        complaint(here.mei, one)
    for _n in range(3):
        actions.add_claim_picture(actor=here.mei, claim=claim, data=picture())
    with pytest.raises(errors.InvalidClaim):
        actions.add_claim_picture(actor=here.mei, claim=claim, data=picture())
    shown = claim.pictures.first()
    assert queries.get_claim_picture(claim.uid, shown.pk, viewer=here.owner).read(4) == b"RIFF"
    with pytest.raises(NotFound):
        queries.get_claim_picture(claim.uid, shown.pk, viewer=here.li)


def test_free_things_come_back_without_money(here):
    gift = product(here, price=0)
    claim = giving_back(here.mei, bought(here, here.mei, gift))
    actions.accept_return(actor=here.owner, claim=claim)
    assert actions.take_return(actor=here.owner, claim=claim).state == "done"
    assert Refund.objects.count() == 0


def test_an_offer_gives_what_is_left_when_the_desk_paid_back_meanwhile(here):
    one = bought(here, here.mei, product(here))
    claim = complaint(here.mei, one)
    actions.offer_remedy(actor=here.owner, claim=claim, words="All.", amount=1_000)
    actions.refund_order(actor=here.owner, order=one, amount=700, reason="At once")
    assert actions.accept_offer(actor=here.mei, claim=claim).paid == 300
    assert Order.objects.get(pk=one.pk).refunded == 1_000
    clean(here)


def test_buyer_and_shop_are_written_to(here, monkeypatch, judge):
    written = []
    monkeypatch.setattr(
        claim_letters, "write_to",
        lambda person, _community, letter, *, words, **_more: written.append((person, letter)),
    )  # fmt: skip
    claim = complaint(here.mei, bought(here, here.mei, product(here)))
    drain()
    actions.offer_remedy(actor=here.owner, claim=claim, words="Sorry.", amount=100)
    drain()
    actions.dispute_claim(actor=here.mei, claim=claim, words="No.")
    drain()
    actions.decide_dispute(actor=judge, claim=claim, amount=500, words="一人一半")
    drain()
    owner, mei = here.owner.pk, here.mei.pk
    assert written == [
        (owner, "claim_made"), (mei, "claim_offered"), (judge.pk, "claim_disputed"),
        (mei, "dispute_decided"),
    ]  # fmt: skip


def test_every_letter_can_be_filled_in_both_languages(here):
    words = dict.fromkeys(
        ("order", "day", "carrier", "tracking", "decision", "title", "kind", "buyers", "remedy",
         "amount", "number", "reason", "community"), "x",
    )  # fmt: skip
    for letter in load_file(claim_letters.LETTERS).values():
        for part in letter.values():
            assert {part["en"].format_map(words), part["zh"].format_map(words)}


def test_erasing_a_person_forgets_their_words_and_keeps_that_they_complained(here):
    claim = complaint(here.mei, bought(here, here.mei, product(here)), pictures=[picture()])
    assert [str(one.message) for one in queries.blockers(here.mei)]
    actions.withdraw_claim(actor=here.mei, claim=claim)
    assert queries.own_documents(here.mei)["claims"][0]["words"] == "The sack was torn."
    actions.erase(here.mei)
    kept = fresh(claim)
    assert (kept.words, kept.kind, kept.pictures.count()) == ("", "broken", 0)


def test_the_variant_is_counted_as_mine_no_more_once_it_came_back(here):
    rice = product(here, stock=5, variant={"most": 1})
    claim = giving_back(here.mei, bought(here, here.mei, rice))
    actions.accept_return(actor=here.owner, claim=claim)
    actions.take_return(actor=here.owner, claim=claim, restock=True)
    assert order(here, here.mei, rice).lines.get().variant_id == variant(rice).pk
