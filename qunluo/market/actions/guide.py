"""What is said of products: proving who bought, noting what a post names, and who came from it."""

from typing import TYPE_CHECKING

from django.db import IntegrityError

from qunluo.community import queries as communities
from qunluo.conversation import queries as talk
from qunluo.conversation.errors import ThreadNotFound
from qunluo.kernel.clock import now
from qunluo.kernel.outbox import publish
from qunluo.kernel.tx import write_tx
from qunluo.market import errors, events, queries
from qunluo.market.models import Experience, Product, ProductMention, Touch
from qunluo.market.rules import guide as rules
from qunluo.market.rules.permissions import MANAGE

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.conversation.models import Thread
    from qunluo.people.models import Person

State = Experience.State


def prove_purchase(thread: "Thread") -> None:
    """Note that who opens a thread bought what it tells of; inside the transaction that opens it.

    Who runs the shop proves nothing, and nobody proves the same product twice.
    """
    product = queries.product_about(thread)
    line = queries.proof_of(thread.author_id, product) if product else None
    if product is None or line is None:
        return
    if MANAGE in communities.permissions_of(thread.author, thread.community):
        return
    post = talk.opening_posts([thread.pk])[thread.pk]
    copied = rules.is_copy(post.source, queries.words_told(product, before=thread.pk))
    # Of two that are sent at once the database keeps one; the other stays an unproven post.
    _kept, made = Experience.objects.get_or_create(
        product=product,
        person=thread.author,
        defaults={
            "community": thread.community, "thread": thread, "line": line, "told_at": now(),
            "state": State.COPIED if copied else State.VERIFIED,
        },
    )  # fmt: skip
    if made and not copied:
        publish(
            events.ExperienceVerified(
                community_id=thread.community_id, actor_id=thread.author_id,
                person_id=thread.author_id, product_id=product.pk, thread_id=thread.pk,
            )
        )  # fmt: skip


@write_tx
def note_mentions(post_id: int) -> None:
    """Keep which products a post names, as it reads now; once more changes nothing."""
    post = talk.find_post(post_id)
    if post is None or post.thread.space.private:
        return
    thread = post.thread
    codes = rules.links(post.source, thread.space.community.slug)
    if post.place == 1:
        codes += rules.links(str(thread.fields.get("moments") or ""), thread.space.community.slug)
        codes.append(str(thread.fields.get("product") or ""))
    named = Product.objects.filter(community_id=thread.community_id, uid__in=codes)
    kept = ProductMention.objects.filter(thread=thread, place=post.place)
    if post.removed_at is None:
        kept.exclude(product__in=named).delete()
        ProductMention.objects.bulk_create(
            [ProductMention(product=one, thread=thread, place=post.place, kind=thread.kind)
             for one in named],
            ignore_conflicts=True,
        )  # fmt: skip
    elif not post.rule_id:  # what an author took back is gone; what a rule removed is counted
        kept.delete()
        if post.place == 1:
            Experience.objects.filter(thread=thread).delete()


@write_tx
def look_for_copies(thread_id: int) -> None:
    """Take the mark off an experience that was edited into another's words, or give it back."""
    mine = Experience.objects.select_for_update().filter(thread=thread_id)
    one = mine.select_related("product").first()
    post = talk.opening_posts([thread_id]).get(thread_id)
    if one is None or post is None:
        return
    copied = rules.is_copy(post.source, queries.words_told(one.product, before=thread_id))
    mine.update(state=State.COPIED if copied else State.VERIFIED)


@write_tx
def touch(*, actor: "Person", community: "Community", product: Product, source: str) -> bool:
    """Note that somebody came to a product from a post ("post:12.1") or an episode.

    Returns whether it counts: not what one wrote oneself, may not read, or names no such product.
    """
    known = rules.source_in(source)
    if known == rules.NOWHERE or product.community_id != community.pk:
        return False
    author = _author(actor, community, product, known)
    if author is None or author == actor.pk:
        return False
    try:
        with write_tx():
            Touch.objects.update_or_create(
                person=actor, product=product, source_type=known[0], source_id=known[1],
                defaults={"community": community, "at": now()},
            )  # fmt: skip
    except IntegrityError:  # noted by another request of theirs at this very moment
        pass
    return True


def checked_source(
    actor: "Person", community: "Community", products: list[Product], source: rules.Source
) -> rules.Source:
    """Return a source that was said for an order, proven where it is one of ours. UnknownSource."""
    if source[0] not in rules.OURS:
        return source
    known = rules.source_in(":".join(source))
    authors = [_author(actor, community, one, known) for one in products] if known[0] else []
    if not any(author not in (None, actor.pk) for author in authors):
        raise errors.UnknownSource
    return known


def _author(
    actor: "Person", community: "Community", product: Product, source: rules.Source
) -> int | None:
    """Return who wrote a source that the actor may read and that names a product, or None."""
    kind, name = source
    number, place = name.split("@" if kind == rules.EPISODE else ".")
    try:
        thread = talk.get_thread(community, int(number), viewer=actor)
    except ThreadNotFound:
        return None
    if thread.space.private:  # what is said there belongs to no community
        return None
    if kind == rules.EPISODE:
        fits = thread.kind == "episode" and int(place) in queries.seconds_naming(thread, product)
        return thread.author_id if fits and not thread.opener_gone else None
    post = talk.standing_post(community, int(number), int(place))
    return post.author_id if post and queries.names_product(post, product) else None
