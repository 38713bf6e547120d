"""How people want to be reached: wishes, hours, mutes."""

from typing import TYPE_CHECKING

from qunluo.kernel.clock import now
from qunluo.kernel.tx import write_tx
from qunluo.reach import queries, rules
from qunluo.reach.actions.ringing import ring
from qunluo.reach.errors import NotMutable, UnknownWish
from qunluo.reach.models import Notice, Rhythm, Wish
from qunluo.reach.ports import subjects
from qunluo.reach.rules.hours import next_digest, zone_of

if TYPE_CHECKING:
    from qunluo.people.models import Person

HOURS = range(24)
MOST_WISHES = 2000


@write_tx
def wish(
    *,
    actor: "Person",
    scope: str = "",
    reason: str = "",
    mail: str | None = None,
    push: bool | None = None,
    muted: bool | None = None,
) -> None:
    """Replace what a person wishes in a scope for a reason; a wish that says nothing is removed.

    UnknownWish, UnknownScope, NotMutable.
    """
    known = rules.reasons()
    if (reason and reason not in known) or (mail is not None and mail not in rules.MAIL):
        raise UnknownWish
    if reason and known[reason].always:
        raise NotMutable
    if scope:
        queries.named_scope(actor, scope)
    place = Wish.objects.filter(person=actor, scope=scope, reason=reason)
    if mail is None and push is None and muted is None:
        place.delete()
        return
    if Wish.objects.filter(person=actor).count() >= MOST_WISHES and not place.exists():
        raise UnknownWish
    said = {"mail": mail or "", "push": push, "muted": muted, "set_at": now()}
    Wish.objects.update_or_create(person=actor, scope=scope, reason=reason, defaults=said)
    _take_back(actor, scope, reason)


def _take_back(actor: "Person", scope: str, reason: str) -> None:
    """Take back what waits and is no longer wished; a wider wish may have exceptions."""
    wishes = queries.own_wishes(actor)
    waiting = [
        row
        for row in queries.unread_of(actor)
        if (not scope or scope in row.scopes) and reason in {"", row.reason}
    ]
    for row in waiting:
        way = rules.resolve(rules.reason_of(row.reason), row.scopes, wishes)
        if way.muted:
            row.read_at, row.mail_at, row.push_at, row.for_digest = now(), None, None, False
        row.mail_at = row.mail_at if way.mail == rules.AT_ONCE else None
        row.for_digest = row.for_digest and way.mail == rules.DIGEST
        row.push_at = row.push_at if way.push else None
    Notice.objects.bulk_update(
        waiting, ["read_at", "mail_at", "push_at", "for_digest"], batch_size=200
    )
    if any(row.read_at for row in waiting):
        ring([actor.pk])


@write_tx
def mute_notice(*, actor: "Person", pk: int, way: str) -> None:
    """Hear no more of what a notice is about ("thread", "space"), or of its reason ("reason").

    NoticeNotFound, NotMutable, UnknownWish.
    """
    row = queries.one_notice(pk, viewer=actor)
    if rules.reason_of(row.reason).always:
        raise NotMutable
    if way == "reason":
        before = queries.wish_in(actor, "", row.reason)
        wish(actor=actor, reason=row.reason, mail=before.mail, push=before.push, muted=True)
        return
    subject = subjects.find(row.subject)
    if subject is None or way not in subject.hushes:
        raise UnknownWish
    subject.hushes[way].act(actor, row.subject_id)
    queries.unread_of(actor).filter(pk=row.pk).update(
        read_at=now(), mail_at=None, push_at=None, for_digest=False
    )
    ring([actor.pk])


@write_tx
def set_hours(
    *, actor: "Person", quiet_from: int, quiet_to: int, digest_hour: int
) -> queries.Hours:
    """Choose quiet hours (the same hour twice: none) and the hour of the digest; UnknownWish."""
    hours = queries.Hours(quiet_from, quiet_to, digest_hour)
    if not {quiet_from, quiet_to, digest_hour} <= set(HOURS):
        raise UnknownWish
    Rhythm.objects.get_or_create(person=actor)
    row = Rhythm.objects.select_for_update().get(person=actor)
    row.quiet_from, row.quiet_to, row.digest_hour = quiet_from, quiet_to, digest_hour
    if row.digest_due_at is not None:
        zone = zone_of(actor.time_zone)
        row.digest_due_at = next_digest(now(), zone, digest_hour, row.digest_last_on)
    row.save()
    return hours


@write_tx
def stop_mail(*, person: "Person") -> None:
    """Send a person no more mail about notices, whatever they wished before; they stay in the app.

    Called by the one click of a mail program, without signing in.
    """
    Wish.objects.filter(person=person).exclude(mail="").update(mail="", set_at=now())
    Wish.objects.filter(person=person, mail="", push=None, muted=None).delete()
    before = queries.wish_in(person, "")
    wish(actor=person, mail=rules.NONE, push=before.push, muted=before.muted)
