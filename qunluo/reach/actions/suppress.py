"""Never again: the suppression list."""

from typing import TYPE_CHECKING

from qunluo.kernel.clock import now
from qunluo.kernel.outbox import publish
from qunluo.kernel.tx import write_tx
from qunluo.reach import rules
from qunluo.reach.events import MailAllowedAgain, Unsubscribed
from qunluo.reach.models import Suppression

if TYPE_CHECKING:
    from qunluo.people.models import Person


def suppress(*, address: str, community_id: int | None = None, source: str = "person") -> None:
    """Never send unasked mail to the address again, from one community or (None) from any."""
    suppress_digest(digest=rules.digest(address), community_id=community_id, source=source)


@write_tx
def allow_again(*, actor: "Person", community_id: int | None = None) -> bool:
    """Take one's own "never again" back, for a community or (None) for everything.

    Only of one's own confirmed address; return whether there was anything to take back.
    """
    if not actor.email:
        return False
    place = community_id or Suppression.EVERYWHERE
    kept = Suppression.objects.filter(digest=rules.digest(actor.email), community_id=place)
    gone, _rows = kept.delete()
    if gone:
        publish(MailAllowedAgain(community_id=community_id or None, actor_id=actor.pk))
    return bool(gone)


@write_tx
def suppress_digest(*, digest: str, community_id: int | None, source: str) -> None:
    """Do the same for someone known only by the digest of a link or an archive."""
    _row, new = Suppression.objects.get_or_create(
        digest=digest,
        community_id=community_id or Suppression.EVERYWHERE,
        defaults={"source": source, "made_at": now()},
    )
    if new:
        publish(Unsubscribed(community_id=community_id or None, digest=digest, source=source))
