"""One of everything, made by the real actions, and everybody who may knock at the door."""

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from io import BytesIO
from types import SimpleNamespace

from PIL import Image

from qunluo.community import actions
from qunluo.community.models import Community
from qunluo.conversation import actions as talk
from qunluo.conversation import queries as talking
from qunluo.governance import actions as governance
from qunluo.governance.errors import HeldForReview
from qunluo.growth import actions as growth
from qunluo.growth import queries as growing
from qunluo.kernel.clock import now
from qunluo.kernel.models import EventRecord, ParkedEvent
from qunluo.ledger import actions as ledger
from qunluo.ledger.queries import own_account
from qunluo.market import actions as market
from qunluo.market.actions import Ask, Item, Plan
from qunluo.market.actions.ordering import place_order
from qunluo.market.models import Bill, GroupComplaint, MerchantAccount, Order, Refund, Shop
from qunluo.market.queries import Delivery, Wish
from qunluo.people.actions import issue_token
from qunluo.people.models import Person
from qunluo.reach import actions as reach
from qunluo.reach.actions import Message, News, notify
from qunluo.reach.models import Device, Notice
from qunluo.reach.queries import stop_url, unsubscribe_path
from tests.community.makers import community, member, membership, person
from tests.market.booking_world import booking
from tests.market.coupon_world import coupons_and_cards
from tests.market.dealer_world import a_dealer
from tests.market.makers import FIT, HOME
from tests.market.share_makers import ask, plan
from tests.market.tier_world import a_tier

ROLES = ("visitor", "stranger", "member", "host", "operator", "owner")
DAY = timedelta(days=1)
LOG = b"time,author,text\n2024-05-01 09:30,Lao Li,Rain at last"


@dataclass
class World:
    """What a request can be about, by the names of path parameters, and the tokens of everybody."""

    people: SimpleNamespace
    farm: Community
    other: Community
    ids: dict = field(default_factory=dict)
    tokens: dict = field(default_factory=dict)


def token_of(who, *scopes):
    """The secret of a fresh token; without scopes it may do everything."""
    return issue_token(actor=who, name="test", scopes=scopes or ["write"], days=30)[1]


def build():
    """A published farm with vetting and rules, its people, and one of each thing in it."""
    farm = community(person("Owner"), selection="vetting", values=VALUES, stage="private")
    actions.publish_charter(actor=farm.owner, community=farm, note="First")
    Community.objects.filter(pk=farm.pk).update(stage="published", published_at=now())
    farm.refresh_from_db()
    other = community(person("Neighbour"), stage="private")
    cast = SimpleNamespace(owner=farm.owner, other=other.owner, stranger=person("Stranger"))
    cast.operator = member(farm, "Operator", role="operator")
    cast.host = member(farm, "Host", role="host")
    cast.member = member(farm, "Member")
    cast.target = member(farm, "Target")
    cast.fellow = member(farm, "Fellow")
    cast.applicant, cast.refused = person("Applicant"), person("Refused")
    cast.staff = person("Staff")
    Person.objects.filter(pk=cast.staff.pk).update(is_staff=True)
    world = World(cast, farm, other)
    world.ids = {"slug": farm.slug, "handle": cast.target.handle, **_belonging(farm, cast)}
    world.ids |= _growth(farm, cast)
    world.ids |= {"step": "intention", "number": 1, "blueprint_id": "T02", **_letter(farm)}
    everybody = {"member", "host", "operator", "owner", "stranger", "staff", "other"}
    world.ids |= _talk(farm, cast)
    world.ids |= _reached(cast.owner)
    world.ids |= _channels(farm, world.ids["space"])
    world.ids |= _order(farm, cast, world.ids)
    world.ids |= _market(farm, cast)
    world.tokens = {name: token_of(getattr(cast, name)) for name in everybody}
    return world


