"""Telling what was changed because of what buyers said."""

from typing import TYPE_CHECKING

from django.db import IntegrityError

from qunluo.community import queries as communities
from qunluo.conversation import queries as talk
from qunluo.conversation.errors import ThreadNotFound
from qunluo.kernel.clock import now
from qunluo.kernel.outbox import publish
from qunluo.kernel.text import _
from qunluo.kernel.tx import write_tx
from qunluo.market import errors, events
from qunluo.market.models import Claim, Improvement, Product, ProductMention
from qunluo.market.queries.feedback import claims_about
from qunluo.market.rules.permissions import MANAGE

if TYPE_CHECKING:
    from qunluo.conversation.models import Thread
    from qunluo.people.models import Person

WORDS = 300
WRONG = {
    "words": _("Say in at most 300 characters what is different now."),
    "sort": _("Choose one of these."),
    "feedback": _("Choose something that was said of this product."),
}


def improve(
    *, actor: "Person", product: Product, feedback: str, sort: str, words: str
) -> Improvement:
    """Tell what was changed because of feedback; everybody who sees the product reads it.

    `feedback` is "thread:12" (a number) or "claim:AB12"; `sort` is product, guide or answer.
    PermissionMissing, InvalidImprovement, ImprovementKnown.
    """
    communities.require(actor, product.community, MANAGE)
    words = words.replace("\0", "").strip()
    thread, claim = _found(actor, product, feedback)
    wrong = [
        *(["words"] if not 1 <= len(words) <= WORDS else []),
        *(["sort"] if sort not in Improvement.Sort.values else []),
        *(["feedback"] if thread is None and claim is None else []),
    ]
    if wrong:
        raise errors.InvalidImprovement(fields={name: [WRONG[name]] for name in wrong})
    made = Improvement(
        product=product, thread=thread, claim=claim, sort=sort, words=words, made_by=actor,
        made_at=now(),
    )  # fmt: skip
    try:
        return _kept(made)
    except IntegrityError:
        raise errors.ImprovementKnown from None


@write_tx
def _kept(made: Improvement) -> Improvement:
    made.save()
    publish(
        events.ProductImproved(
            community_id=made.product.community_id, actor_id=made.made_by_id,
            # Who claims something is told to nobody else.
            person_id=made.thread.author_id if made.thread else None,
            product_id=made.product_id, improvement_id=made.pk, sort=made.sort,
        )
    )  # fmt: skip
    return made


def _found(
    actor: "Person", product: Product, feedback: str
) -> "tuple[Thread | None, Claim | None]":
    """Return the thread or the claim that speaks of a product, or neither."""
    kind, _colon, name = feedback.replace("\0", "").partition(":")
    if kind == "claim":
        return None, claims_about(product).filter(uid=name).first()
    if kind != "thread" or not name.isascii() or not name.isdecimal() or len(name) > 9:
        return None, None
    try:
        thread = talk.get_thread(product.community, int(name), viewer=actor)
    except ThreadNotFound:
        return None, None
    named = ProductMention.objects.filter(product=product, thread=thread, place=1)
    return (thread if named.exists() and not thread.opener_gone else None), None
