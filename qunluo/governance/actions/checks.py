"""What is looked at before something appears: word lists, newcomers, adverts."""

from collections.abc import Callable, Collection, Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from qunluo.community import queries as communities
from qunluo.governance import events
from qunluo.governance.actions.reports import Target, open_case
from qunluo.governance.errors import (
    AdvertSlotsFull,
    AdvertTooOften,
    InvalidWords,
    NewcomerLimit,
    NoAdvertsHere,
)
from qunluo.governance.models import Case, CheckSettings, Trust
from qunluo.governance.rules import newcomers, words
from qunluo.governance.rules.newcomers import Behaviour
from qunluo.governance.rules.quotas import AdShare
from qunluo.kernel.clock import now
from qunluo.kernel.outbox import publish
from qunluo.kernel.text import _
from qunluo.kernel.tx import write_tx

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.people.models import Person

FIRST_DAY = timedelta(days=1)


def check_text(community: "Community", text: str) -> words.Hit | None:
    """Return the first word that holds a text back in this community, or None; one query."""
    kept = CheckSettings.objects.filter(community=community).values("off", "words").first()
    if kept is None:
        return words.find(text)
    return words.find(text, off=kept["off"], own=kept["words"])


@write_tx
def hold_back(*, community: "Community", target: Target, hit: words.Hit) -> Case:
    """Put something that a list found into the queue."""
    case = open_case(
        community, target, source=Case.Source.CHECK, category=hit.category, found=hit.word
    )
    publish(
        events.HeldBack(
            community_id=community.pk,
            person_id=target.author.pk,
            case_id=case.pk,
            category=hit.category,
        )
    )
    return case


@write_tx
def change_checks(
    *,
    actor: "Person",
    community: "Community",
    off: Iterable[str] | None = None,
    own: Iterable[str] | None = None,
) -> CheckSettings:
    """Say which lists are not looked at, and keep the community's own words.

    InvalidWords, PermissionMissing.
    """
    communities.require(actor, community, "posts.moderate")
    kept = CheckSettings.objects.filter(community=community).first() or CheckSettings(
        community=community
    )
    if off is not None:
        unknown = set(off) - words.categories().keys()
        if unknown:
            raise InvalidWords(fields={"off": [_("There is no such list.")]})
        kept.off = sorted(set(off))
    if own is not None:
        kept.words = words.tidy_words(own)
        if not words.fits(kept.words):
            raise InvalidWords(
                fields={"own": [_("At most 200 words, each of 2 to 40 characters, one a line.")]}
            )
    kept.changed_at = now()
    kept.save()
    publish(
        events.ChecksChanged(
            community_id=community.pk, actor_id=actor.pk, words=len(kept.words), off=kept.off
        )
    )
    return kept


def check_newcomer(
    *,
    actor: "Person",
    community: "Community",
    permissions: Collection[str],
    joined_at: datetime | None,
    text: str,
    pictures: int,
    today: Callable[[], int],
    behaviour: Callable[[], Behaviour],
) -> None:
    """Refuse what newcomers may not yet; what others know is asked only when it matters.

    `today` says how many posts somebody wrote in the last day, `behaviour` what they did so far.
    NewcomerLimit, which says what lifts it. Needs a transaction.
    """
    if not newcomers.applies(community.member_count, permissions):
        return
    fresh = joined_at is not None and joined_at > now() - FIRST_DAY
    over = newcomers.exceeded(text, pictures=pictures, first_day=today() if fresh else None)
    if over is None or Trust.objects.filter(community=community, person=actor).exists():
        return
    done = behaviour()
    if newcomers.earned(done):
        Trust.objects.bulk_create(
            [Trust(community=community, person=actor, earned_at=now())], ignore_conflicts=True
        )
        publish(
            events.TrustEarned(community_id=community.pk, actor_id=actor.pk, person_id=actor.pk)
        )
        return
    raise NewcomerLimit(
        what=over.label,
        most=over.most,
        **newcomers.earned_by(),
        has_days=done.days,
        has_read=done.read,
        has_reactions=done.reactions,
    )


def check_advert(share: AdShare, *, a_day: int, today: int) -> None:
    """Refuse an advert where there is no slot, or none left; the same for everybody.

    NoAdvertsHere, AdvertTooOften, AdvertSlotsFull.
    """
    if not share.slots:
        raise NoAdvertsHere
    if today >= a_day:
        raise AdvertTooOften(most=a_day)
    if share.full:
        raise AdvertSlotsFull(adverts=share.adverts, threads=share.threads, slots=share.slots)