def _belonging(farm, cast):
    target = membership(cast.target, farm)
    waiting = _asked(farm, cast.applicant)
    refused = _asked(farm, cast.refused)
    actions.decide_application(actor=cast.owner, application=refused, accept=False, reason="Full")
    actions.assign_host(actor=cast.owner, membership=target, host=cast.host)
    tag = actions.tag_member(actor=cast.owner, membership=target, name="baker")
    actions.note_member(actor=cast.host, membership=target, text="Likes rye.")
    segment = actions.save_segment(
        actor=cast.owner, community=farm, name="Bakers", filters={"tag": "baker"}
    )
    badge = actions.grant(
        actor=cast.owner, community=farm, person=cast.target, kind="badge", name="baker",
        source="test",
    )  # fmt: skip
    measure = governance.warn_member(
        actor=cast.operator, membership=target, rule_id="r1", reason="Shouted"
    )
    appeal = governance.file_appeal(
        actor=cast.refused, text="I am a farmer too.", application=refused
    )
    offer = actions.offer_cofounding(
        actor=cast.owner, community=farm, terms="We share the work and the harvest.",
        share_percent=40,
    )  # fmt: skip
    return {
        "member_id": target.pk, "application_id": waiting.pk, "tag_id": tag.pk,
        "segment_id": segment.pk, "grant_id": badge.pk, "measure_id": measure.pk,
        "appeal_id": appeal.pk, "offer_id": offer.pk, "code": offer.code,
        "refused_id": refused.pk,
    }  # fmt: skip


def _growth(farm, cast):
    """An invitation of the owner, a contact, a customer, an upload and an archive."""
    invitation = growth.create_invitation(actor=cast.owner, community=farm, max_uses=20)
    contact = growth.add_contact(actor=cast.owner, community=farm, name="Wang", why="Grows rice.")
    customer = growth.add_customer(
        actor=cast.owner, community=farm, name="Zhao", email="zhao@example.org", consent="yes",
        consent_source="market stall",
    )  # fmt: skip
    job = growth.start_import(
        actor=cast.owner, community=farm, file=BytesIO(CUSTOMERS), filename="customers.csv"
    )
    growth.request_export(actor=cast.owner, community=farm)
    growth.run_waiting_exports()
    (export,) = growing.exports(farm, viewer=cast.owner)
    return {
        "invitation_id": invitation.pk, "contact_id": contact.pk, "customer_id": customer.pk,
        "import_id": job.pk, "export_id": export.pk,
        "invitation_code": invitation.code,
        "signed": unsubscribe_path("zhao@example.org", farm.pk).split("/")[2],
    }  # fmt: skip


def _talk(farm, cast):
    """A space for members, and in it a request for help by the member of whom all is told."""
    space = talk.open_space(actor=cast.owner, community=farm, name="Square", slug="square")
    kept = {"actor": cast.target, "space": space, "data": b"%PDF-1.7 how many sacks"}
    sent, waiting = talk.attach(**kept), talk.attach(**kept)
    asked = talk.write_post(
        actor=cast.target, space=space, kind="help", title="Two hands", source="To carry sacks.",
        attached=[sent.uid], poll={"options": ["By hand", "By cart"]},
    )  # fmt: skip
    first = talking.read_thread(farm, asked.number, viewer=cast.target, after=0).posts[0]
    log = talking.read_chat_log(LOG, format="csv", time_zone="UTC")
    talk.import_chat(actor=cast.owner, community=farm, log=log, room="Old group")
    room = talk.open_space(actor=cast.owner, community=farm, name="Tea", slug="tea", type="chat")
    circle = talk.begin_circle(
        actor=cast.member, community=farm, name="Us", people=[cast.host.handle]
    )
    bakers = talk.begin_circle(actor=cast.host, community=farm, name="Bakers", listed=True)
    asks = talk.ask_into_circle(
        actor=cast.member, community=farm, slug=bakers.slug, text="I have an oven."
    )
    talk.open_survey(actor=cast.owner, community=farm, question="fit")
    planned = talk.plan_item(
        actor=cast.target, space=space, title="Soon", source="Wait for it.",
        ticks=[one for one, _words in talking.checklist(farm)],
        publish_at=now() + timedelta(days=1),
    )  # fmt: skip
    talk.schedule_item(actor=cast.target, item=planned)
    mends = talk.write_post(
        actor=cast.target, space=space, kind="service", title="I mend", source="Whatever breaks.",
        fields={"points": "0"},
    )  # fmt: skip
    wish = talk.request_service(actor=cast.member, thread=mends, text="My chair, please.")
    (name,) = talking.imported_authors(farm, viewer=cast.owner).items
    return {
        "space": space.slug, "thread_number": asked.number, "post_id": first.id,
        "reaction": "thanks", "uid": sent.uid, "waiting": waiting.uid,
        "item_uid": planned.uid, "author_id": name.pk, "claim_code": name.code,
        "room": room.slug, "circle": circle.slug, "bakers": bakers.slug,
        "question": "fit", "unasked": "lead", "asking_id": asks.pk,
        "service_number": mends.number, "request_id": str(wish.pk), "service_step": "withdraw",
        "insider": cast.host.handle, "met": cast.target.handle,
    }  # fmt: skip


