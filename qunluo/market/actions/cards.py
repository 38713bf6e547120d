"""Gift cards: buying them, redeeming them for store credit, voiding them, and how many may be out.

Buying one is no sale: what was paid stays apart, and a card stands for store credit that its holder
does not have yet. Redeeming hands that over; the sale is made when it is spent.
"""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError

from qunluo.community import queries as communities
from qunluo.kernel.clock import now
from qunluo.kernel.ids import short_code
from qunluo.kernel.outbox import publish
from qunluo.kernel.sealing import seal
from qunluo.kernel.text import _
from qunluo.kernel.tx import write_tx
from qunluo.ledger import actions as ledger
from qunluo.ledger.actions import Cause, Leg, Wanted
from qunluo.market import errors, events
from qunluo.market.actions.card_counts import count_cards, uncount_cards
from qunluo.market.actions.order_rows import about, locked
from qunluo.market.actions.ordering import KEY_LENGTH, first_order, order_of, write_order
from qunluo.market.actions.products import add_product, save_variant
from qunluo.market.actions.refunding import refund_whole_or_part
from qunluo.market.actions.special import KINDS, Special
from qunluo.market.models import CardPlan, CardRange, GiftCard, Order, Product, Shop
from qunluo.market.queries.cards import SEALED, card_quote
from qunluo.market.queries.products import buyer_of, require_audience
from qunluo.market.queries.providers import said as said_amount
from qunluo.market.queries.quotes import Quote
from qunluo.market.rules.cards import digest, new_code
from qunluo.market.rules.payments import credit_unit
from qunluo.market.rules.permissions import MANAGE, ORDERS
from qunluo.market.rules.pricing import MOST_PRICE
from qunluo.market.rules.states import UNPAID_END
from qunluo.market.rules.wishes import Delivery, Wish
from qunluo.market.rules.wishes import digest as order_digest

if TYPE_CHECKING:
    from qunluo.people.models import Person

CARD = Product.Kind.CARD
State = GiftCard.State
OUT = (State.WAITING, State.ISSUED)
MESSAGE, MAIL, MOST_VALUES = 400, 254, 12


def add_card(
    *, actor: "Person", shop: Shop, title: str, values: Sequence[int] = (),
    bounds: tuple[int, int] | None = None, **said: object,
) -> Product:  # fmt: skip
    """Write a gift card down, of fixed values or of one that its buyer chooses within bounds.

    It goes on sale as any product does. `said` are columns of Product. PermissionMissing,
    InvalidCard, InvalidProduct.
    """
    communities.require(actor, shop.community, MANAGE)
    wrong: dict[str, list[str]] = {}
    if len(set(values)) > MOST_VALUES or not all(_amount(one) for one in values):
        wrong["values"] = [_("Give at most 12 amounts above 0.")]
    if bounds is not None and not (all(_amount(n) for n in bounds) and bounds[0] <= bounds[1]):
        wrong["largest"] = [_("The largest value has to be at least the least.")]
    if not values and bounds is None:
        wrong["values"] = [_("Say what a card can be worth.")]
    if wrong:
        raise errors.InvalidCard(fields=wrong)
    with write_tx():
        made = add_product(
            actor=actor, community=shop.community, gives=CARD, title=title, kind="virtual", **said
        )
        for value in sorted(set(values)):
            save_variant(actor=actor, product=made, price=value, counted=False)
        if bounds is not None:
            one = save_variant(actor=actor, product=made, price=bounds[0], counted=False)
            CardRange.objects.create(variant=one, least=bounds[0], largest=bounds[1])
    return made


@write_tx
def set_cards(
    *, actor: "Person", shop: Shop, most: int | None = None, most_each: int | None = None
) -> CardPlan:
    """Say how much may be out in gift cards, in all and of one buyer; None is no limit.

    PermissionMissing, InvalidCard.
    """
    communities.require(actor, shop.community, MANAGE)
    limits = {"most": most, "most_each": most_each}
    wrong = {
        name: [_("Give an amount above 0.")]
        for name, value in limits.items()
        if value is not None and not _amount(value)
    }
    if wrong:
        raise errors.InvalidCard(fields=wrong)
    plan, _made = CardPlan.objects.update_or_create(community_id=shop.community_id, defaults=limits)
    publish(events.CardsSet(community_id=shop.community_id, actor_id=actor.pk))
    return plan


