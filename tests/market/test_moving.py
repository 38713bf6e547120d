"""A shop moves with its community, and nothing is asked of a provider or sent a second time."""

from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from qunluo.conversation.models import PlannedItem, Space, Thread
from qunluo.growth.actions import export_community, restore_community
from qunluo.kernel import media
from qunluo.kernel.archive import kinds
from qunluo.kernel.clock import now
from qunluo.kernel.definitions import load_file
from qunluo.kernel.delivery import drain
from qunluo.kernel.events import REGISTRY
from qunluo.ledger.queries import verify
from qunluo.market import actions, events, jobs, queries
from qunluo.market.models import (
    Address,
    CartItem,
    Claim,
    Experience,
    MerchantAccount,
    Order,
    Payment,
    Picture,
    Product,
    ProviderNotice,
    Refund,
    Shop,
    Stock,
    Touch,
)
from qunluo.market.ports import Fate
from qunluo.people.models import Person
from qunluo.reach.models import Notice
from tests.conversation import makers
from tests.growth.test_archives import contents, empty_installation, without_ids
from tests.market.booking_makers import book as booked
from tests.market.booking_makers import service as bookable
from tests.market.makers import FIT, HOME, SHIP, credit, left, order, product, shop
from tests.market.share_makers import hold, season
from tests.market.stand_in import notice, paid

pytestmark = pytest.mark.django_db
CODES = {
    "Order": ("uid", "key"),
    "Payment": ("number",),
    "Refund": ("number",),
    "Product": ("uid",),
    "Claim": ("uid",),
    "GroupComplaint": ("uid",),
    "ShareSeason": ("uid",),
    "ShareContract": ("uid", "key"),
    "Coupon": ("uid",),
    "CodeBatch": ("uid",),
    "GiftCard": ("uid",),
}


def picture():
    out = BytesIO()
    Image.new("RGB", (64, 48), "teal").save(out, "PNG")
    return out.getvalue()


def claiming(here, one, poem):
    """A return with a picture, a complaint that is answered to everybody, and an invoice."""
    Shop.objects.filter(pk=here.shop.pk).update(group_from=1)
    actions.ask_return(
        actor=here.mei, order=one, quantities={one.lines.get().pk: 1}, words="No",
        pictures=[picture()],
    )  # fmt: skip
    claim = actions.complain(
        actor=here.mei, order=one, product=poem, kind="late", words="Late", wants="answer"
    )
    actions.answer_group_complaint(
        actor=here.owner, group=claim.group, words="Sorry", remedy="none"
    )
    asked = actions.ask_invoice(actor=here.mei, order=one, sort="personal", title="Mei")
    actions.issue_invoice(actor=here.owner, invoice=asked, number="7", data=b"%PDF-1.7 %%EOF")


def telling(here, poem):
    """A proven experience, and somebody who came to the product from it."""
    square = makers.space(here.community)
    told = makers.thread(
        here.mei, square, "experience", title="Poem", source="I read it every night.",
        fields={"about": "Poem", "product": poem.uid},
    )  # fmt: skip
    Touch.objects.create(
        community=here.community, person=here.li, product=poem, source_type="post",
        source_id=f"{told.number}.1", at=now(),
    )  # fmt: skip


def improving(here, poem):
    """What was changed because of an experience, and because of a complaint."""
    drain()
    given = {"actor": here.owner, "product": poem, "sort": "product", "words": "Printed larger."}
    told, claimed = Experience.objects.get(), Claim.objects.get(sort="complaint")
    actions.improve(**given, feedback=f"thread:{told.thread.number}")
    actions.improve(**given, feedback=f"claim:{claimed.uid}")


def sharing(here):
    """A season with a picture of a box, a share, and a rise that is agreed to."""
    spring = season(here)
    first = spring.deliveries.order_by("day").first()
    actions.show_box(actor=here.owner, delivery=first, data=picture())
    hold(here, spring, here.mei)
    rise = actions.propose_rise(
        actor=here.owner, season=spring, variant=spring.size, for_box=10, reason="Hail",
        answer_by=now() + timedelta(days=1),
    )  # fmt: skip
    actions.answer_rise(actor=here.mei, answer=rise.answers.get(), agree=True)


