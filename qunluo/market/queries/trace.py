"""From words to orders and back: what posts brought, and what became of what buyers said."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.db.models import Count, F, Max, Q, Sum

from qunluo.community import queries as communities
from qunluo.conversation import queries as talk
from qunluo.kernel.clock import now
from qunluo.market.models import (
    Booking,
    Claim,
    Experience,
    Improvement,
    Order,
    OrderLine,
    Product,
    ProductMention,
    Touch,
)
from qunluo.market.queries.feedback import runners
from qunluo.market.queries.guide import BOUGHT, Figure
from qunluo.market.queries.shop import get_shop
from qunluo.market.rules import guide as rules
from qunluo.market.rules.permissions import MANAGE

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.conversation.queries import ThreadCard
    from qunluo.market.queries.shop import Viewer
    from qunluo.people.models import Person

STEPS = ("content", "talk", "came", "orders", "used", "feedback", "improved", "next")
NEW = timedelta(days=90)  # so long an item counts as new
MOST = 200
EARLIEST, LONGEST = date(2000, 1, 1), timedelta(days=3_660)
Place = tuple[int, int, int | None]  # number of a thread, place in it, second of an episode


@dataclass(frozen=True)
class Source:
    """A post, or a moment of an episode, and what it brought; no card where it may not be read."""

    number: int
    place: int  # of the post in its thread; 1 for an episode
    second: int | None  # of an episode
    card: "ThreadCard | None"
    figure: Figure
    seen: int = 0  # members who read as far as there, its author left out


@dataclass
class Steps:
    """How often each step was taken about one product in a period; `sources` of its orders too."""

    product: Product
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(STEPS, 0))
    from_content: int = 0  # of the orders, those that came from a post or an episode
    closed: int = 0  # of the feedback, what was followed by a change and by new content


@dataclass(frozen=True)
class Novelty:
    """New items and what they bring: `amount` of `revenue`, in whole minor units of `currency`."""

    listed: int  # first put on sale in the period
    new: int  # sold in the period while they were new
    amount: int
    revenue: int
    currency: str


@dataclass(frozen=True)
class Trace:
    """What a period brought, by product, those with most orders first."""

    rows: tuple[Steps, ...]
    novelty: Novelty

    @property
    def feedback(self) -> int:
        """Return how many loops there were to close."""
        return sum(row.counts["feedback"] for row in self.rows)

    @property
    def closed(self) -> int:
        """Return how many of them were closed."""
        return sum(row.closed for row in self.rows)

    @property
    def share(self) -> int | None:
        """Return the share of loops that were closed, in whole per cent; None without any."""
        return self.closed * 100 // self.feedback if self.feedback else None


def period(
    community: "Community", first: date | None = None, last: date | None = None
) -> tuple[date, date, datetime, datetime]:
    """Return the days that were asked for, as they are where the community is, and their moments.

    Without both the last 90 days; none is later than today, and there are ten years at most.
    """
    zone = ZoneInfo(community.time_zone)
    today = now().astimezone(zone).date()
    if first is None or last is None:
        first, last = today - NEW + timedelta(days=1), today
    last = max(min(last, today), EARLIEST)
    first = max(min(first, last), last - LONGEST)
    since = datetime.combine(first, time.min, zone)
    return first, last, since, datetime.combine(last + timedelta(days=1), time.min, zone)


def trace(community: "Community", *, viewer: "Viewer", since: datetime, until: datetime) -> Trace:
    """Return how far each product came from words to orders and back in a period.

    Every number counts rows that an event of the log was written with: threads opened about a
    product (content), replies in them (talk), people who put it in their cart from a post (came),
    orders paid, orders received (used), proven experiences, returns and complaints (feedback),
    changes made from feedback (improved), threads about it after such a change (next). A loop is
    one piece of feedback; it is closed once a change was made from it and a thread about the
    product was opened after that, whenever. PermissionMissing, ShopNotFound.
    """
    communities.require(viewer, community, MANAGE)
    shop = get_shop(community)
    products = {one.pk: one for one in Product.objects.filter(community=community)}
    found = {pk: Steps(one) for pk, one in products.items()}
    for name, counted in _counted(community, since, until).items():
        for pk, many in counted.items():
            found[pk].counts[name] += many
    orders = _lines(community, since, until).filter(order__source_type__in=rules.OURS)
    for pk, many in _by_product(orders, "order").items():
        found[pk].from_content = many
    for pk, many in _closed(community, since, until).items():
        found[pk].closed = many
    rows = [one for one in found.values() if any(one.counts.values())]
    rows.sort(key=lambda one: (-one.counts["orders"], -sum(one.counts.values()), one.product.pk))
    return Trace(tuple(rows), _novelty(community, shop.currency, since, until))


def _counted(community: "Community", since: datetime, until: datetime) -> dict[str, dict[int, int]]:
    """Return how often each step was taken, by product."""
    period = (since, until)
    about = _about(community)
    opened = about.filter(thread__opened_at__range=period)
    replies = about.filter(
        thread__messages__place__gt=1, thread__messages__removed_at=None,
        thread__messages__written_at__range=period,
    )  # fmt: skip
    came = Touch.objects.filter(community=community, at__range=period)
    used = OrderLine.objects.filter(order__community=community, order__received_at__range=period)
    used = used.exclude(order__booking__state=Booking.State.OFF)
    improved = Improvement.objects.filter(product__community=community, made_at__range=period)
    after = opened.filter(product__improvements__made_at__lt=F("thread__opened_at"))
    told: dict[int, int] = defaultdict(int)
    for pk, _kind, _id in _feedback(community, since, until):
        told[pk] += 1
    return {
        "content": _by_product(opened, "thread"),
        "talk": _by_product(replies, "thread__messages"),
        "came": _by_product(came, "person"),
        "orders": _by_product(_lines(community, since, until), "order"),
        "used": _by_product(used, "order"),
        "feedback": told,
        "improved": _by_product(improved, "pk"),
        "next": _by_product(after, "thread"),
    }


def _about(community: "Community") -> Any:
    """Return what names products in the opener of a thread that stands."""
    return ProductMention.objects.filter(
        product__community=community, place=1, thread__opener_gone=False
    )


def _lines(community: "Community", since: datetime, until: datetime) -> Any:
    """Return the lines of orders that were paid in a period, also those that went back later."""
    return OrderLine.objects.filter(
        order__community=community, order__paid_at__range=(since, until)
    )


def _by_product(found: Any, what: str) -> dict[int, int]:
    rows = found.order_by().values_list("product").annotate(many=Count(what, distinct=True))
    return dict(rows)


def _feedback(
    community: "Community", since: datetime, until: datetime
) -> set[tuple[int, str, int]]:
    """Return proven experiences, returns and complaints of a period: product, sort, id."""
    told = Experience.objects.filter(
        community=community, told_at__range=(since, until), state=Experience.State.VERIFIED
    )
    claims = Claim.objects.filter(community=community, made_at__range=(since, until))
    claims = claims.exclude(buyer__in=runners(community))
    complained = claims.filter(product__isnull=False).values_list("product", "pk")
    returned = claims.filter(product=None, lines__isnull=False)
    return {
        *((pk, "thread", one) for pk, one in told.values_list("product", "thread")),
        *((pk, "claim", one) for pk, one in complained),
        *((pk, "claim", one) for pk, one in returned.values_list("lines__line__product", "pk")),
    }


def _closed(community: "Community", since: datetime, until: datetime) -> Mapping[int, int]:
    """Return how many loops that began in a period are closed by now, by product."""
    last = dict(
        _about(community).order_by().values_list("product").annotate(at=Max("thread__opened_at"))
    )
    made: dict[tuple[int, str, int], datetime] = {}
    rows = Improvement.objects.filter(product__community=community).order_by("-made_at")
    for product, thread, claim, at in rows.values_list("product", "thread", "claim", "made_at"):
        made[product, "thread" if thread else "claim", thread or claim or 0] = at  # the first
    found: dict[int, int] = defaultdict(int)
    for one in _feedback(community, since, until):
        if one in made and one[0] in last and made[one] < last[one[0]]:
            found[one[0]] += 1
    return found


def _novelty(community: "Community", currency: str, since: datetime, until: datetime) -> Novelty:
    """Return how many new items there were and what they brought, of all that was paid for goods.

    An item is new for 90 days after it was first on sale. Left out are orders that went back
    whole, gift cards, whose money counts when it is spent, and other currencies than the shop's.
    """
    listed = Product.objects.filter(community=community, listed_at__range=(since, until))
    lines = _lines(community, since, until).filter(order__currency=currency)
    lines = lines.exclude(order__state=Order.State.REFUNDED).exclude(order__gives="card")
    paid = Sum(F("amount") - F("discount"))
    new = lines.filter(order__paid_at__lt=F("product__listed_at") + NEW)
    fresh = new.aggregate(paid=paid, many=Count("product", distinct=True))
    return Novelty(
        listed.count(),
        fresh["many"],
        fresh["paid"] or 0,
        lines.aggregate(paid=paid)["paid"] or 0,
        currency,
    )


def posts_that_sold(
    community: "Community", *, viewer: "Viewer", since: datetime, until: datetime
) -> list[Source]:
    """Return the posts and episodes that people came from in a period, most orders first.

    At most 200. Orders count by when they were paid, who came by when they last did.
    PermissionMissing.
    """
    communities.require(viewer, community, MANAGE)
    found = _figures(
        Touch.objects.filter(community=community, at__range=(since, until)),
        Order.objects.filter(community=community, paid_at__range=(since, until)),
    )
    return _sources(community, found, viewer)[:MOST]


def own_figures(community: "Community", *, person: "Person") -> list[Source]:
    """Return the posts of a member that name products and what each brought, the most first.

    Looked through are their newest 500 posts in threads that name products. MembersOnly.
    """
    communities.require_member(person, community)
    named = ProductMention.objects.filter(product__community=community)
    mine = talk.seen_of(community, person, named.values("thread"))
    threads = {pk for pk, _place in mine}
    places = set(named.filter(thread__in=threads).values_list("thread", "place"))
    cards = talk.named_threads(community, threads, viewer=person)
    keys = {
        (cards[pk].number, place): many
        for (pk, place), many in mine.items()
        if (pk, place) in places and pk in cards
    }
    spoken = {cards[pk].number for pk in cards if cards[pk].kind.name == "episode"}
    names = [f"{number}.{place}" for number, place in keys]
    wanted = Q(source_type=rules.POST, source_id__in=names)
    if moments := _moments(community, spoken & {number for number, place in keys if place == 1}):
        wanted |= Q(source_type=rules.EPISODE, source_id__in=moments)
    figures = _figures(
        Touch.objects.filter(wanted, community=community),
        Order.objects.filter(wanted, community=community),
    )
    told: dict[Place, Figure] = {
        (number, place, None): Figure() for number, place in keys
    } | figures
    by_number = {card.number: card for card in cards.values()}
    rows = [
        Source(*key, by_number[key[0]], figure, keys.get(key[:2], 0))
        for key, figure in told.items()
    ]
    return sorted(rows, key=_most)


def _moments(community: "Community", numbers: set[int]) -> list[str]:
    """Return the moments of episodes that anybody came from, as sources name them."""
    if not numbers:
        return []
    of = {"community": community, "source_type": rules.EPISODE}
    came = Touch.objects.filter(**of).values_list("source_id", flat=True)
    bought = Order.objects.filter(**of).values_list("source_id", flat=True)
    known = {*came.distinct(), *bought.distinct()}
    return [one for one in known if int("0" + one.partition("@")[0]) in numbers]


def _figures(touches: Any, orders: Any) -> dict[Place, Figure]:
    """Return what each post (thread, place) or moment (thread, 1, second) brought."""
    ours = {"source_type__in": rules.OURS}
    came = touches.filter(**ours).order_by().values_list("source_type", "source_id")
    sold = orders.filter(**ours, state__in=BOUGHT).order_by()
    rows = sold.values_list("source_type", "source_id").annotate(
        people=Count("buyer", distinct=True), many=Count("pk"),
        net=Sum("goods") - Sum("refunded"),
    )  # fmt: skip
    bought = {(kind, name): rest for kind, name, *rest in rows}
    people = {(kind, name): many for kind, name, many
              in came.annotate(many=Count("person", distinct=True))}  # fmt: skip
    found = {}
    for one in people.keys() | bought.keys():
        if rules.source_in(":".join(one)) == rules.NOWHERE:
            continue
        who, many, net = bought.get(one, (0, 0, 0))
        found[_key(one)] = Figure(people.get(one, 0), who, many, max(net, 0))
    return found


def _key(source: rules.Source) -> Place:
    kind, name = source
    number, _sign, rest = name.partition("@" if kind == rules.EPISODE else ".")
    return (int(number), 1, int(rest)) if kind == rules.EPISODE else (int(number), int(rest), None)


def _sources(
    community: "Community",
    figures: Mapping[Place, Figure],
    viewer: "Viewer",
) -> list[Source]:
    ids = talk.ids_of(community, {number for number, _place, _second in figures})
    cards = talk.named_threads(community, set(ids.values()), viewer=viewer)
    rows = [Source(*key, cards.get(ids.get(key[0], 0)), figure) for key, figure in figures.items()]
    return sorted(rows, key=_most)


def _most(one: Source) -> tuple[int, int, int, int, int]:
    figure = one.figure
    return -figure.orders, -figure.came, -one.number, one.place, one.second or 0