def buy_cards(
    *, actor: "Person", shop: Shop, variant: int, key: str, quantity: int = 1,
    value: int | None = None, message: str = "", mail: str = "",
) -> Order:  # fmt: skip
    """Order gift cards; they are made once the order is paid and taken on.

    `mail` is where each goes then, with the `message`. The same key with the same wish returns the
    first order. InvalidCard, CardsOut, OrderKeyReused and all that a quote refuses.
    """
    if not 1 <= len(key) <= KEY_LENGTH or "\0" in key:
        raise errors.OrderKeyReused
    message, mail = message.replace("\0", "").strip(), mail.strip()
    _check_words(message, mail)
    wish = [Wish(variant, quantity)]
    marked = order_digest(wish, Delivery("virtual"), f"card {value} {mail} {message}")
    if first := first_order(actor, key, marked):
        return first
    made = card_quote(shop, variant, quantity, value, viewer=actor)
    order = order_of(actor, made, key, marked, "")

    def place(placed: Order) -> None:
        _write(placed, made, message, mail)

    try:
        with write_tx():
            write_order(order, made, place)
    except IntegrityError:
        if first := first_order(actor, key, marked):
            return first
        raise
    return order


@write_tx
def redeem_card(*, actor: "Person", shop: Shop, code: str) -> GiftCard:
    """Turn a gift card into store credit of one's own; once more changes nothing. CardNotFound.

    Count the tries before: see kernel.ratelimit.
    """
    require_audience(shop, buyer_of(actor, shop.community, tiers=False))
    named = GiftCard.objects.filter(community=shop.community_id, digest=digest(code[:80]))
    issued = named.filter(state=State.ISSUED)
    if not issued.update(state=State.REDEEMED, redeemed_by=actor, redeemed_at=now()):
        mine = named.filter(state=State.REDEEMED, redeemed_by=actor).select_related("order")
        if card := mine.first():
            return card
        raise errors.CardNotFound
    card = named.select_related("order").get()
    uncount_cards(card.community_id, card.order.buyer_id, card.value)
    unit = credit_unit(card.order.currency)
    cards, wallet = ledger.ensure_accounts(
        community=shop.community, wanted=[Wanted("cards", unit), Wanted("wallet", unit, actor)]
    )
    ledger.post(
        community=shop.community,
        kind="card",
        legs=[Leg(cards, -card.value), Leg(wallet, card.value)],
        key=f"card:{card.uid}",
        cause=Cause("card", card.uid),
        actor=actor,
    )
    publish(
        events.CardRedeemed(
            community_id=card.community_id,
            actor_id=actor.pk,
            person_id=actor.pk,
            card_id=card.pk,
            value=card.value,
            unit=unit,
        )
    )
    return card


@write_tx
def void_card(*, actor: "Person", card: GiftCard, reason: str) -> GiftCard:
    """Let a card count no more and send back what was paid for it; its buyer reads the reason.

    PermissionMissing, OwnOrder, CardMovedOn, InvalidRefund.
    """
    communities.require(actor, card.community, ORDERS)
    order = locked(card.order_id)
    if order.buyer_id == actor.pk:
        raise errors.OwnOrder
    if not reason.replace("\0", "").strip():
        raise errors.InvalidRefund(fields={"reason": [_("Say why; the buyer reads it.")]}, most=0)
    if not order.cards.filter(pk=card.pk, state=State.ISSUED).exists():
        raise errors.CardMovedOn
    refund_whole_or_part(
        order, card.value, reason.replace("\0", ""), actor_id=actor.pk, parts=[card.pk]
    )
    card.refresh_from_db()
    return card


def _write(order: Order, made: Quote, message: str, mail: str) -> None:
    """Write the cards of an order down, and count them as out."""
    line = made.lines[0]
    GiftCard.objects.bulk_create(
        [
            GiftCard(
                community_id=order.community_id,
                uid=short_code(10),
                order=order,
                value=line.priced.price,
                message=message,
                mail=mail,
            )
            for _one in range(line.quantity)
        ]
    )
    count_cards(order, line.amount)


def _enter(order: Order, late: bool) -> None:  # noqa: FBT001 -- as special.py asks
    """Let the cards of an order that is paid late be out once more. CampaignOver."""
    if not late:
        return
    ended = order.cards.filter(state=State.VOID, digest=None)
    amount = sum(ended.values_list("value", flat=True))
    if not amount:
        raise errors.CampaignOver
    try:
        count_cards(order, amount)
    except errors.CardsOut:
        raise errors.CampaignOver from None
    ended.update(state=State.WAITING, voided_at=None)