def _channels(farm, slug):
    """A webhook, and a trial on its way through it; and something refused that a program sent."""
    channel = talk.attach_channel(
        actor=farm.owner, community=farm, kind="webhook", name="Books", job="serve",
        given={"address": "https://books.example.org/hook"},
        reach={"events": ["opened"], "spaces": []},
    )  # fmt: skip
    sent = talk.send_trial(actor=farm.owner, community=farm, channel=channel)
    space = talking.get_space(farm, slug, viewer=farm.owner)
    inbox = talk.attach_channel(
        actor=farm.owner, community=farm, kind="inbox", name="Builds", job="serve", given={},
        reach={"space": space.pk},
    )  # fmt: skip
    came, _new = reach.arrive(inbox, Message("b1", "It is out.", "Release"))
    reach.refuse_arrival(came, "A word of it is on the list.")
    return {
        "channel_id": channel.pk, "message_id": sent.pk, "inbox_id": inbox.pk,
        "arrival_id": came.pk,
    }  # fmt: skip


def _order(farm, cast, ids):
    """Something reported, something held back, a proposal and a vote."""
    space = talking.get_space(farm, ids["space"], viewer=cast.owner)
    other = talk.write_post(actor=cast.target, space=space, title="Song", source="La la la.")
    case = talk.report_thread(actor=cast.fellow, thread=other, text="Too loud.").case
    with suppress(HeldForReview):
        talk.write_post(actor=cast.member, space=space, title="Tea", source="A miracle cure.")
    (held,) = talking.held_posts(cast.member, farm)
    idea = talk.write_post(
        actor=cast.target, space=space, kind="proposal", title="An oven", source="For all."
    )
    vote = governance.open_vote(actor=cast.owner, community=farm, question="A new roof?")
    post = talking.get_post(ids["post_id"], viewer=cast.member)
    act = talk.link_post(actor=cast.member, post=post, value="trust", sentence="He asked for help.")
    given = ledger.give_points(
        actor=cast.owner, community=farm, person=cast.member, points=30, reason="Help", key="world"
    )
    wallet = own_account(cast.member, farm, unit="points")
    return {
        "transfer_id": str(given.pk), "account_id": wallet.pk,
        "act_id": act.pk,
        "case_id": case.pk, "held_id": held.held.pk, "vote_id": vote.pk,
        "proposal_number": idea.number,
    }  # fmt: skip