def some_coupons_and_cards(here, poem):
    """A coupon that was given and used, and cards of a fixed and of a chosen value."""
    said = {"title": "Half", "kind": "percent", "percent": 50, "products": [poem.uid]}
    half = actions.make_coupon(actor=here.owner, shop=here.shop, **said)
    actions.give_coupon(actor=here.owner, coupon=half, people=[here.li])
    order(here, here.li, poem, coupon=half.uid)
    actions.set_cards(actor=here.owner, shop=here.shop, most=90_000)
    sold = {"title": "Card", "values": [500], "bounds": (600, 900), **FIT}
    card = actions.add_card(actor=here.owner, shop=here.shop, **sold)
    actions.list_product(actor=here.owner, product=card)
    chosen = card.variants.get(card_range__isnull=False)
    buying = {"actor": here.mei, "shop": here.shop, "variant": chosen.pk, "value": 700}
    bought = actions.buy_cards(**buying, key="cards", quantity=2)
    actions.pay_from_credit(actor=here.mei, order=bought)
    code = queries.cards_of(bought, viewer=here.mei)[0].code
    actions.redeem_card(actor=here.li, shop=here.shop, code=code)


def holding(here):
    """A tier that somebody tries."""
    gold = product(here, gives="tier", title="Gold", stock=None, on_sale=False)
    plan = actions.save_tier(
        actor=here.owner, product=gold, name="gold", benefits=["Calls"], trial_days=7
    )
    actions.save_tier_period(actor=here.owner, plan=plan, name="A year", price=1, months=12)
    actions.list_product(actor=here.owner, product=gold)
    actions.try_tier(actor=here.mei, plan=plan)
    year = plan.periods.get().variant
    actions.buy_tier(actor=here.mei, shop=here.shop, variant=year.pk, key="for li", to=here.li)


def dealing(here, poem):
    """A dealer, and a code that somebody used."""
    url = "https://corner.example/"
    actions.save_dealer(actor=here.owner, shop=here.shop, name="Corner", url=url, product=poem)
    made = actions.make_codes(actor=here.owner, product=poem, name="Autumn", count=2)
    actions.register_code(actor=here.mei, community=here.community, code=made[1][0])


@pytest.fixture
def full(paid_by_till):
    """A shop with an order in nearly every state, and money under way in both directions."""
    here, till = paid_by_till, paid_by_till.till
    rice = product(here, kind="physical", stock=20, variant={"most": 9, "sku": "R1"})
    poem = product(here, title="Poem", handed_over="The sea")
    actions.add_picture(actor=here.owner, product=rice, data=picture(), alt="A sack")
    actions.save_point(actor=here.owner, shop=here.shop, name="Barn", address="Lane 1")
    credit(here, here.mei, 90_000)
    credited = order(here, here.mei, poem)
    actions.pay_from_credit(actor=here.mei, order=credited)
    actions.refund_order(actor=here.owner, order=credited, amount=300, reason="Late")
    actions.receive_order(actor=here.mei, order=credited)
    actions.cancel_order(actor=here.mei, order=order(here, here.mei, rice, delivery=SHIP))
    sent = order(here, here.li, rice, 2, delivery=SHIP)
    first = actions.begin_payment(actor=here.li, order=sent, provider="till")
    actions.take_notice(account=here.account, call=notice(paid(first)))
    actions.ship_order(actor=here.owner, order=sent, carrier="Post", tracking="1")
    actions.refund_order(actor=here.owner, order=sent, amount=100, reason="Wet")
    till.refund_fate = Fate.OPEN
    actions.try_refunds()
    actions.refund_order(actor=here.owner, order=sent, amount=50, reason="Torn")
    opened = order(here, here.mei, rice, 3, delivery=SHIP)
    actions.begin_payment(actor=here.mei, order=opened, provider="till")
    actions.put_in_cart(actor=here.mei, shop=here.shop, variant=rice.variants.get().pk, quantity=2)
    actions.keep_address(actor=here.mei, address=HOME)
    booked(here, bookable(here), here.li)
    some_coupons_and_cards(here, poem)
    claiming(here, credited, poem)
    telling(here, poem)
    improving(here, poem)
    dealing(here, poem)
    sharing(here)
    holding(here)
    drain()
    here.rice, here.opened, here.sent = rice, opened, sent
    return here


