"""The mimic form of a shop: dealers outside sell, codes of products bring their users in. T03."""

from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import IntegrityError
from django.utils.crypto import salted_hmac

from qunluo.community import actions as communities
from qunluo.community import queries as members
from qunluo.community.errors import CommunityClosed
from qunluo.kernel.clock import now
from qunluo.kernel.ids import ALPHABET, short_code, token
from qunluo.kernel.outbox import publish
from qunluo.kernel.text import _
from qunluo.kernel.tx import write_tx
from qunluo.market import errors, events, queries
from qunluo.market.models import CodeBatch, Dealer, Product, ProductCode, Shop
from qunluo.market.rules.cards import digest, new_code
from qunluo.market.rules.permissions import MANAGE

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.people.models import Person

MOST_CODES, MOST_DEALERS, NAME, NOTE, ADDRESS = 2_000, 100, 80, 200, 300
VIA = "code"


@write_tx
def save_dealer(
    *, actor: "Person", shop: Shop, name: str, url: str, place: str = "", note: str = "",
    product: Product | None = None, dealer: Dealer | None = None,
) -> Dealer:  # fmt: skip
    """Say where one product, or all of them, can be bought outside; `dealer` is one to be changed.

    PermissionMissing, InvalidDealer.
    """
    members.require(actor, shop.community, MANAGE)
    theirs = [one.community_id for one in (product, dealer) if one is not None]
    if any(one != shop.community_id for one in theirs):
        raise errors.DealerNotFound
    said = {"name": name, "place": place, "note": note}
    clean = {key: " ".join(text.replace("\0", "").split()) for key, text in said.items()}
    most = {"name": NAME, "place": NAME, "note": NOTE}
    wrong = {key: [_("This is too long.")] for key, n in most.items() if len(clean[key]) > n}
    if not clean["name"]:
        wrong["name"] = [_("Write something here.")]
    if not _secure(url):
        wrong["url"] = [_("Give an address that begins with https://")]
    here = Dealer.objects.filter(community=shop.community_id)
    if dealer is None and here.count() >= MOST_DEALERS:
        wrong["name"] = [_("There are 100 dealers already.")]
    if wrong:
        raise errors.InvalidDealer(fields=wrong)
    one = dealer or Dealer(community_id=shop.community_id, at=here.count())
    one.product, one.url = product, url.strip()
    one.name, one.place, one.note = clean["name"], clean["place"], clean["note"]
    one.save()
    publish(events.DealersChanged(community_id=shop.community_id, actor_id=actor.pk))
    return one


@write_tx
def remove_dealer(*, actor: "Person", dealer: Dealer) -> None:
    """Tell of a dealer no more. PermissionMissing."""
    members.require(actor, dealer.community, MANAGE)
    if Dealer.objects.filter(pk=dealer.pk).delete()[0]:
        publish(events.DealersChanged(community_id=dealer.community_id, actor_id=actor.pk))


def make_codes(
    *, actor: "Person", product: Product, name: str, count: int, key: str = ""
) -> tuple[CodeBatch, list[str]]:
    """Make codes for a product and return them; they are kept as digests and never shown again.

    Save to who asks once more for the same with the same key, which nobody else knows: codes that
    were asked for with one follow from it. PermissionMissing, InvalidCodes.
    """
    members.require(actor, product.community, MANAGE)
    name = " ".join(name.replace("\0", "").split())
    wrong: dict[str, list[str]] = {}
    if not 1 <= len(name) <= NAME:
        wrong["name"] = [_("Give it a name of up to 80 characters.")]
    if type(count) is not int or not 1 <= count <= MOST_CODES:
        wrong["count"] = [_("Give a number from 1 to 2,000.")]
    if wrong:
        raise errors.InvalidCodes(fields=wrong)
    asked = f"{key or token()}\0{actor.pk}\0{product.pk}\0{count}\0{name}"
    codes = [new_code(_drawn_from(f"{asked}\0{number}")) for number in range(count)]
    mark = salted_hmac("qunluo.market.codes_asked", asked, algorithm="sha256").hexdigest()
    try:
        return _kept(actor, product, name, codes, mark), codes
    except IntegrityError:
        first = CodeBatch.objects.filter(community=product.community, key=mark).first()
        if first is None:
            raise
        return first, codes


@write_tx
def _kept(actor: "Person", product: Product, name: str, codes: list[str], mark: str) -> CodeBatch:
    batch = CodeBatch.objects.create(
        community=product.community, product=product, uid=short_code(10), name=name,
        count=len(codes), made_by=actor, made_at=now(), key=mark,
    )  # fmt: skip
    rows = [ProductCode(batch=batch, digest=digest(one), tail=one[-4:]) for one in codes]
    ProductCode.objects.bulk_create(rows, batch_size=500)
    publish(
        events.CodesMade(
            community_id=batch.community_id, actor_id=actor.pk, batch_id=batch.pk,
            product_id=product.pk, count=batch.count,
        )
    )  # fmt: skip
    return batch


def _drawn_from(text: str) -> Callable[[int], str]:
    """Return what draws characters that follow from a text and a secret of this installation."""
    bits = int(salted_hmac("qunluo.market.codes", text, algorithm="sha256").hexdigest(), 16)

    def draw(n: int) -> str:
        return "".join(ALPHABET[bits // len(ALPHABET) ** at % len(ALPHABET)] for at in range(n))

    return draw


@write_tx
def stop_codes(*, actor: "Person", batch: CodeBatch) -> CodeBatch:
    """Let the codes that nobody has used count no more. PermissionMissing."""
    members.require(actor, batch.community, MANAGE)
    if CodeBatch.objects.filter(pk=batch.pk, stopped_at=None).update(stopped_at=now()):
        publish(
            events.CodesStopped(
                community_id=batch.community_id, actor_id=actor.pk, batch_id=batch.pk
            )
        )
    batch.refresh_from_db()
    return batch


@write_tx
def register_code(
    *, actor: "Person", community: "Community", code: str, accepted_rules: int = 0
) -> ProductCode:
    """Register a product by its code, once, and come in by it; once more changes nothing.

    Count the tries before: see kernel.ratelimit. CodeNotFound, RulesNotAccepted, RemovedBefore,
    CommunityClosed.
    """
    found = queries.find_code(community, code)
    if found is None:
        raise errors.CodeNotFound
    if found.used_by_id == actor.pk:
        return found
    if community.stage == community.Stage.CLOSED:
        raise CommunityClosed(community=community.name)
    batch = CodeBatch.objects.select_for_update().get(pk=found.batch_id)  # nobody stops it now
    free = ProductCode.objects.filter(pk=found.pk, used_by=None)
    if batch.stopped_at or not free.update(used_by=actor, used_at=now()):
        raise errors.CodeNotFound
    joined = members.membership_of(actor, community) is None
    if joined:
        communities.admit(person=actor, community=community, via=VIA, accepted_rules=accepted_rules)
    publish(
        events.ProductRegistered(
            community_id=community.pk, actor_id=actor.pk, person_id=actor.pk,
            product_id=found.batch.product_id, batch_id=found.batch_id, joined=joined,
        )
    )  # fmt: skip
    found.refresh_from_db()
    return found


def _secure(url: str) -> bool:
    """Tell whether an address may stand on a page: a plain one over TLS."""
    text = url.strip()
    try:
        URLValidator(schemes=["https"])(text)
        parts = urlsplit(text)
    except (ValidationError, ValueError):
        return False
    return len(text) <= ADDRESS and not parts.username and not parts.password
