"""Mail leaves, at least once, and a mail that cannot leave is seen."""

from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend

from qunluo.kernel.clock import now
from qunluo.kernel.models import EventRecord
from qunluo.reach import actions, jobs, queries, rules
from qunluo.reach.errors import BadAddress, DeliveryNotFound
from qunluo.reach.models import Delivery

pytestmark = pytest.mark.django_db
TEMPLATE = "accounts/mail/account"


def words(**more):
    said = {"what": "login_code", "email": "", "code": "", "ip": "", "at": "", "site_url": ""}
    known = ("from_email", "to_email", "deleted_email", "provider", "signup_url",
             "password_reset_url", "activate_url")  # fmt: skip
    return {"mail": {**dict.fromkeys(known, ""), **said, **more}}


def send(to="lin@example.org", **given):
    options = {"template": TEMPLATE, "context": words(code="123456"), "language": "en", **given}
    return actions.send_email(to=to, **options)


@pytest.fixture
def broken(monkeypatch):
    """A mail server that refuses everything until it is mended."""
    state = {"down": True}
    sound = EmailBackend.send_messages

    def send_messages(self, messages):
        if state["down"]:
            raise ConnectionRefusedError(111, "Connection refused")
        return sound(self, messages)

    monkeypatch.setattr(EmailBackend, "send_messages", send_messages)
    return state


def test_a_mail_leaves_in_the_language_of_its_reader():
    send()
    send("lin2@example.org", language="zh-hans")
    assert actions.send_due() == 2
    english, chinese = mail.outbox
    assert english.subject == "123456 is your sign-in code"
    assert chinese.subject == "123456 是你的登录验证码"
    assert "123456" in english.body
    assert english.to == ["lin@example.org"]
    html, kind = english.alternatives[0]
    assert kind == "text/html"
    assert "123456" in html
    assert 'lang="zh-Hans"' in chinese.alternatives[0][0]
    assert english.extra_headers["Auto-Submitted"] == "auto-generated"


def test_a_mail_that_left_is_not_sent_again_and_forgets_its_code():
    delivery = send()
    assert actions.deliver(delivery.pk)
    assert not actions.deliver(delivery.pk)
    assert actions.send_due() == 0
    assert len(mail.outbox) == 1
    delivery.refresh_from_db()
    assert (delivery.state, delivery.context, delivery.sent_at is None) == ("sent", {}, False)


@pytest.mark.django_db(transaction=True)
def test_mail_that_somebody_waits_for_leaves_by_itself_once_the_transaction_is_over(monkeypatch):
    posted = []
    monkeypatch.setattr("qunluo.reach.actions.send.post", posted.append)
    asked = send()
    send(kind="invitation")
    assert posted == [asked.pk]


@pytest.mark.django_db(transaction=True)
def test_two_workers_send_one_mail_once(race):
    delivery = send(kind="invitation")
    outcome = race(4, lambda: actions.deliver(delivery.pk))
    assert outcome.errors == []
    assert sorted(outcome.results) == [False, False, False, True]
    assert len(mail.outbox) == 1


def test_a_server_that_is_away_is_asked_again_with_growing_patience(travel, broken):
    with travel(now()) as clock:
        delivery = send()
        waits = []
        for _attempt in range(3):
            assert actions.send_due() == 0
            delivery.refresh_from_db()
            waits.append(delivery.next_try_at - clock.at)
            clock.move_to(delivery.next_try_at)
        assert waits == sorted(waits)
        assert waits[0] == timedelta(minutes=1)
        assert "Connection refused" in delivery.last_error
        broken["down"] = False
        jobs.send_waiting_mail()
        delivery.refresh_from_db()
    assert (delivery.state, delivery.last_error) == ("sent", "")
    assert len(mail.outbox) == 1


def test_after_days_of_failure_an_operator_sees_it_and_can_try_again(travel, broken):
    with travel(now()) as clock:
        delivery = send(kind="invitation", community_id=7)
        for _attempt in range(len(rules.WAITS) + 1):
            actions.send_due()
            delivery.refresh_from_db()
            clock.move_to(delivery.next_try_at)
        assert delivery.state == "failed"
        assert list(queries.failed_deliveries(7)) == [delivery]
        assert list(queries.failed_deliveries(8)) == []
        told = EventRecord.objects.get(name="reach.mail_failed")
        assert told.community_id == 7
        assert told.data["delivery_id"] == delivery.pk
        assert "example.org" not in str(told.data)

        with pytest.raises(DeliveryNotFound):
            queries.failed_delivery(delivery.pk, community_id=8)
        broken["down"] = False
        found = queries.failed_delivery(delivery.pk, community_id=7)
        actions.retry_delivery(actor_id=1, delivery=found)
        actions.retry_delivery(actor_id=1, delivery=found)
        assert EventRecord.objects.filter(name="reach.mail_retried", audit=True).count() == 1
        assert actions.send_due() == 1
    assert len(mail.outbox) == 1


def test_a_code_is_not_sent_when_it_no_longer_opens_anything(travel, broken):
    with travel(now()) as clock:
        delivery = send(expires_at=now() + timedelta(minutes=5))
        for _attempt in range(4):
            actions.send_due()
            delivery.refresh_from_db()
            clock.move_to(delivery.next_try_at)
    assert (delivery.state, delivery.context) == ("failed", {})


def test_a_worker_that_dies_while_sending_leaves_the_mail_to_the_next(travel, monkeypatch):
    def die(self, messages):
        raise SystemExit

    with travel(now()) as clock:
        delivery = send()
        with monkeypatch.context() as patch:
            patch.setattr(EmailBackend, "send_messages", die)
            with pytest.raises(SystemExit):
                actions.deliver(delivery.pk)
        assert actions.send_due() == 0  # leased
        clock.move(rules.LEASE)
        assert actions.send_due() == 1


def test_a_template_that_breaks_is_a_failure_that_is_seen_not_a_crash():
    delivery = send(template="accounts/mail/there_is_none")
    assert actions.send_due() == 0
    delivery.refresh_from_db()
    assert "TemplateDoesNotExist" in delivery.last_error


@pytest.mark.parametrize(
    "address",
    [
        "",
        "x",
        "x@y",
        "a b@c.de",
        "a@b.c, d@e.fg",
        "a@b.cd\nBcc: x@y.zz",
        "<a@b.cd>",
        "a" * 250 + "@b.cd",
    ],
)
def test_what_is_no_address_is_refused(address):
    with pytest.raises(BadAddress):
        send(address)
    assert not Delivery.objects.exists()


def test_a_subject_cannot_smuggle_headers():
    send(context=words(code="1\nBcc: everyone@example.org"))
    actions.send_due()
    assert "\n" not in mail.outbox[0].subject


def test_html_mail_escapes_what_people_wrote():
    send(context=words(what="account_connected", provider="<script>alert(1)</script>"))
    actions.send_due()
    assert "<script" not in mail.outbox[0].alternatives[0][0]


def test_old_mail_is_forgotten_failed_mail_is_not(travel, broken):
    failed = send("b@example.org")
    Delivery.objects.filter(pk=failed.pk).update(state="failed")
    broken["down"] = False
    send()
    actions.send_due()
    with travel(now() + timedelta(days=31)):
        jobs.tidy_mail()
    assert list(Delivery.objects.all()) == [failed]


def test_only_a_mail_server_counts_as_configured(settings):
    assert not queries.mail_is_configured()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    assert queries.mail_is_configured()
