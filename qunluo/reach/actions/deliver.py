"""Handing mail to the server, with patience."""

import logging
import threading
from collections.abc import Mapping
from queue import SimpleQueue
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import connection
from django.db.models import F
from django.template import TemplateDoesNotExist
from django.template.loader import render_to_string
from django.utils import translation

from qunluo.kernel.clock import now
from qunluo.kernel.outbox import publish
from qunluo.kernel.tx import away, write_tx
from qunluo.reach import queries, rules
from qunluo.reach.events import MailFailed, MailRetried
from qunluo.reach.models import Delivery

log = logging.getLogger(__name__)


def deliver(delivery_id: int) -> bool:
    """Try one waiting mail now; True when it has left. Several workers may try at once."""
    delivery = _take(delivery_id)
    if delivery is None:
        return False
    context = delivery.context
    if delivery.kind == rules.NOTICE:
        said = queries.notice_mail(delivery)
        if said is None:
            _drop(delivery)
            return False
        context = said
    try:
        _compose(delivery, context).send()
    except Exception as error:  # noqa: BLE001 -- whatever the server says, the mail is kept
        log.warning("Mail %s has to wait: %s", delivery.pk, error)
        _postpone(delivery, error)
        return False
    _finish(delivery)
    return True


def send_due(limit: int = 200) -> int:
    """Try the mails whose time has come; return how many left."""
    return sum(deliver(delivery_id) for delivery_id in queries.due_deliveries(now(), limit))


_letters: "SimpleQueue[int]" = SimpleQueue()
_postman: threading.Thread | None = None
_hiring = threading.Lock()


def post(delivery_id: int) -> None:
    """Have a mail carried out by a thread: a slow server must not hold the writers' lock.

    Nothing depends on the thread: what it does not manage the worker sends within a minute.
    """
    global _postman
    with _hiring:
        if _postman is None or not _postman.is_alive():
            _postman = threading.Thread(target=_carry, name="postman", daemon=True)
            _postman.start()
    _letters.put(delivery_id)


def _carry() -> None:
    while True:
        delivery_id = _letters.get()
        try:
            deliver(delivery_id)
        except Exception as error:
            if away(error):
                log.warning("Mail %s is left to the worker: %s", delivery_id, error)
            else:
                log.exception("Mail %s is left to the worker.", delivery_id)
        finally:
            connection.close()


@write_tx
def _take(delivery_id: int) -> Delivery | None:
    """Lease the mail to this thread, or return None when it is not (or no longer) to be sent."""
    taken = Delivery.objects.filter(
        pk=delivery_id, state=Delivery.State.WAITING, next_try_at__lte=now()
    ).update(attempts=F("attempts") + 1, next_try_at=now() + rules.LEASE)
    if not taken:
        return None
    delivery = Delivery.objects.select_related("person").get(pk=delivery_id)
    if rules.asked_for(delivery.kind) or not queries.is_suppressed(
        delivery.to, delivery.community_id
    ):
        return delivery
    Delivery.objects.filter(pk=delivery_id).update(state=Delivery.State.SUPPRESSED, context={})
    return None


def _compose(delivery: Delivery, said: Mapping[str, Any]) -> EmailMultiAlternatives:
    unasked = not rules.asked_for(delivery.kind)
    stop = queries.unsubscribe_url(delivery.to, delivery.community_id) if unasked else ""
    if delivery.kind == rules.NOTICE and delivery.person:
        stop = queries.stop_url(delivery.person)
    context = {
        **said,
        "site_url": settings.SITE_URL,
        "unsubscribe_url": stop,
        "language": delivery.language,
    }
    # No machine shall answer, and one that does with our own headers is known by them.
    headers = {
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "X-Qunluo-Answer": "no",
    }
    if unasked:
        headers["List-Unsubscribe"] = f"<{stop}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    with translation.override(delivery.language):
        subject = render_to_string(f"{delivery.template}_subject.txt", context)
        text = render_to_string(f"{delivery.template}_message.txt", context)
        html = _render_if_any(f"{delivery.template}_message.html", context)
    mail = EmailMultiAlternatives(
        " ".join(subject.split()),
        text.strip() + "\n",
        settings.DEFAULT_FROM_EMAIL,
        [delivery.to],
        reply_to=[context["reply_to"]] if context.get("reply_to") else None,
        headers=headers,
    )
    if html and "console" not in settings.EMAIL_BACKEND:  # a console cannot show it
        mail.attach_alternative(html, "text/html")
    return mail


def _render_if_any(template: str, context: dict[str, object]) -> str:
    try:
        return render_to_string(template, context)
    except TemplateDoesNotExist:
        return ""


@write_tx
def _finish(delivery: Delivery) -> None:
    Delivery.objects.filter(pk=delivery.pk).update(
        state=Delivery.State.SENT, sent_at=now(), context={}, last_error=""
    )


@write_tx
def _drop(delivery: Delivery) -> None:
    """Let a mail rest whose news was read meanwhile, or may no longer be told."""
    Delivery.objects.filter(pk=delivery.pk).update(state=Delivery.State.SUPPRESSED, context={})


@write_tx
def _postpone(delivery: Delivery, error: Exception) -> None:
    waiting = Delivery.objects.filter(pk=delivery.pk, state=Delivery.State.WAITING)
    reason = f"{type(error).__name__}: {error}"[:300]
    again_at = rules.next_try(delivery.attempts, now(), delivery.expires_at)
    if again_at:
        waiting.update(next_try_at=again_at, last_error=reason)
        return
    if delivery.kind == rules.NOTICE:
        # It is old news by now, and stands in the app: no operator need look after it.
        waiting.update(state=Delivery.State.SUPPRESSED, last_error=reason, context={})
        return
    kept = {} if delivery.expires_at else delivery.context
    if waiting.update(state=Delivery.State.FAILED, last_error=reason, context=kept):
        publish(
            MailFailed(
                community_id=delivery.community_id,
                person_id=delivery.person_id,
                delivery_id=delivery.pk,
                template=delivery.template,
            )
        )


@write_tx
def retry_delivery(*, actor_id: int, delivery: Delivery) -> None:
    """Try a mail that was given up again, from the start; the door has checked the permission."""
    revived = Delivery.objects.filter(
        pk=delivery.pk, state=Delivery.State.FAILED, expires_at=None
    ).update(state=Delivery.State.WAITING, attempts=0, next_try_at=now(), last_error="")
    if revived:
        publish(
            MailRetried(
                community_id=delivery.community_id, actor_id=actor_id, delivery_id=delivery.pk
            )
        )
