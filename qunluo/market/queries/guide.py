"""The guide of a product: what people who know it say, and what became of their saying so."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q, Sum

from qunluo.conversation import queries as talk
from qunluo.kernel.clock import now
from qunluo.kernel.prepared import ask, padded
from qunluo.market.models import (
    Booking,
    Experience,
    Order,
    OrderLine,
    Product,
    ProductMention,
    Shop,
    Touch,
)
from qunluo.market.queries.products import ProductView
from qunluo.market.rules import guide as rules

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from qunluo.community.models import Community
    from qunluo.conversation.models import Post, Thread
    from qunluo.conversation.queries import FileView, ThreadCard
    from qunluo.market.queries.shop import Viewer

TELLING, COMPARING, ASKING = ("experience", "trial"), "comparison", "question"
AGAIN = ("yes", "depends", "no")
MOST = 200  # of each kind on one page, the newest
HAD = (Order.State.RECEIVED, Order.State.SETTLED)
BOUGHT = (Order.State.PAID, Order.State.CONFIRMED, Order.State.FULFILLED, *HAD)


@dataclass(frozen=True)
class Figure:
    """What a post brought: people who came from it, people who bought, orders, and their goods.

    `amount` is in whole minor units of the shop, less what went back.
    """

    came: int = 0
    people: int = 0
    orders: int = 0
    amount: int = 0


@dataclass(frozen=True)
class Told:
    """One experience in a guide; `in_field` when its author knows such things from buying them."""

    card: "ThreadCard"
    html: str
    state: str  # verified, copied, or "" when no purchase was proven
    in_field: bool
    facts: tuple[str, ...]
    pros: tuple[str, ...]
    cons: tuple[str, ...]
    again: str
    pictures: "tuple[FileView, ...]"
    figure: Figure


@dataclass(frozen=True)
class Guide:
    """Everything that is said of a product, as far as a viewer may read it."""

    product: Product
    told: tuple[Told, ...]
    again: Mapping[str, int]  # of verified experiences
    verified: int
    comparisons: "tuple[ThreadCard, ...]"
    questions: "tuple[ThreadCard, ...]"
    removed: int  # under rules, by governance


def guide(shop: Shop, view: ProductView, *, viewer: "Viewer") -> Guide:
    """Return the guide of a product that the viewer fetched."""
    product, community = view.product, shop.community
    named = _named(product)
    ids = {pk for some in named.values() for pk in some}
    seen = talk.named_threads(community, ids, viewer=viewer)
    told = _told(community, product, [seen[pk] for pk in named["told"] if pk in seen])
    counts = {name: sum(one.again == name for one in told if one.state == "verified")
              for name in AGAIN}  # fmt: skip
    judged = [*named["told"], *named[COMPARING]]
    return Guide(
        product,
        told,
        counts,
        sum(one.state == "verified" for one in told),
        tuple(seen[pk] for pk in named[COMPARING] if pk in seen),
        tuple(seen[pk] for pk in named[ASKING] if pk in seen),
        talk.removed_under_rules(judged),
    )


def _named(product: Product) -> dict[str, list[int]]:
    """Return the threads that are about a product, by what they are, the newest first."""
    found: dict[str, list[int]] = {"told": [], COMPARING: [], ASKING: []}
    rows = ProductMention.objects.filter(product=product, place=1).order_by("-thread_id")
    for kind, pk in rows.values_list("kind", "thread_id"):
        some = found.get("told" if kind in TELLING else kind)
        if some is not None and len(some) < MOST:
            some.append(pk)
    return found


def _told(
    community: "Community", product: Product, cards: "Sequence[ThreadCard]"
) -> tuple[Told, ...]:
    """Return experiences: those of buyers first, among them those in their own field (M09)."""
    ids = [card.id for card in cards]
    states, posts = experience_states(ids), talk.opening_posts(ids)
    files = talk.files_of(post.pk for post in posts.values() if post.attached)
    fields = own_fields(community, {card.author.id for card in cards})
    figures = figures_of(community, [f"{card.number}.1" for card in cards])
    found = [
        Told(
            card,
            posts[card.id].html,
            states.get(card.id, ""),
            product.category in fields[card.author.id],
            facts=_lines(card, "facts"),
            pros=_lines(card, "pros"),
            cons=_lines(card, "cons"),
            again=str(card.fields.get("again") or ""),
            pictures=tuple(f for f in files.get(posts[card.id].pk, ()) if f.sort == "picture"),
            figure=figures.get(f"{card.number}.1", Figure()),
        )
        for card in cards
        if card.id in posts
    ]  # fmt: skip
    # Sorting is stable: within each group the newest stay first.
    return tuple(sorted(found, key=lambda one: (one.state != "verified", not one.in_field)))


def _lines(card: "ThreadCard", name: str) -> tuple[str, ...]:
    return tuple(str(card.fields.get(name) or "").splitlines())


def own_fields(community: "Community", people: Collection[int]) -> Mapping[int, frozenset[str]]:
    """Return in which categories each of some people bought often enough to know them: M09."""
    rows = (
        OrderLine.objects.filter(
            order__community=community, order__buyer__in=people, order__state__in=HAD
        )
        .values_list("order__buyer", "product__category")
        .annotate(times=Count("order", distinct=True))
        .order_by()
    )
    found: dict[int, set[str]] = defaultdict(set)
    for person, category, times in rows:
        if times >= rules.measure("own_field"):
            found[person].add(category)
    return defaultdict(frozenset, {pk: frozenset(some) for pk, some in found.items()})


def proof_of(person_id: int, product: Product) -> OrderLine | None:
    """Return what somebody bought and has of a product, or None.

    What went back whole before it was received was never had, nor a service that was called off.
    """
    had = Q(order__state__in=HAD)
    had |= Q(order__state=Order.State.FULFILLED, order__receive_by__lte=now())
    had |= Q(order__state=Order.State.REFUNDED, order__received_at__isnull=False)
    found = OrderLine.objects.filter(had, product=product, order__buyer=person_id)
    return found.exclude(order__booking__state=Booking.State.OFF).order_by("pk").first()


def product_about(thread: "Thread") -> Product | None:
    """Return the product that a thread is about, if it names one of its community."""
    code = str(thread.fields.get("product") or "")
    if not code:
        return None
    return Product.objects.filter(community_id=thread.community_id, uid=code).first()


def words_told(product: Product, *, before: int) -> list[str]:
    """Return what earlier experiences of a product say, the newest first; for copies."""
    rows = ProductMention.objects.filter(
        product=product, place=1, kind__in=TELLING, thread_id__lt=before
    ).order_by("-thread_id")
    posts = talk.opening_posts(list(rows.values_list("thread_id", flat=True)[:500]))
    return [post.source for post in posts.values()]


def experience_states(threads: Collection[int]) -> dict[int, str]:
    """Return what was proven of threads, by their ids: verified or copied."""
    return dict(Experience.objects.filter(thread__in=threads).values_list("thread_id", "state"))


def figures_of(
    community: "Community", ids: Collection[str], source_type: str = rules.POST
) -> dict[str, Figure]:
    """Return what posts (or moments of episodes) brought, by the ids of the sources."""
    of = {"community": community, "source_type": source_type, "source_id__in": ids}
    touched = Touch.objects.filter(**of).values_list("source_id").order_by()
    came = dict(touched.annotate(many=Count("person", distinct=True)))
    rows = (
        Order.objects.filter(**of, state__in=BOUGHT)
        .values_list("source_id")
        .order_by()
        .annotate(
            people=Count("buyer", distinct=True), many=Count("pk"),
            goods=Sum("goods"), back=Sum("refunded"),
        )
    )  # fmt: skip
    sold = {name: rest for name, *rest in rows}
    return {
        name: Figure(came.get(name, 0), *_sold(sold.get(name, [0, 0, 0, 0])))
        for name in came.keys() | sold.keys()
    }


def _sold(row: Sequence[Any]) -> tuple[int, int, int]:
    people, many, goods, back = row
    return people, many, max(goods - back, 0)


def last_touch(buyer_id: int, community_id: int, products: Iterable[int]) -> rules.Source:
    """Return from where somebody last came to any of some products, within the window."""
    given = [buyer_id, community_id, *padded(products)]
    found = ask(rules.measure("window_days"), _touched, given)
    return found[0] if found else ("", "")


def _touched(given: Sequence[int]) -> "QuerySet[Touch, Any]":
    buyer_id, community_id, *products = given
    since = now() - timedelta(days=rules.measure("window_days"))
    found = Touch.objects.filter(
        person_id=buyer_id, community_id=community_id, product__in=products, at__gte=since
    )
    return found.order_by("-at", "-pk").values_list("source_type", "source_id")[:1]


def names_product(post: "Post", product: Product) -> bool:
    """Tell whether a post names a product, in its words or because its thread is about it."""
    if post.place == 1 and post.thread.fields.get("product") == product.uid:
        return True
    slug = post.thread.space.community.slug
    return product.uid in rules.links(post.source, slug)


def seconds_naming(thread: "Thread", product: Product) -> set[int]:
    """Return at which seconds of an episode a product is named."""
    said = str(thread.fields.get("moments") or "")
    slug = thread.space.community.slug
    return {
        at for _written, at, what in talk.moments(said) if product.uid in rules.links(what, slug)
    }