def market(files):
    """What an archive says of the market, without the codes that are made anew beside the first."""
    told = {kind: rows for kind, rows in without_ids(files).items() if kind.startswith("market.")}
    for name, codes in CODES.items():
        for row in told[f"market.{name}"]:
            for code in codes:
                del row[code]
    return told


# What this shop has none of.
CAMPAIGNS = {"Batch", "Campaign", "CampaignCount", "CampaignItem", "Entry", "Seat", "Team"}
ELSEWHERE = {"market.PriceRule", *(f"market.{name}" for name in CAMPAIGNS)}


def test_what_was_restored_says_the_same_to_the_last_amount(full, tmp_path):
    export_community(full.community, tmp_path / "one.zip")
    copy = restore_community(tmp_path / "one.zip", slug="copy")
    export_community(copy, tmp_path / "two.zip")
    before, after = (market(contents(tmp_path / name)[1]) for name in ("one.zip", "two.zip"))
    ours = {name for name in kinds() if name.startswith("market.")}
    assert {kind for kind, rows in before.items() if rows} == ours - ELSEWHERE
    for kind, rows in before.items():
        assert after[kind] == rows, kind
    assert verify(community_id=copy.pk).rows == {}


def test_in_another_installation_numbers_stay_and_pictures_are_there(full, tmp_path):
    export_community(full.community, tmp_path / "one.zip")
    said = [
        set(Order.objects.values_list("uid", "key", "state", "total", "escrow", "refunded")),
        set(Payment.objects.values_list("number", "state", "ref", "amount", "counts")),
        set(Refund.objects.values_list("number", "state", "amount", "settled")),
        set(Stock.objects.values_list("variant__sku", "amount")),
    ]
    slug, key = full.community.slug, Picture.objects.get().key
    with media.open(key) as file:
        drawn = file.read()
    empty_installation()
    media.delete(key)
    copy = restore_community(tmp_path / "one.zip")
    assert copy.slug == slug
    assert said == [
        set(Order.objects.values_list("uid", "key", "state", "total", "escrow", "refunded")),
        set(Payment.objects.values_list("number", "state", "ref", "amount", "counts")),
        set(Refund.objects.values_list("number", "state", "amount", "settled")),
        set(Stock.objects.values_list("variant__sku", "amount")),
    ]
    with media.open(Picture.objects.get().key) as file:
        assert file.read() == drawn
    assert queries.get_shop(copy).audience == "everyone"


def test_what_is_of_one_installation_or_one_person_stays_behind(full, tmp_path):
    export_community(full.community, tmp_path / "one.zip")
    everything = (tmp_path / "one.zip").read_bytes()
    _manifest, files = contents(tmp_path / "one.zip")
    told = repr(files)
    assert "s3cret" not in told
    assert full.account.key not in told
    assert b"s3cret" not in everything
    empty_installation()
    restore_community(tmp_path / "one.zip")
    stays = (MerchantAccount, ProviderNotice, CartItem, Address)
    assert [model.objects.count() for model in stays] == [0, 0, 0, 0]