def _market(farm, cast):
    """A shop that sells to everybody and looks at each order, and an order of a member each way."""
    run = {"actor": cast.owner}
    shop = market.set_up_shop(**run, community=farm)
    Shop.objects.filter(pk=shop.pk).update(state="open", audience="everyone", confirms=True)
    shop.refresh_from_db()
    point = market.save_point(**run, shop=shop, name="Barn", address="Lane 1")
    rate = market.save_rate(**run, shop=shop, name="Everywhere", fee=800)
    rice = market.add_product(**run, community=farm, title="Rice", category="food", **FIT)
    sack = market.save_variant(**run, product=rice, name="Sack", price=1_000)
    market.set_stock(**run, variant=sack, amount=50)
    picture = market.add_picture(**run, product=rice, data=_drawn(), alt="A sack")
    rice = market.list_product(**run, product=rice)
    market.give_credit(
        **run, community=farm, person=cast.member, amount=50_000, reason="Gift", key="world credit"
    )
    market.put_in_cart(actor=cast.member, shop=shop, variant=sack.pk, quantity=1)
    address = market.keep_address(actor=cast.member, address=HOME)
    ways = {"ship": Delivery("ship", HOME), "pickup": Delivery("pickup", point=point.pk)}

    def order(number, way="ship", *done):
        made = place_order(
            actor=cast.member, shop=shop, wishes=[Wish(sack.pk, 1)], delivery=ways[way],
            key=f"world {number}",
        )  # fmt: skip
        for one in done:
            one(made)
        return Order.objects.get(pk=made.pk)

    def pay(made):
        market.pay_from_credit(actor=cast.member, order=made)

    def confirm(made):
        market.confirm_order(**run, order=made)

    def send(made):
        market.ship_order(**run, order=made, carrier="Post", tracking="1")

    waiting, packed = order(3, "ship", pay, confirm), order(4, "pickup", pay, confirm)
    paid = order(2, "ship", pay)
    counted = paid.payments.get()
    refund = Refund.objects.create(
        number="WORLDR1", payment=counted, order=paid, amount=1, state="by_hand", reason="Odd",
        wanted_at=now(),
    )  # fmt: skip
    account = MerchantAccount.objects.create(
        community=farm, provider="manual", key="world", name="Old", active=False, added_at=now(),
        settings={"instructions": "Bank 1"},
    )  # fmt: skip
    bill = Bill.objects.create(
        merchant=account, day=now().date(), matched=1, differs=0, checked_at=now()
    )
    sent = order(5, "ship", pay, confirm, send)
    return {
        **_campaigns(shop, cast, sack, point),
        **booking(shop, cast),
        **coupons_and_cards(shop, cast),
        **a_tier(cast, farm),
        **a_dealer(cast, shop, rice),
        **_claims(cast, rice, sent, order(6, "ship", pay, confirm, send)),
        **_shares(farm, shop, cast, point),
        "bill_id": bill.pk,
        "order_uid": order(1).uid, "paid_uid": paid.uid, "waiting_uid": waiting.uid,
        "packed_uid": packed.uid, "sent_uid": sent.uid,
        "pickup_code": packed.pickup_code, "payment_number": counted.number,
        "refund_number": refund.number, "product_uid": rice.uid, "variant_id": sack.pk,
        "picture_id": picture.pk, "point_id": point.pk, "rate_id": rate.pk,
        "address_id": address.pk, "provider": "nobody",
    }  # fmt: skip


def _campaigns(shop, cast, sack, point):
    """A chain order in which the member is, a team that forms, one to lead, one that waits."""
    begins, ends = now() - timedelta(hours=1), now() + timedelta(days=1)

    def start(kind, *, offer=False, **said):
        items = [Item(sack.pk, 800)]
        plan = Plan(
            kind=kind, title="Rice together", starts_at=begins, ends_at=ends, items=items, **said
        )
        return market.start_campaign(actor=cast.owner, shop=shop, plan=plan, offer=offer)

    def join(campaign):
        ask = Ask([Wish(sack.pk, 1)], Delivery("pickup", point=point.pk))
        given = {"campaign": campaign, "ask": ask, "key": f"world campaign {campaign.pk}"}
        return market.join_campaign(actor=cast.member, **given).order

    chain, offer = start("chain"), start("chain", offer=True)
    team_buy = start("team", size=3, window=60)
    pledge = start("pledge", threshold_kind="units", threshold=9)
    market.pay_from_credit(actor=cast.member, order=join(chain))
    order = join(team_buy)
    market.pay_from_credit(actor=cast.member, order=order)
    order.refresh_from_db()
    proposed = market.propose_campaign(
        actor=cast.member, offer=offer, starts_at=begins, ends_at=ends
    )
    return {
        "campaign_uid": chain.uid, "offer_uid": offer.uid, "team_buy_uid": team_buy.uid,
        "team_uid": order.team.uid, "pledge_uid": pledge.uid, "proposed_uid": proposed.uid,
    }  # fmt: skip


