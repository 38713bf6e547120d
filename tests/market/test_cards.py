"""Gift cards: bought, redeemed once, spent, and given back as long as nobody has redeemed them."""

import threading

import pytest
from django.core import mail as post

from qunluo.kernel.delivery import drain
from qunluo.market import actions, errors, queries
from qunluo.market.models import CardCount, CardPlan, GiftCard, Order
from qunluo.reach.actions import send_due
from qunluo.reach.models import Delivery
from tests.community.makers import person
from tests.market.makers import (
    FIT,
    attach_till,
    clean,
    credit,
    free,
    key,
    order,
    product,
    shop,
    state,
    variant,
)
from tests.market.stand_in import paid

pytestmark = pytest.mark.django_db
CREDIT = "credit-CNY"


def cards(here, *, values=(1_000,), bounds=None):
    """A gift card on sale."""
    made = actions.add_card(
        actor=here.owner, shop=here.shop, title="A card", values=values, bounds=bounds, **FIT
    )
    return actions.list_product(actor=here.owner, product=made)


def buy(here, who, made, **said):
    given = {"variant": variant(made).pk, "key": key(), **said}
    return actions.buy_cards(actor=who, shop=here.shop, **given)


def bought(here, who, made, **said):
    """Cards that were paid by a provider."""
    placed = buy(here, who, made, **said)
    payment = actions.begin_payment(actor=who, order=placed, provider="till")
    actions.take_outcome(merchant=here.account, outcome=paid(payment))
    return placed


def codes(placed):
    return [one.code for one in queries.cards_of(placed, viewer=placed.buyer)]


def redeem(here, who, code):
    return actions.redeem_card(actor=who, shop=here.shop, code=code)


def out(here):
    return CardPlan.objects.get(community=here.community).out


def test_a_card_is_bought_redeemed_by_another_and_spent(paid_by_till):
    here = paid_by_till
    placed = bought(here, here.mei, cards(here), quantity=2)
    assert (state(placed), placed.total, out(here)) == ("fulfilled", 2_000, 2_000)
    assert (free(here, "escrow"), free(here, "prepaid"), free(here, "cards", CREDIT)) == (
        0, 2_000, 2_000,
    )  # fmt: skip
    first, second = codes(placed)
    redeem(here, here.li, first.lower().replace("-", " "))
    assert free(here, "", CREDIT, here.li) == 1_000
    assert (free(here, "cards", CREDIT), free(here, "sales"), out(here)) == (1_000, 0, 1_000)
    spent = order(here, here.li, product(here))
    actions.pay_from_credit(actor=here.li, order=spent)
    assert (state(spent), free(here, "", CREDIT, here.li)) == ("fulfilled", 0)
    assert second != first
    clean(here)


def test_a_code_is_kept_as_a_digest_and_seen_by_its_buyer_alone(paid_by_till):
    here = paid_by_till
    placed = bought(here, here.mei, cards(here))
    (code,) = codes(placed)
    row = GiftCard.objects.get()
    plain = code.replace("-", "")
    kept = f"{row.digest} {row.sealed} {row.tail}"
    assert len(plain) == 16
    assert plain not in kept
    assert code not in kept
    assert [one.code for one in queries.cards_of(placed, viewer=here.owner)] == [""]
    assert [one.code for one in queries.bought_cards(here.mei, here.community).items] == [code]


def test_it_is_redeemed_once(paid_by_till):
    here = paid_by_till
    (code,) = codes(bought(here, here.mei, cards(here)))
    redeem(here, here.li, code)
    redeem(here, here.li, code)  # once more changes nothing
    with pytest.raises(errors.CardNotFound):
        redeem(here, here.mei, code)
    for wrong in ("", "AAAA-BBBB-CCCC-DDDD", code[:-1], "\0", "é" * 200):
        with pytest.raises(errors.CardNotFound):
            redeem(here, here.li, wrong)
    assert free(here, "", CREDIT, here.li) == 1_000
    clean(here)


def test_bought_with_store_credit_it_stays_store_credit(here):
    credit(here, here.mei, 1_000)
    placed = buy(here, here.mei, cards(here))
    actions.pay_from_credit(actor=here.mei, order=placed)
    assert (free(here, "cards", CREDIT), free(here, "escrow", CREDIT)) == (1_000, 0)
    redeem(here, here.li, codes(placed)[0])
    assert (free(here, "cards", CREDIT), free(here, "", CREDIT, here.li)) == (0, 1_000)
    assert free(here, "prepaid") == 0
    clean(here)


