"""What the market answers to people, and whom it tells."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext, override

from qunluo.community.actions import write_to
from qunluo.community.actions.letters import TEMPLATE
from qunluo.community.events import (
    CharterPublished,
    EntryEnded,
    MemberLeft,
    MemberRemoved,
    MemberSuspended,
)
from qunluo.community.queries import find_membership, roles_with, who_holds
from qunluo.conversation.actions import index
from qunluo.conversation.events import (
    PostEdited,
    PostRemoved,
    PostRestored,
    PostWithdrawn,
    ReplyWritten,
    ThreadOpened,
)
from qunluo.conversation.ports import proofs, sources
from qunluo.kernel.definitions import load_file
from qunluo.kernel.delivery import reacts_to
from qunluo.kernel.events import Event
from qunluo.kernel.text import _, pick
from qunluo.ledger.queries import amount_said
from qunluo.market import actions, events, queries
from qunluo.market.models import Campaign, Order, Refund
from qunluo.people.ports import own_data
from qunluo.people.queries import person_card
from qunluo.reach.actions import send_email

LETTERS = Path(__file__).parent / "definitions" / "letters.toml"

own_data.contribute(
    "market",
    export=queries.own_documents,
    erase=actions.erase,
    blocks=queries.blockers,
    keeps=queries.KEEPS,
    holds=_("What you ordered, paid and got back, and your addresses"),
)
sources.register(queries.PRODUCTS)
proofs.register("purchase", actions.prove_purchase)


@reacts_to(ThreadOpened, ReplyWritten, PostEdited, PostWithdrawn, PostRemoved, PostRestored)
def note_what_is_named(
    event: ThreadOpened | ReplyWritten | PostEdited | PostWithdrawn | PostRemoved | PostRestored,
) -> None:
    """Keep which products a post names; what was edited into a copy loses its mark."""
    actions.note_mentions(event.post_id)
    if isinstance(event, PostEdited):
        actions.look_for_copies(event.thread_id)


@reacts_to(CharterPublished)
def follow_the_charter(event: CharterPublished) -> None:
    """Sell to whom the charter says."""
    if event.community_id:
        actions.follow_charter(community_id=event.community_id)


@reacts_to(events.OrderPaid)
def tell_of_payment(event: events.OrderPaid) -> None:
    """Tell the buyer that their money is here."""
    if event.amount:
        _write(event.order_id, "order_paid", amount=(event.amount, event.unit))


@reacts_to(events.OrderReady)
def tell_that_it_waits(event: events.OrderReady) -> None:
    """Tell the buyer where their order waits, and under which code."""
    _write(event.order_id, "order_ready")


@reacts_to(events.OrderFulfilled)
def tell_that_it_comes(event: events.OrderFulfilled) -> None:
    """Tell the buyer that their order is on its way, or can be opened."""
    letters = {Order.Method.SHIP: "order_sent", Order.Method.VIRTUAL: "order_open"}
    if letter := letters.get(Order.Method(event.method)):
        _write(event.order_id, letter)


@reacts_to(events.OrderReceived)
def ask_how_it_is(event: events.OrderReceived) -> None:
    """Ask the buyer to tell of what they have."""
    actions.ask_how_it_is(event)


@reacts_to(events.ProductImproved)
def tell_of_improvement(event: events.ProductImproved) -> None:
    """Tell who gave feedback what became of it."""
    actions.tell_of_improvement(event)


@reacts_to(events.OrderExpired)
def tell_that_it_ended(event: events.OrderExpired) -> None:
    """Tell the buyer that their order has ended unpaid."""
    _write(event.order_id, "order_expired")


@reacts_to(events.RefundDecided)
def tell_of_refund(event: events.RefundDecided) -> None:
    """Tell the buyer that money goes back, and why; store credit is back with that."""
    refund = Refund.objects.filter(order=event.order_id, number=event.number).first()
    said = refund.reason if refund else ""
    with override(refund.order.buyer.language if refund else None):
        reason = gettext(said) if said else "–"  # the software's own reasons are translated
    _write(event.order_id, "refund_decided", amount=(event.amount, event.unit), reason=reason)


@reacts_to(events.RefundDone)
def tell_that_it_is_back(event: events.RefundDone) -> None:
    """Tell the buyer that their money is back."""
    _write(event.order_id, "refund_done", amount=(event.amount, event.unit))


@reacts_to(events.PaymentOdd, events.RefundFailed)
def ask_to_look(event: events.PaymentOdd | events.RefundFailed) -> None:
    """Ask who looks after orders to look at money that went astray."""
    order = queries.find_order(event.order_id)
    if order is None:
        return
    for person in who_holds(order.community, roles_with(queries.ORDERS)):
        write_to(
            person.pk,
            order.community,
            "money_odd",
            path=f"/c/{order.community.slug}/desk/orders/{order.uid}/",
            words={"order": order.uid},
            letters=LETTERS,
        )


@reacts_to(events.ProductListed, events.ProductChanged, events.ProductWithdrawn)
def let_it_be_found(
    event: events.ProductListed | events.ProductChanged | events.ProductWithdrawn,
) -> None:
    """Keep what products are found by as they are described now."""
    index(queries.PRODUCTS.name, [event.product_id])


def _write(order_id: int, letter: str, amount: tuple[int, str] | None = None, **words: Any) -> None:
    order = queries.find_order(order_id)
    if order is None:
        return
    language, zone = order.buyer.language, ZoneInfo(order.community.time_zone)
    said: Mapping[str, Any] = {
        "order": order.uid,
        "amount": amount_said(*amount, language) if amount else "",
        "place": order.point.name if order.point else "",
        "code": order.pickup_code,
        "carrier": order.carrier,
        "tracking": order.tracking,
        "day": order.receive_by.astimezone(zone).date() if order.receive_by else "",
        **words,
    }
    path = f"/c/{order.community.slug}/orders/{order.uid}/"
    write_to(order.buyer_id, order.community, letter, path=path, words=said, letters=LETTERS)


@reacts_to(events.TeamFormed, events.TeamFailed)
def tell_the_team(event: events.TeamFormed | events.TeamFailed) -> None:
    """Tell everybody who paid in a team how it ended."""
    campaign = queries.find_campaign(event.campaign_id)
    if campaign is None:
        return
    letter = "team_formed" if isinstance(event, events.TeamFormed) else "team_failed"
    for person in queries.buyers_of(campaign, event.team_id, paid_back=letter == "team_failed"):
        _write_of(campaign, person, letter)


@reacts_to(events.LeaderChanged)
def tell_who_leads(event: events.LeaderChanged) -> None:
    """Tell who leads a team now."""
    campaign = queries.campaign_of_team(event.team_id)
    if campaign and event.person_id:
        _write_of(campaign, event.person_id, "leads_now")


@reacts_to(events.CampaignClosed, events.CampaignFailed)
def tell_of_the_end(event: events.CampaignClosed | events.CampaignFailed) -> None:
    """Tell who paid, and who leads it, how a campaign ended; teams hear of their own end."""
    campaign = queries.find_campaign(event.campaign_id)
    if campaign is None:
        return
    good = isinstance(event, events.CampaignClosed)
    if good and campaign.host_id:
        _write_of(campaign, campaign.host_id, "campaign_led_closed")
    if queries.kinds()[campaign.kind].waits and not queries.kinds()[campaign.kind].teams:
        letter = "campaign_closed" if good else "campaign_failed"
        for person in queries.buyers_of(campaign, paid_back=not good):
            _write_of(campaign, person, letter, reason=campaign.end_reason)


@reacts_to(events.EntryMovedUp)
def tell_whose_turn_it_is(event: events.EntryMovedUp) -> None:
    """Tell who waited that it is set aside for them, and until when."""
    order = queries.find_order(event.order_id)
    if order is None or order.campaign_id is None or order.state != Order.State.PLACED:
        return
    zone = ZoneInfo(order.community.time_zone)
    title = order.lines.values_list("title", flat=True).first() or ""
    moment = order.expires_at.astimezone(zone)
    _write(order.pk, "entry_moved_up", title=title, moment=moment)


@reacts_to(events.CampaignProposed)
def ask_to_agree(event: events.CampaignProposed) -> None:
    """Ask who runs the shop about a campaign that a member wants to lead."""
    campaign = queries.find_campaign(event.campaign_id)
    if campaign is None:
        return
    for person in who_holds(campaign.community, roles_with(queries.MANAGE)):
        _write_of(campaign, person.pk, "campaign_proposed")


@reacts_to(events.CampaignOpened, events.CampaignDeclined)
def answer_the_host(event: events.CampaignOpened | events.CampaignDeclined) -> None:
    """Tell who wants to lead a campaign what was decided."""
    campaign = queries.find_campaign(event.campaign_id)
    if campaign is None or campaign.host_id is None:
        return
    agreed = isinstance(event, events.CampaignOpened)
    letter = "campaign_approved" if agreed else "campaign_declined"
    _write_of(campaign, campaign.host_id, letter, reason=campaign.end_reason)


def _write_of(campaign: Campaign, person_id: int, letter: str, **words: Any) -> None:
    path = f"/c/{campaign.community.slug}/campaigns/{campaign.uid}/"
    said = {"title": campaign.title, "reason": "", **words}
    write_to(person_id, campaign.community, letter, path=path, words=said, letters=LETTERS)


@reacts_to(
    events.ClaimMade,
    events.ClaimAnswered,
    events.ReturnSent,
    events.ClaimDisputed,
    events.DisputeDecided,
)
def tell_of_claim(event: Event) -> None:
    """Tell the buyer, or who has to act, how a return or complaint stands."""
    actions.tell_of_claim(event)


@reacts_to(events.GroupComplaintOpened, events.GroupComplaintOverdue)
def tell_of_group_complaint(event: Event) -> None:
    """Tell who runs the shop that a public answer is wanted, or overdue."""
    actions.tell_of_group_complaint(event)


@reacts_to(events.RemedyGiven)
def tell_of_remedy(event: events.RemedyGiven) -> None:
    """Tell a buyer what a group complaint gives them."""
    actions.tell_of_remedy(event)


@reacts_to(events.InvoiceAsked, events.InvoiceIssued, events.InvoiceDeclined)
def tell_of_invoice(event: Event) -> None:
    """Tell who issues invoices, or the buyer, how one stands."""
    actions.tell_of_invoice(event)


@reacts_to(
    events.BookingMade,
    events.BookingMoved,
    events.BookingCalledOff,
    events.BookingNear,
    events.BookingDone,
    events.CaseAsked,
)
def tell_of_booking(event: Event) -> None:
    """Tell the buyer, and who gives the service, what happened to a booking."""
    actions.tell_of_booking(event)


@reacts_to(MemberLeft, MemberRemoved, MemberSuspended, EntryEnded)
def tell_who_booked(event: MemberLeft | MemberRemoved | MemberSuspended | EntryEnded) -> None:
    """Tell who booked with somebody who is gone, and who has to decide."""
    membership = find_membership(event.membership_id)
    if membership is not None:
        actions.tell_of_absence(membership.community_id, membership.person_id)


@reacts_to(
    events.ShareMovedUp,
    events.ShareBegan,
    events.InstalmentDue,
    events.ShareSuspended,
    events.ShareReinstated,
    events.ShareCancelled,
    events.BoxMissed,
)
def tell_of_share(event: Event) -> None:
    """Tell who holds a share how it stands."""
    actions.tell_of_share(event)


@reacts_to(events.SeasonOffered, events.ShortfallTold, events.RiseProposed)
def tell_of_season(event: Event) -> None:
    """Tell everybody whom a season concerns."""
    actions.tell_of_season(event)


@reacts_to(events.CouponGiven)
def tell_of_coupon(event: events.CouponGiven) -> None:
    """Tell somebody that they were given a coupon, and until when it holds."""
    coupon = queries.find_coupon(event.coupon_id)
    if coupon is None or event.person_id is None:
        return
    here, day = coupon.community, None
    if coupon.ends_at:
        day = coupon.ends_at.astimezone(ZoneInfo(here.time_zone))
    letter = "coupon_given_until" if day else "coupon_given"
    words = {"title": coupon.title, "day": day}
    path = f"/c/{here.slug}/shop/"
    write_to(event.person_id, here, letter, path=path, words=words, letters=LETTERS)


@reacts_to(events.CardsIssued)
def send_cards(event: events.CardsIssued) -> None:
    """Send gift cards to whom they are for; it was their giver who asked for it."""
    for one in queries.cards_to_send(event.order_id):
        card, giver = one.card, one.card.order.buyer
        if not one.code:
            continue
        words = {
            "giver": giver.name, "community": card.community.name, "message": card.message,
            "amount": amount_said(card.value, event.unit, giver.language), "code": one.code,
        }  # fmt: skip
        parts = load_file(LETTERS)["card_for_you"]
        said = {k: str(pick(text, giver.language)).format_map(words) for k, text in parts.items()}
        send_email(
            to=card.mail,
            template=TEMPLATE,
            context={
                **said,
                "community": card.community.name,
                "url": f"{settings.SITE_URL}/c/{card.community.slug}/shop/card/",
            },
            language=giver.language,
            community_id=card.community_id,
            kind="invitation",
        )


@reacts_to(events.CardVoided)
def tell_of_void(event: events.CardVoided) -> None:
    """Tell who bought a gift card that it counts no more."""
    _write(event.order_id, "card_voided", tail=queries.tail_of_card(event.card_id))


@reacts_to(events.TierNear, events.TierGiven)
def tell_of_tier(event: events.TierNear | events.TierGiven) -> None:
    """Tell somebody that their time in a tier ends soon, or that they were given some."""
    one = queries.find_tier_end(event.product_id, event.person_id)
    if one is None:
        return
    here = one.plan.community
    day = one.ends_at.astimezone(ZoneInfo(here.time_zone)).date()
    words = {"tier": one.plan.product.title, "day": day}
    path = f"/c/{here.slug}/tiers/"
    letter = "tier_near"
    if isinstance(event, events.TierGiven):
        cards = person_card([event.actor_id or 0])
        letter = "tier_given"
        words["giver"] = cards[event.actor_id].name if event.actor_id in cards else here.name
    write_to(one.person_id, here, letter, path=path, words=words, letters=LETTERS)