def _shares(farm, shop, cast, point):
    """A season in which the member has a share and is asked to pay more."""
    made = market.add_product(
        actor=cast.owner, community=farm, title="Vegetables", gives="share", category="food",
        need="Food from close by.", bought="seasonal", used="daily", quality="Tested each year.",
        function=7, emotion=6,
    )  # fmt: skip
    size = market.save_variant(actor=cast.owner, product=made, price=9_000, counted=False)
    market.list_product(actor=cast.owner, product=made)
    season = market.start_season(actor=cast.owner, product=made, plan=plan({point.pk: 9}))
    season.size, season.depot = size, season.depots.get()
    contract = ask(season, cast.member)
    order = contract.instalments.get().order
    market.pay_from_credit(actor=cast.member, order=order)
    rise = market.propose_rise(
        actor=cast.owner, season=season, variant=size, for_box=100, reason="Hail",
        answer_by=now() + DAY,
    )  # fmt: skip
    other = market.save_point(actor=cast.owner, shop=shop, name="Mill", address="Lane 9")
    return {
        "season_uid": season.uid, "share_uid": contract.uid, "size_id": size.pk,
        "depot_id": season.depot.pk, "rise_id": rise.pk, "part_number": 1,
        "delivery_id": season.deliveries.order_by("day").first().pk,
        "share_product_uid": made.uid, "other_point_id": other.pk,
    }  # fmt: skip


def _claims(cast, rice, sent, other):
    """A complaint of the member, a group complaint, and an invoice that was asked for."""
    claim = market.complain(
        actor=cast.member, order=other, product=rice, kind="late", words="Late", wants="answer"
    )
    market.ask_invoice(actor=cast.member, order=sent, sort="personal", title="Mei")
    group = GroupComplaint.objects.create(
        community=rice.community, uid="WORLDGROUP", product=rice, title="Rice", kind="safety",
        since=now() - DAY, opened_at=now(), answer_by=now() + DAY,
    )  # fmt: skip
    return {"claim_uid": claim.uid, "group_uid": group.uid}


def _drawn():
    out = BytesIO()
    Image.new("RGB", (64, 64), "teal").save(out, "PNG")
    return out.getvalue()


def _asked(farm, who):
    return actions.apply(actor=who, community=farm, accepted_rules=1)


def _letter(farm):
    """A delivery of the farm that was given up."""
    event = EventRecord.objects.filter(community_id=farm.pk).order_by("pk").first()
    dead = ParkedEvent.objects.create(
        reaction="tests.stubborn", event=event, community_id=farm.pk, stream=farm.pk,
        state="dead", attempts=8, next_try_at=now(), error="ValueError: broken", parked_at=now(),
    )  # fmt: skip
    return {"letter_id": dead.pk}


CUSTOMERS = "姓名,手机,邮箱\n钱,13800000001,qian@example.org\n孙,13800000002,\n".encode()
VALUES = {
    "intention": {"intention": "We want the people who eat to know the people who grow."},
    "goal": {"metric": "members", "target": 100, "due_on": "2031-01-01"},
    "change": {"statement": "Eat what grows near you.", "acts": ["Cook at home", "Buy it here"]},
    "meaning": {"values": ["kindness", "trust"]},
    "rules": {"rules": [{"title": "Be kind", "text": "No insults.", "value": "kindness"}]},
}


def _reached(who):
    words = {"subject": {"en": "News", "zh": "消息"}}
    notify([who.pk], News(what="letter", reason="membership", key="k", cause="c", words=words))
    device = Device.objects.create(
        person=who, endpoint="https://push.example.org/1", digest="1", p256dh="k", auth="a",
        language="en", made_at=now(),
    )  # fmt: skip
    stop = stop_url(who, notice_of(who)).split("/")[-2]
    return {"notice_id": notice_of(who), "device_id": device.pk, "stop": stop}


def notice_of(who):
    """The number of somebody's only notice."""
    return Notice.objects.get(person=who).pk
