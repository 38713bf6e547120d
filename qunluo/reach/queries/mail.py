"""What became of the mail, and who wants none."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.core import signing
from django.db.models import Q, QuerySet

from qunluo.people.queries import addresses_of
from qunluo.reach import rules
from qunluo.reach.errors import BadUnsubscribeLink, DeliveryNotFound
from qunluo.reach.models import Delivery, Suppression

if TYPE_CHECKING:
    from qunluo.people.models import Person

_SALT = "qunluo.reach.unsubscribe"


def mail_is_configured() -> bool:
    """Return False while mail is only printed on the console (or kept in memory by a test)."""
    return "smtp" in str(settings.EMAIL_BACKEND)


def failed_deliveries(community_id: int | None = None, limit: int = 50) -> QuerySet[Delivery]:
    """Return mails that were given up, newest first; of one community or of the installation."""
    failed = Delivery.objects.filter(state=Delivery.State.FAILED)
    if community_id is not None:
        failed = failed.filter(community_id=community_id)
    return failed.order_by("-id")[:limit]


def failed_delivery(pk: int, *, community_id: int | None) -> Delivery:
    """Return one failed mail of the community (None: of the installation itself)."""
    try:
        return Delivery.objects.get(pk=pk, community_id=community_id, state=Delivery.State.FAILED)
    except Delivery.DoesNotExist:
        raise DeliveryNotFound from None


def mail_of(person: "Person") -> QuerySet[Delivery]:
    """Return the mails still kept for a person: to them, or to an address of theirs."""
    addresses = addresses_of(person)
    return Delivery.objects.filter(Q(person=person) | Q(to__in=addresses)).order_by("-id")


def due_deliveries(at: datetime, limit: int) -> list[int]:
    """Return the ids of mails to try now, the longest waiting first."""
    due = Delivery.objects.filter(state=Delivery.State.WAITING, next_try_at__lte=at)
    return list(due.order_by("next_try_at", "id").values_list("id", flat=True)[:limit])


def is_suppressed(address: str, community_id: int | None = None) -> bool:
    """Return True when the address wants no unasked mail from the community, or from anybody."""
    return bool(suppressed([address], community_id))


def suppressed(addresses: Iterable[str], community_id: int | None = None) -> set[str]:
    """Return those of the addresses that want no unasked mail from the community."""
    by_digest = {rules.digest(address): address for address in addresses}
    places = {Suppression.EVERYWHERE, community_id or Suppression.EVERYWHERE}
    found: set[str] = set()
    digests = list(by_digest)
    for start in range(0, len(digests), 500):
        rows = Suppression.objects.filter(
            digest__in=digests[start : start + 500], community_id__in=places
        )
        found.update(by_digest[d] for d in rows.values_list("digest", flat=True))
    return found


def never_mailed(person: "Person") -> set[int]:
    """Return from which communities (ids; 0 for all) somebody never wants mail again."""
    if not person.email:
        return set()
    rows = Suppression.objects.filter(digest=rules.digest(person.email))
    return set(rows.values_list("community_id", flat=True))


def suppressions_of(community_id: int) -> list[dict[str, object]]:
    """Return the community's suppression list for its archive: digests, never addresses."""
    rows = Suppression.objects.filter(community_id=community_id).order_by("pk")
    return [dict(row) for row in rows.values("digest", "source", "made_at")]


def unsubscribe_path(address: str, community_id: int | None) -> str:
    """Return the path that ends unasked mail to the address with one click; it never expires."""
    value = [rules.digest(address), community_id or Suppression.EVERYWHERE]
    return f"/u/{signing.dumps(value, salt=_SALT)}/"


def unsubscribe_url(address: str, community_id: int | None) -> str:
    """Return the full address of the one-click unsubscribe page."""
    return f"{settings.SITE_URL}{unsubscribe_path(address, community_id)}"


def read_unsubscribe(signed: str) -> tuple[str, int]:
    """Return (digest, community id or 0) from a link, or raise BadUnsubscribeLink."""
    try:
        digest, community_id = signing.loads(signed, salt=_SALT)
    except (signing.BadSignature, ValueError):
        raise BadUnsubscribeLink from None
    return str(digest), int(community_id)


def digest_of(address: str) -> str:
    """Return what the suppression list keeps of an address."""
    return rules.digest(address)