def _confirmed(order: Order) -> None:
    """Make the cards of an order that is paid and taken on."""
    cards, moment = list(order.cards.filter(state=State.WAITING).order_by("pk")), now()
    for card in cards:
        code = new_code(short_code)
        card.state, card.issued_at, card.tail = State.ISSUED, moment, code[-4:]
        card.digest, card.sealed = digest(code), seal(code, SEALED)
    GiftCard.objects.bulk_update(cards, ["state", "issued_at", "tail", "digest", "sealed"])
    amount = sum(card.value for card in cards)
    order.escrow -= amount
    Order.objects.filter(pk=order.pk).update(escrow=order.escrow)
    _post(order, "card_issue", f"cards:{order.uid}", Cause("order", order.uid), amount)
    publish(
        events.CardsIssued(
            **about(order), count=len(cards), value=cards[0].value, unit=order.currency
        )
    )


def _ended(order: Order) -> None:
    """Let the cards of an order that has ended count no more."""
    if order.state not in {*UNPAID_END, Order.State.REFUNDED}:
        return
    left = list(order.cards.filter(state__in=OUT).order_by("pk"))
    if left:
        _void(order, left)


def _refunding(order: Order, amount: int, parts: Collection[int]) -> None:
    """Void as many cards as an amount is of, the last first. InvalidRefund."""
    found = order.cards.select_for_update().filter(state__in=OUT).order_by("-pk")
    left = list(found.filter(pk__in=parts) if parts else found)
    if len(left) < len(parts):  # somebody redeems it at this moment
        raise errors.CardMovedOn
    value = left[0].value if left else 0
    if not value or amount % value or amount // value > len(left):
        raise errors.InvalidRefund(
            fields={"amount": [_("Give what whole cards cost that nobody has redeemed.")]},
            most=said_amount(value * len(left), order.currency),
        )
    _void(order, left[: amount // value])


def _refundable(order: Order, amount: int) -> int:
    """Return what whole cards that nobody has redeemed cost, up to an amount."""
    values = list(order.cards.filter(state__in=OUT).values_list("value", flat=True))
    return min(amount // values[0], len(values)) * values[0] if values and values[0] else 0


def _void(order: Order, cards: Sequence[GiftCard]) -> None:
    rows = GiftCard.objects.filter(pk__in=[one.pk for one in cards], state__in=OUT)
    if rows.update(state=State.VOID, voided_at=now(), sealed="") != len(cards):
        raise errors.CardMovedOn
    uncount_cards(order.community_id, order.buyer_id, sum(one.value for one in cards))
    for card in cards:
        if card.state != State.ISSUED:
            continue
        order.escrow += card.value
        cause = Cause("card", card.uid)
        _post(order, "card_void", f"card-void:{card.uid}", cause, -card.value)
        publish(events.CardVoided(**about(order), card_id=card.pk, value=card.value))
    Order.objects.filter(pk=order.pk).update(escrow=order.escrow)


def _post(order: Order, kind: str, key: str, cause: Cause, amount: int) -> None:
    """Book what cards stand for, and what was paid for them; less than 0 takes it back.

    What was paid in store credit is that credit; for other money it is issued, and the money kept
    apart.
    """
    credit = credit_unit(order.currency)
    if order.unit == credit:
        wanted = [Wanted("escrow", credit), Wanted("cards", credit)]
    else:
        wanted = [
            Wanted("escrow", order.unit), Wanted("prepaid", order.unit),
            Wanted("issued", credit), Wanted("cards", credit),
        ]  # fmt: skip
    accounts = ledger.ensure_accounts(community=order.community, wanted=wanted)
    legs = [
        Leg(account, -amount if number % 2 == 0 else amount)
        for number, account in enumerate(accounts)
    ]
    ledger.post(community=order.community, kind=kind, legs=legs, key=key, cause=cause)


def _check_words(message: str, mail: str) -> None:
    wrong: dict[str, list[str]] = {}
    if len(message) > MESSAGE:
        wrong["message"] = [_("This is too long.")]
    if mail:
        try:
            validate_email(mail)
        except ValidationError:
            wrong["mail"] = [_("Give an e-mail address.")]
        if len(mail) > MAIL:
            wrong["mail"] = [_("This is too long.")]
    if wrong:
        raise errors.InvalidCard(fields=wrong)


def _amount(value: object) -> bool:
    return type(value) is int and 1 <= value <= MOST_PRICE


KINDS[CARD] = Special(
    enter=_enter, confirmed=_confirmed, ended=_ended, refunding=_refunding, refundable=_refundable
)