def test_jobs_after_a_restore_ask_no_provider_and_send_nothing_twice(
    full, tmp_path, travel, monkeypatch
):
    export_community(full.community, tmp_path / "one.zip")
    empty_installation()
    copy = restore_community(tmp_path / "one.zip")
    asked = []
    for name in ("create", "query", "close", "refund", "query_refund"):
        monkeypatch.setattr(full.till, name, lambda *given, name=name: asked.append((name, given)))
    drain()
    assert not Notice.objects.exists()  # of what happened elsewhere everybody has heard there
    refunds = list(Refund.objects.order_by("pk").values_list("state", flat=True))
    with travel(full.opened.expires_at + timedelta(days=60)):
        for _round in range(3):
            jobs.look_after_money()
            jobs.move_due_orders()
            drain()
    assert asked == []
    assert list(Refund.objects.order_by("pk").values_list("state", flat=True)) == refunds
    assert Order.objects.get(uid=full.opened.uid).state == "expired"
    assert verify(community_id=copy.pk).rows == {}


def test_a_refund_that_was_on_its_way_is_one_that_somebody_does_by_hand(full, tmp_path):
    export_community(full.community, tmp_path / "one.zip")
    empty_installation()
    copy = restore_community(tmp_path / "one.zip")
    owner = Person.objects.get(name=full.owner.name)
    _odd, back = queries.troubles(copy, viewer=owner)
    assert {one.state for one in back} == {"wanted", "sent"}
    for refund in back:
        actions.try_again(actor=owner, refund=refund)  # nobody here can send it: nothing changes
        actions.refunded_by_hand(actor=owner, refund=refund, ref="Bank 7")
    assert queries.troubles(copy, viewer=owner)[1] == []
    assert verify(community_id=copy.pk).rows == {}


def test_a_refund_that_a_provider_is_at_is_not_done_by_hand_as_well(full):
    underway = Refund.objects.filter(state="sent").first()
    with pytest.raises(Exception, match="order_moved_on"):
        actions.refunded_by_hand(actor=full.owner, refund=underway)


def test_every_event_of_the_market_is_told_in_both_languages():
    folder = Path(events.__file__).parents[1] / "definitions"
    told = load_file(folder / "timeline.toml")["sentences"]
    named = {name for name in REGISTRY if name.startswith("market.")}
    assert named == set(told)
    for words in told.values():
        assert words["by"]["en"]
        assert words["by"]["zh"]


def test_stock_that_an_open_order_holds_stays_held_where_it_was_restored(full, tmp_path):
    before = left(full.rice)
    export_community(full.community, tmp_path / "one.zip")
    copy = restore_community(tmp_path / "one.zip", slug="copy")
    amounts = Stock.objects.filter(variant__product__community=copy, variant__sku="R1")
    assert [one.amount for one in amounts] == [before]
    assert shop().shop.community_id != copy.pk


def test_what_threads_are_about_is_the_copys_own_product(full, tmp_path):
    told = Thread.objects.get(community=full.community, kind="experience")
    item = item_about(full, told.fields["product"])
    export_community(full.community, tmp_path / "one.zip")
    copy = restore_community(tmp_path / "one.zip", slug="copy")
    own = Product.objects.get(community=copy, title="Poem")
    assert own.uid != told.fields["product"]
    for model, kept in ((Thread, told), (PlannedItem, item)):
        copied = model.objects.get(community=copy, fields__about="Poem")
        assert copied.fields == {**kept.fields, "product": own.uid}
        kept.refresh_from_db()
        assert kept.fields["product"] != own.uid
    named = queries.named_products(copy, [own.uid], viewer=full.owner)
    assert [one.product for one in named.views.values()] == [own]


def item_about(here, uid):
    """A planned experience of the same product."""
    return PlannedItem.objects.create(
        community=here.community, uid="planned1", author=here.mei, kind="experience",
        space=Space.objects.filter(community=here.community).first(), state="scheduled",
        title="Again", source="Once more.", fields={"about": "Poem", "product": uid},
        licence="all", originality="own", publish_at=now() + timedelta(days=9), made_at=now(),
        saved_at=now(),
    )  # fmt: skip
