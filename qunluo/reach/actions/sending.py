"""What leaves by the clock: single mails, digests and pushes. All of it at most once a cause."""

import json
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import F
from django.utils import translation
from django.utils.translation import gettext

from qunluo.kernel.clock import now
from qunluo.kernel.tx import write_tx
from qunluo.reach import queries, rules
from qunluo.reach.actions.send import send_email
from qunluo.reach.models import Device, Notice, Push, Rhythm
from qunluo.reach.ports import Fate
from qunluo.reach.rules.hours import next_digest, zone_of

if TYPE_CHECKING:
    from datetime import datetime

BATCH = 200
# A notice is no news after a day: mail and pushes that could not leave until then stay away.
NEWS = timedelta(days=1)
SINGLE, DIGEST = "reach/mail/notice", "reach/mail/digest"
MOST_IN_DIGEST = 30
PUSH_WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 480))
PUSH_LEASE = timedelta(minutes=2)
LONGEST_PUSH = 160


def send_due_notices() -> int:
    """Put due single mails, pushes and digests on their way; return how many."""
    moment = now()
    return (
        sum(_mail(pk) for pk in queries.due_mails(moment, BATCH))
        + sum(_push(pk) for pk in queries.due_pushes(moment, BATCH))
        + sum(_digest(pk) for pk in queries.due_digests(moment, BATCH))
    )


@write_tx
def _mail(pk: int) -> bool:
    """Mail one notice, unless it was read or the wish has changed since."""
    row = Notice.objects.select_for_update().select_related("person").filter(pk=pk).first()
    if row is None or row.mail_at is None or row.mail_at > now():
        return False
    Notice.objects.filter(pk=pk).update(mail_at=None)
    if row.read_at or not row.person.email or queries.way_of(row).mail != rules.AT_ONCE:
        return False
    _letter(row.person_id, row.person.email, row.person.language, SINGLE, [pk], row.community_id)
    return True


@write_tx
def _digest(person_id: int) -> bool:
    """Mail a person what is new, over all communities; at most once on a day of theirs."""
    row = Rhythm.objects.select_for_update().select_related("person").get(person_id=person_id)
    if row.digest_due_at is None or row.digest_due_at > now():
        return False
    person, zone = row.person, zone_of(row.person.time_zone)
    # The person may have moved to another zone since this was planned.
    due = next_digest(row.digest_since or now(), zone, row.digest_hour, row.digest_last_on)
    if due > now():
        Rhythm.objects.filter(pk=row.pk).update(digest_due_at=due)
        return False
    waiting = queries.unread_of(person).filter(for_digest=True)
    ids = list(waiting.order_by("-at", "-id").values_list("pk", flat=True))
    waiting.update(for_digest=False)
    quitted = person.erased_at is not None or not person.is_active or not person.email
    found = [] if quitted else queries.sayable(person, ids[:MOST_IN_DIGEST])
    today = now().astimezone(zone).date()
    Rhythm.objects.filter(pk=row.pk).update(
        digest_due_at=None, digest_since=None,
        digest_last_on=today if found else row.digest_last_on,
    )  # fmt: skip
    if found:
        _letter(person.pk, person.email or "", person.language, DIGEST, found, None)
    return bool(found)


def _letter(
    person_id: int, to: str, language: str, template: str, ids: list[int], community_id: int | None
) -> None:
    send_email(
        to=to,
        template=template,
        context={"notices": ids},
        language=language,
        community_id=community_id,
        person_id=person_id,
        kind=rules.NOTICE,
        expires_at=now() + NEWS,
    )


@write_tx
def _push(pk: int) -> bool:
    """Put a notice on its way to every device of a person, unless it was read since."""
    row = Notice.objects.select_for_update().filter(pk=pk).first()
    if row is None or row.push_at is None or row.push_at > now():
        return False
    Notice.objects.filter(pk=pk).update(push_at=None)
    if row.read_at or not queries.way_of(row).push:
        return False
    devices = Device.objects.filter(person_id=row.person_id)
    found = [Push(device=one, notice=row, next_try_at=now()) for one in devices]
    # A push about the notice that still waits will tell the newer state.
    Push.objects.bulk_create(found, ignore_conflicts=True)
    return bool(found)


def send_pushes(limit: int = BATCH) -> int:
    """Carry the pushes whose time has come; return how many arrived."""
    return sum(carry(pk) for pk in queries.waiting_pushes(now(), limit))


def carry(pk: int) -> bool:
    """Try one push now; True when it has arrived. Several workers may try at once."""
    taken = _take(pk)
    if taken is None:
        return False
    payload = _payload(taken)
    if payload is None:
        _done(taken)
        return False
    device = taken.device
    fate = queries.carrier().carry(device.endpoint, device.p256dh, device.auth, payload)
    if fate is Fate.LATER and taken.attempts <= len(PUSH_WAITS):
        _postpone(taken)
    elif fate is Fate.GONE:
        _forget(taken)
    else:
        _done(taken)
    if fate is Fate.ARRIVED:
        _note_arrival(taken)
    return fate is Fate.ARRIVED


@write_tx
def _take(pk: int) -> Push | None:
    """Lease a push to this thread; None when it is not (or no longer) to be sent."""
    taken = Push.objects.filter(pk=pk, next_try_at__lte=now()).update(
        attempts=F("attempts") + 1, next_try_at=now() + PUSH_LEASE
    )
    return Push.objects.select_related("device", "notice__person").get(pk=pk) if taken else None


def _payload(push: Push) -> bytes | None:
    """Return what the device shows; None when there is nothing left to say."""
    notice, device = push.notice, push.device
    fresh: datetime = now() - NEWS
    if notice.read_at or notice.at < fresh or not queries.way_of(notice).push:
        return None
    found = queries.in_words(notice, device.language)
    if found is None:
        return None
    with translation.override(device.language):
        title = found.where or gettext("Qunluo")
    said = {
        "title": title,
        "body": found.says[:LONGEST_PUSH],
        "tag": notice.key,
        "url": f"{settings.SITE_URL}{found.path}",
        "language": device.language,
    }
    return json.dumps(said, ensure_ascii=False).encode()


@write_tx
def _postpone(push: Push) -> None:
    wait = PUSH_WAITS[push.attempts - 1]
    Push.objects.filter(pk=push.pk).update(next_try_at=now() + wait)


@write_tx
def _note_arrival(push: Push) -> None:
    Device.objects.filter(pk=push.device_id).update(told_at=now())


@write_tx
def _forget(push: Push) -> None:
    Device.objects.filter(pk=push.device_id).delete()


@write_tx
def _done(push: Push) -> None:
    Push.objects.filter(pk=push.pk).delete()
