"""From words to orders and back: what posts brought, and what was made of feedback."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any

from ninja import Query, Status
from pydantic import BaseModel, Field

from qunluo.api.area import Area
from qunluo.api.caller import Caller
from qunluo.api.community import SlugPath, community_of
from qunluo.api.market import ProductPath
from qunluo.api.people import PersonCard, card
from qunluo.api.shapes import Day, Given, Shown
from qunluo.kernel.text import _
from qunluo.market import actions, queries

if TYPE_CHECKING:
    from qunluo.market import models as rows

area = Area("trace", "Orders")
SHOP = "/communities/{slug}/shop"
ONE = f"{SHOP}/products/{{product_uid}}"


class TracePeriod(BaseModel):
    """From which day to which, both included, where the community is; else the last 90 days."""

    first: Day | None = None
    last: Day | None = None


class PostFigures(Shown):
    """What a post, or a moment of an episode, brought."""

    thread_number: int
    place: int = Field(description=_("Of the post in its thread."))
    second: int | None = Field(description=_("Of an episode; null for a post."))
    title: str = Field(description=_("Empty where you may not read it."))
    came: int = Field(description=_("People who put the product into their cart from it."))
    people: int = Field(description=_("People who bought."))
    orders: int
    amount: int = Field(description=_("Their goods less what went back, in whole minor units."))


class OwnPostFigures(PostFigures):
    """What a post of one's own brought."""

    seen: int = Field(description=_("Members who read as far as it."))


class SellingPost(PostFigures):
    """A post that people came from."""

    author: PersonCard | None


class ProductSteps(Shown):
    """How often each step was taken about a product."""

    product_uid: str
    title: str
    content: int = Field(description=_("Threads opened about it."))
    talk: int = Field(description=_("Replies in threads about it."))
    came: int = Field(description=_("People who put it into their cart from a post."))
    orders: int = Field(description=_("Orders that were paid."))
    from_content: int = Field(description=_("Of these, from a post or an episode."))
    used: int = Field(description=_("Orders that were received."))
    feedback: int = Field(description=_("Verified experiences, returns and complaints."))
    improved: int = Field(description=_("Changes made from feedback."))
    next: int = Field(description=_("Threads about it after such a change."))
    closed: int = Field(
        description=_("Of the feedback, what was followed by a change and then by a thread.")
    )


class Novelties(Shown):
    """New items and what they bring; items are new for 90 days."""

    listed: int = Field(description=_("First put on sale in the period."))
    new: int = Field(description=_("Sold in the period while they were new."))
    amount: int
    revenue: int
    currency: str


class ProductTrace(Shown):
    """How far products came from words to orders and back in a period."""

    first: date
    last: date
    products: list[ProductSteps]
    feedback: int
    closed: int
    closed_percent: int | None
    new_items: Novelties


class ToldChange(Shown):
    """What was changed because of feedback."""

    sort: str = Field(description=_("product, guide or answer."))
    words: str
    made_at: datetime


class ProductFeedback(Shown):
    """Something that was said of a product, and what was made of it."""

    ref: str = Field(description=_("What a change names: thread:12 or claim:AB12."))
    sort: str = Field(description=_("The kind of a thread, or return or complaint."))
    title: str
    at: datetime
    changes: list[ToldChange]


class ChangeWish(Given):
    """What was changed because of feedback; everybody who sees the product reads it."""

    feedback: Annotated[str, Field(max_length=40)]
    sort: Annotated[str, Field(max_length=7, description=_("product, guide or answer."))]
    words: Annotated[str, Field(max_length=300)]


@area.read("/communities/{slug}/my-posts/figures", list[OwnPostFigures], scope="shop:read")
def own_post_figures(request: Caller, slug: SlugPath) -> list[dict[str, Any]]:
    """List what one's own posts brought."""
    found = queries.own_figures(community_of(request, slug), person=request.person)
    return [{**_figures(one), "seen": one.seen} for one in found]


@area.read(f"{SHOP}/trace", ProductTrace, scope="selling:read")
def product_trace(request: Caller, slug: SlugPath, wanted: Query[TracePeriod]) -> dict[str, Any]:
    """Show how far products came from words to orders and back."""
    community = community_of(request, slug)
    first, last, since, until = queries.period(community, wanted.first, wanted.last)
    found = queries.trace(community, viewer=request.person, since=since, until=until)
    return {
        "first": first,
        "last": last,
        "products": [
            {
                "product_uid": one.product.uid,
                "title": one.product.title,
                "from_content": one.from_content,
                "closed": one.closed,
                **one.counts,
            }
            for one in found.rows
        ],
        "feedback": found.feedback,
        "closed": found.closed,
        "closed_percent": found.share,
        "new_items": found.novelty,
    }


@area.read(f"{SHOP}/trace/posts", list[SellingPost], scope="selling:read")
def selling_posts(
    request: Caller, slug: SlugPath, wanted: Query[TracePeriod]
) -> list[dict[str, Any]]:
    """List the posts that people bought from."""
    community = community_of(request, slug)
    _first, _last, since, until = queries.period(community, wanted.first, wanted.last)
    found = queries.posts_that_sold(community, viewer=request.person, since=since, until=until)
    return [{**_figures(one), "author": _author(one)} for one in found]


@area.read(f"{ONE}/feedback", list[ProductFeedback], scope="selling:read")
def product_feedback(
    request: Caller, slug: SlugPath, product_uid: ProductPath
) -> list[dict[str, Any]]:
    """List what was said of a product, and what was made of it."""
    found = queries.feedback_on(_product(request, slug, product_uid), viewer=request.person)
    return [
        {"ref": one.ref, "sort": one.sort, "title": one.title, "at": one.at,
         "changes": one.improvements}
        for one in found
    ]  # fmt: skip


@area.write("POST", f"{ONE}/changes", ToldChange, scope="selling:write", status=201)
def tell_change(
    request: Caller, slug: SlugPath, product_uid: ProductPath, wish: ChangeWish
) -> "Status[rows.Improvement]":
    """Tell what was changed because of feedback."""
    product = _product(request, slug, product_uid)
    made = actions.improve(actor=request.person, product=product, **wish.model_dump())
    return Status(201, made)


def _product(request: Caller, slug: str, uid: str) -> "rows.Product":
    return queries.managed_product(community_of(request, slug), uid, viewer=request.person)


def _author(one: queries.Source) -> PersonCard | None:
    author = one.card.author if one.card else None
    return card(author) if author and author.handle else None


def _figures(one: queries.Source) -> dict[str, Any]:
    figure = one.figure
    return {
        "thread_number": one.number,
        "place": one.place,
        "second": one.second,
        "title": one.card.name if one.card else "",
        "came": figure.came,
        "people": figure.people,
        "orders": figure.orders,
        "amount": figure.amount,
    }