def test_its_buyer_chooses_a_value_within_the_bounds(here):
    made = cards(here, values=(), bounds=(500, 5_000))
    assert buy(here, here.mei, made, value=1_234).total == 1_234
    for value in (499, 5_001, None, 10.5):
        with pytest.raises(errors.InvalidCard):
            buy(here, here.mei, made, value=value)


def test_members_pay_what_it_is_worth_and_coupons_do_not_count(here):
    made = cards(here)
    actions.save_variant(
        actor=here.owner, product=made, variant=variant(made),
        rules=[queries.Rule("members", 1, 700)],
    )  # fmt: skip
    assert buy(here, here.mei, made).total == 1_000
    with pytest.raises(errors.SoldApart):
        order(here, here.mei, made)


def test_what_nobody_redeemed_goes_back_card_by_card(paid_by_till):
    here = paid_by_till
    placed = bought(here, here.mei, cards(here), quantity=3)
    redeem(here, here.li, codes(placed)[0])
    refund = {"actor": here.owner, "order": placed, "reason": "Sorry"}
    for amount in (500, 3_000):
        with pytest.raises(errors.InvalidRefund):
            actions.refund_order(**refund, amount=amount)
    actions.refund_order(**refund, amount=1_000)
    actions.try_refunds()
    assert (free(here, "prepaid"), free(here, "cards", CREDIT), out(here)) == (2_000, 1_000, 1_000)
    left = GiftCard.objects.get(state="issued")
    actions.void_card(actor=here.owner, card=left, reason="Lost")
    with pytest.raises(errors.CardMovedOn):
        actions.void_card(actor=here.owner, card=left, reason="Lost")
    actions.try_refunds()
    assert (free(here, "prepaid"), free(here, "escrow"), out(here)) == (1_000, 0, 0)
    assert free(here, "clearing") == -1_000
    with pytest.raises(errors.CardNotFound):
        redeem(here, here.li, codes(placed)[1])
    with pytest.raises(errors.InvalidRefund):
        actions.refund_order(**refund, amount=1_000)  # the money of a redeemed one is spent
    clean(here)


def test_a_whole_refund_voids_every_card_once(paid_by_till):
    here = paid_by_till
    placed = bought(here, here.mei, cards(here), quantity=2)
    actions.refund_order(actor=here.owner, order=placed, amount=2_000, reason="Sorry")
    actions.try_refunds()
    assert (state(placed), out(here), free(here, "cards", CREDIT)) == ("refunded", 0, 0)
    assert set(GiftCard.objects.values_list("state", flat=True)) == {"void"}
    clean(here)


def test_nobody_has_a_code_before_the_shop_takes_the_order_on(paid_by_till):
    here = paid_by_till
    actions.edit_shop(actor=here.owner, shop=here.shop, confirms=True)
    made = cards(here)
    placed = bought(here, here.mei, made)
    assert (codes(placed), free(here, "escrow")) == ([""], 1_000)
    actions.cancel_order(actor=here.mei, order=placed)
    assert (state(placed), out(here)) == ("refunded", 0)
    other = bought(here, here.mei, made)
    actions.confirm_order(actor=here.owner, order=other)
    assert len(codes(other)[0]) == 19
    actions.try_refunds()
    clean(here)


def test_what_is_out_has_limits_that_orders_give_back(here):
    made = cards(here)
    actions.set_cards(actor=here.owner, shop=here.shop, most=3_000, most_each=2_000)
    first = buy(here, here.mei, made, quantity=2)
    with pytest.raises(errors.CardsOut):
        buy(here, here.mei, made)
    with pytest.raises(errors.CardsOut):
        buy(here, here.li, made, quantity=2)
    actions.cancel_order(actor=here.mei, order=first)
    assert (out(here), CardCount.objects.get(person=here.mei).amount) == (0, 0)
    buy(here, here.li, made, quantity=2)


def test_late_money_has_its_cards_while_there_is_room(paid_by_till, clock):
    here = paid_by_till
    made = cards(here)
    actions.set_cards(actor=here.owner, shop=here.shop, most=1_000)

    def late():
        placed = buy(here, here.mei, made)
        payment = actions.begin_payment(actor=here.mei, order=placed, provider="till")
        Order.objects.filter(pk=placed.pk).update(expires_at=placed.placed_at)
        actions.expire_due_orders()
        return placed, lambda: actions.take_outcome(merchant=here.account, outcome=paid(payment))

    first, pay_first = late()
    second, pay_second = late()
    pay_second()
    pay_first()
    actions.try_refunds()
    assert (state(first), state(second), out(here)) == ("expired", "fulfilled", 1_000)
    assert free(here, "clearing") == -1_000
    clean(here)


