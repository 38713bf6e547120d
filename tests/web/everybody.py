"""Everybody who may knock at a page, and one of each thing that a page can be about."""

from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from types import SimpleNamespace

from django.conf import settings
from django.db import transaction
from django.test import Client

from qunluo.community import actions
from qunluo.community.actions import push_fact
from qunluo.community.models import Community
from qunluo.conversation import actions as talk
from qunluo.governance import actions as governance
from qunluo.growth import actions as growth
from qunluo.kernel.clock import now
from qunluo.market import actions as market
from qunluo.market.models import Claim, GroupComplaint, Order, Shop
from qunluo.market.queries import Delivery, Wish
from tests.api.world import VALUES, build
from tests.community.makers import community, member, membership
from tests.market.campaign_world import campaigning
from tests.market.share_world import sharing

ROLES = (
    "visitor", "outsider", "member", "host", "operator", "cco", "owner",
    "former", "removed", "suspended", "other",
)  # fmt: skip
BACKEND = "django.contrib.auth.backends.ModelBackend"


@dataclass
class Town:
    """A published farm, a community of somebody else, and who is what in the farm."""

    farm: Community
    other: Community
    second: Community
    people: SimpleNamespace
    ids: dict
    sessions: dict = field(default_factory=dict)

    def browser(self, role="visitor", language="en", **given):
        """A fresh browser in which `role` is signed in."""
        made = Client(headers={"accept-language": language}, **given)
        if role in self.sessions:
            made.cookies[settings.SESSION_COOKIE_NAME] = self.sessions[role]
        return made


def trading(farm, cast):
    """An open shop with one product, which the member ordered and somebody has in the cart."""
    shop = market.set_up_shop(actor=cast.owner, community=farm)
    Shop.objects.filter(pk=shop.pk).update(state="open", audience="everyone", confirms=False)
    shop.refresh_from_db()
    farm.refresh_from_db()
    push_fact(community=farm, fact="shop.opened", value=True)
    point = market.save_point(actor=cast.owner, shop=shop, name="Barn", address="Lane 1")
    rate = market.save_rate(actor=cast.owner, shop=shop, name="All", fee=500)
    rice = market.add_product(
        actor=cast.owner, community=farm, title="Rice", category="food", kind="virtual",
        need="Rice for every day.", bought="monthly", used="daily", quality="Tested each year.",
        function=7, emotion=6,
    )  # fmt: skip
    variant = market.save_variant(actor=cast.owner, product=rice, price=1_000, counted=True)
    market.set_stock(actor=cast.owner, variant=variant, amount=100)
    market.list_product(actor=cast.owner, product=rice)
    wishes, way = [Wish(variant.pk, 1)], Delivery("virtual")
    given = {"actor": cast.member, "shop": shop, "wishes": wishes, "delivery": way}
    placed, paid = (market.place_order(**given, key=f"town:{n}") for n in (1, 2))
    market.give_credit(
        actor=cast.owner, community=farm, person=cast.member, amount=1_500, reason="Help", key="t"
    )
    market.pay_from_credit(actor=cast.member, order=paid)
    for who in (cast.member, cast.owner, cast.outsider):
        market.put_in_cart(actor=who, shop=shop, variant=variant.pk, quantity=1)
    return {
        "product_uid": rice.uid, "variant_id": variant.pk, "point_id": point.pk, "rate_id": rate.pk,
        "order_uid": placed.uid, "paid_uid": paid.uid, "payment_number": f"{paid.uid}P1",
    }  # fmt: skip


def claiming(farm, cast, paid):
    """A return that waits, and a group complaint that waits for its answer."""
    order, moment = Order.objects.get(uid=paid), now()
    claim = Claim.objects.create(
        community=farm, uid="CLAIMED001", order=order, buyer=cast.member, sort="return", words="No",
        made_at=moment, due_at=moment + timedelta(days=3),
    )  # fmt: skip
    group = GroupComplaint.objects.create(
        community=farm, uid="GROUPED001", product=order.lines.get().product, title="Rice",
        kind="broken", since=moment, opened_at=moment, answer_by=moment + timedelta(days=7),
    )  # fmt: skip
    return {"claim_uid": claim.uid, "group_uid": group.uid}


def town():
    """The world of the API, with those whom only the pages tell apart."""
    world = build()
    farm, cast = world.farm, world.people
    Community.objects.filter(pk=farm.pk).update(recruiting=True)
    cast.outsider = cast.stranger
    cast.cco = member(farm, "Cco", role="cco")
    cast.former = member(farm, "Former")
    actions.leave(actor=cast.former, membership=membership(cast.former, farm), reason="")
    cast.removed = member(farm, "Removed")
    said = {"actor": cast.owner, "rule_id": "r1", "reason": "Shouted"}
    removal = governance.remove_member(membership=membership(cast.removed, farm), **said)
    cast.suspended = member(farm, "Suspended", role="operator")
    governance.suspend_member(
        membership=membership(cast.suspended, farm), until=now() + timedelta(days=7), **said
    )
    batch = growth.invite_customers(actor=cast.owner, community=farm, filters={}, way="link")
    # Whoever owns the farm owns a second community, whose addresses must not lead to the farm's.
    second = community(cast.owner, values=VALUES)
    # Numbers count from one in every community: this one no other has.
    square = talk.open_space(actor=cast.owner, community=farm, name="Yard", slug="yard")
    square.community = farm
    for number in range(3):
        made = talk.write_post(actor=cast.member, space=square, source=f"Rain {number}")
    sold = trading(farm, cast)
    own = (
        world.ids
        | {"space": square.slug, "thread": made.number}
        | {"removal_id": removal.pk, "batch_id": batch.pk}
        | sold
    )
    own |= campaigning(farm, cast)
    own |= sharing(farm, cast)
    own |= claiming(farm, cast, sold["paid_uid"])
    made = Town(farm, world.other, second, cast, own)
    for role in ROLES[1:]:
        browser = Client()
        browser.force_login(getattr(cast, role), backend=BACKEND)
        made.sessions[role] = browser.cookies[settings.SESSION_COOKIE_NAME].value
    return made


@contextmanager
def taken_back():
    """Whatever happens inside has not happened afterwards."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