def test_it_goes_by_mail_to_whom_it_is_for(paid_by_till):
    here = paid_by_till
    placed = bought(
        here, here.mei, cards(here), mail="gran@example.org", message="{code} Happy birthday"
    )
    drain()
    send_due()
    (code,) = codes(placed)
    (letter,) = [one for one in post.outbox if one.to == ["gran@example.org"]]
    assert code in letter.body
    assert "{code} Happy birthday" in letter.body
    assert Delivery.objects.get(to="gran@example.org").context == {}


@pytest.mark.parametrize(
    "said",
    [{"mail": "no"}, {"message": "x" * 401}, {"quantity": 0}, {"quantity": 21}, {"quantity": True}],
)
def test_what_cannot_be_sent_is_refused(here, said):
    with pytest.raises(errors.InvalidCard):
        buy(here, here.mei, cards(here), **said)


@pytest.mark.parametrize(
    "said", [{"values": ()}, {"values": (0,)}, {"values": (), "bounds": (5, 4)}]
)
def test_a_card_has_to_be_worth_something(here, said):
    with pytest.raises(errors.InvalidCard):
        cards(here, **said)


def test_nobody_voids_what_they_bought_themself(paid_by_till):
    here = paid_by_till
    bought(here, here.owner, cards(here))
    with pytest.raises(errors.OwnOrder):
        actions.void_card(actor=here.owner, card=GiftCard.objects.get(), reason="Mine")


class TestAtOnce:
    """Many at the same moment."""

    pytestmark = pytest.mark.django_db(transaction=True)

    @pytest.fixture
    def here(self, transactional_db, till):
        made = shop()
        made.till, made.account = till, attach_till(made)
        return made

    def test_without_the_guard_a_card_is_redeemed_by_two(self, here, race):
        bought(here, here.mei, cards(here))
        meeting = threading.Barrier(2)

        def take():
            card = GiftCard.objects.get()
            assert card.state == "issued"
            meeting.wait(timeout=10)
            GiftCard.objects.filter(pk=card.pk).update(state="redeemed", redeemed_by=here.li)

        assert race(2, take).winners == 2

    def test_one_of_many_redeems_it(self, here, race):
        (code,) = codes(bought(here, here.mei, cards(here)))
        people, lock = iter([person(f"P{n}") for n in range(8)]), threading.Lock()

        def take():
            with lock:
                who = next(people)
            redeem(here, who, code)

        outcome = race(8, take)
        assert (outcome.winners, out(here), free(here, "cards", CREDIT)) == (1, 0, 0)
        assert {type(error) for error in outcome.errors} == {errors.CardNotFound}
        clean(here)

    def test_redeeming_and_voiding_at_once_end_in_one_of_both(self, here, race):
        (code,) = codes(bought(here, here.mei, cards(here)))
        card = GiftCard.objects.get()
        acts = iter([
            lambda: redeem(here, here.li, code),
            lambda: actions.void_card(actor=here.owner, card=card, reason="Lost"),
        ])  # fmt: skip
        lock = threading.Lock()

        def act():
            with lock:
                mine = next(acts)
            mine()

        outcome = race(2, act)
        actions.try_refunds()
        card.refresh_from_db()
        got = free(here, "", CREDIT, here.li)
        assert outcome.winners == 1
        assert (card.state, got, free(here, "prepaid")) in {
            ("redeemed", 1_000, 1_000), ("void", 0, 0),
        }  # fmt: skip
        clean(here)

    def test_limits_hold_when_many_buy_at_once(self, here, race):
        made = cards(here)
        actions.set_cards(actor=here.owner, shop=here.shop, most=3_000, most_each=2_000)
        people = iter([here.mei, here.li] * 4)
        lock = threading.Lock()

        def take():
            with lock:
                who = next(people)
            buy(here, who, made)

        outcome = race(8, take)
        assert (outcome.winners, out(here)) == (3, 3_000)
        assert {type(error) for error in outcome.errors} == {errors.CardsOut}
        assert all(n <= 2_000 for n in CardCount.objects.values_list("amount", flat=True))


def test_a_card_is_not_sent_back_and_its_product_says_so(here, client):
    made = cards(here)
    placed = buy(here, here.mei, made)
    credit(here, here.mei, placed.total)
    actions.pay_from_credit(actor=here.mei, order=placed)
    actions.receive_order(actor=here.mei, order=placed)
    line = placed.lines.get()
    with pytest.raises(errors.NotReturnable):
        actions.ask_return(actor=here.mei, order=placed, quantities={line.pk: 1}, words="No.")
    path = f"/c/{here.community.slug}/shop/p/{made.uid}/"
    page = client.get(path, headers={"accept-language": "en"}).content.decode()
    assert "nobody has redeemed" in page
    assert "days from receipt" not in page
