"""Letters that come back: whose they are, what is new in them, and which are by machines."""

import time
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest
from django.db import connection

from qunluo.reach.actions import answering
from qunluo.reach.rules import mailbox, signing

BASE, SECRET = "reply@farm.example", "x" * 50
AT = datetime(2026, 5, 1, 9, tzinfo=UTC)
PERSON, THREAD, COMMUNITY = 7, 4242, 3


def to(at=AT):
    return mailbox.reply_address(BASE, SECRET, (PERSON, THREAD, COMMUNITY), at)


def letter(text="Yes, at six.", *, html="", **headers):
    made = EmailMessage()
    given = {
        "From": "Mei <Mei@Example.org>",
        "To": to(),
        "Subject": "Re: Rain",
        "Message-ID": "<1@example.org>",
        **{k.replace("_", "-"): v for k, v in headers.items()},
    }
    for name, value in given.items():
        if value is not None:
            made[name] = value
    made.set_content(text)
    if html:
        made.set_content(html, subtype="html")
    return made.as_bytes()


def read(raw, at=AT):
    return mailbox.read_letter(raw, BASE, SECRET, at)


def test_an_answer_is_known_by_the_address_it_was_sent_to():
    found = read(letter())
    assert (found.person_id, found.thread_id, found.community_id) == (7, 4242, 3)
    assert (found.sender, found.text) == ("mei@example.org", "Yes, at six.")
    assert not found.automatic
    assert not found.expired
    assert read(letter(To=to().upper())).thread_id == 4242, "mail servers change the case"
    assert read(letter(To="me@x.org", Delivered_To=to())).thread_id == 4242
    assert len(to().partition("@")[0]) <= 64


def nested(times):
    """A letter with parts in parts in parts."""
    made = b"From: Mei@Example.org\nTo: " + to().encode() + b"\n"
    for n in range(times):
        made += b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (n, n)
    return made + b"\nhello"


@pytest.mark.parametrize(
    "raw",
    [
        b"To: " + b'"' * 50_000 + b"\n\nx",
        b"Cc: " + b"a@b.c," * 20_000 + b"\n\nx",
        b"To: " + b"(" * 50_000 + b"\n\nx",
        b"To: x@y.z\n" + nested(2000),
        b"From: " + b"(" * 50_000 + b"\nTo: " + to().encode() + b"\n\nx",
        nested(2000),
        b"To: " + to().encode() + b"\n" + b"Content-Type: message/rfc822\n\n" * 2000,
        b"X: y\n" * 2_000_000,
    ],
)  # fmt: skip
def test_a_letter_made_to_be_slow_is_read_at_once(raw):
    began = time.process_time()
    found = read(raw)
    assert time.process_time() - began < 0.5
    assert found is None or not found.text


def test_a_letter_is_read_before_anything_is_locked(monkeypatch):
    def reads(*_given):
        assert not connection.in_atomic_block

    monkeypatch.setattr(answering, "read_letter", reads)
    assert answering.receive_mail(b"x") == "unknown"


def test_a_letter_in_parts_is_understood():
    made = EmailMessage()
    made["From"], made["To"] = "Mei <mei@example.org>", to()
    made.set_content("在地里见。", charset="gb18030")
    made.add_alternative("<p>elsewhere</p>", subtype="html")
    made.add_attachment("not this", filename="a.txt")
    assert read(made.as_bytes()).text == "在地里见。"


@pytest.mark.parametrize(
    ("said", "proven"),
    [
        ("mx.farm.example; dmarc=pass (p=none) header.from=example.org", True),
        ("mx.farm.example 1; spf=fail;\n dkim=pass header.d=example.org header.s=a", True),
        ("mx.farm.example; dkim=pass header.i=@example.org", True),
        ("mx.farm.example; dkim=pass header.d=evil.example", False),
        ("mx.farm.example; dkim=pass header.d=org", False),
        ("mx.farm.example; dkim=fail (dkim=pass; dmarc=pass) header.d=example.org", False),
        ("mx.farm.example; dkim=fail (a (b) c; dmarc=pass)", False),
        ("mx.farm.example; none", False),
        ("mx.evil.example; dmarc=pass", False),
        ("; dmarc=pass", False),
        (None, False),
    ],
)
def test_whoever_sent_a_letter_counts_when_our_mail_server_proved_it(said, proven):
    raw = letter()
    if said:
        raw = b"Authentication-Results: " + said.encode() + b"\n" + raw
    assert mailbox.read_letter(raw, BASE, SECRET, AT, "mx.farm.example").proven is proven
    assert read(raw).proven, "where no server is named, its own refusal is trusted"


def test_an_address_counts_for_sixty_days():
    assert not read(letter(), AT + timedelta(days=60)).expired
    assert read(letter(), AT + timedelta(days=61)).expired


@pytest.mark.parametrize(
    "address",
    [
        "reply@farm.example", "reply+@farm.example",
        "reply+7.1092.3.9b4.aaaaaaaaaaaaaaaa@farm.example",
        "other@farm.example", "", "reply+7.1092@farm.example", "<<>>", to().replace("+7.", "+8."),
        to().replace("farm.example", "evil.example"),
    ],
)  # fmt: skip
def test_no_other_address_is_taken(address):
    assert read(letter(To=address)) is None


@pytest.mark.parametrize(
    "raw",
    [b"", b"\0" * 100, b"To: =?utf-8?q?=ff?=\n\nx", b"Content-Type: multipart/mixed\n\n--", b"\xff",
     b"To: " + to().encode() + b"\nFrom: a@b, c@d\n\nx"],
)  # fmt: skip
def test_what_is_no_letter_stumbles_over_nothing(raw):
    found = read(raw)
    assert found is None or found.sender == ""


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"}, {"Precedence": "bulk"}, {"Precedence": "auto_reply"},
        {"X_Auto_Response_Suppress": "All"}, {"Subject": "自动回复: Re: Rain"},
        {"Subject": "Automatic reply: Rain"}, {"X_Qunluo_Answer": "no"},
        {"List_Id": "<x.y>"}, {"X_Autoreply": "yes"}, {"Return_Path": "<>"},
        {"From": "MAILER-DAEMON@x.org"}, {"From": "no-reply@x.org"}, {"X_Loop": "x"},
    ],
)  # fmt: skip
def test_what_a_machine_wrote_is_known_for_it(headers):
    assert read(letter(**headers)).automatic


def test_what_a_human_answers_about_machines_is_taken():
    assert not read(letter(Subject="Re: 自动回复 is broken")).automatic
    assert not read(letter(Subject="=?nosuch?q?x?=")).automatic
    assert not read(letter(X_Auto_Response_Suppress="DR")).automatic


@pytest.mark.parametrize(
    "text",
    [
        "Yes.\n\nOn Fri, May 1, 2026 at 9:00 AM Farm <x@y.z> wrote:\n> It rains.\n> Come?",
        "Yes.\n\nOn Fri, May 1, 2026 at 9:00 AM Farm <x@y.z>\nwrote:\n> It rains.",
        "Yes.\n\n在 2026年5月1日，农场 <x@y.z> 写道：\n\n> 下雨了。",
        "Yes.\n\n------------------ 原始邮件 ------------------\n发件人: 农场\n下雨了。",
        "Yes.\n\n-----Original Message-----\nFrom: Farm\nIt rains.",
        "Yes.\n\n________________________________\nFrom: Farm <x@y.z>\nSent: today",
        "Yes.\n-- \nMei\nFarm road 1",
        "Yes.\n\nSent from my iPhone",
        "Yes.\n\n发自我的手机",
        "> It rains. Come?\n\nYes.",
        "On Fri, May 1, 2026 at 9:00 AM Farm <x@y.z> wrote:\n> It rains. Come?\n\nYes.",
        "Yes.\r\n\r\n> It rains.\r\n",
    ],
)
def test_what_is_quoted_and_signed_is_not_said_again(text):
    assert mailbox.new_words(text) == "Yes."


def test_what_one_writes_stays_as_it_was_written():
    said = "First line\n\n- one\n- two\n\nOn Monday we go.\n在地里见，别忘了带水。"
    assert mailbox.new_words(said) == said
    assert mailbox.new_words("> only a quote") == ""


def test_html_becomes_words_without_what_it_quotes():
    html = (
        "<html><head><title>t</title><style>p{}</style></head><body><p>Yes &amp; no</p><div>Soon"
        "</div><blockquote type=cite>It rains</blockquote></body></html>"
    )
    assert read(letter(html=html)).text == "Yes & no\nSoon"
    assert mailbox.plain_of("<style>" * 20_000 + "<div " * 20_000) is not None  # and in no time


def test_signatures_are_those_of_the_standard():
    """The example of the Standard Webhooks' own libraries."""
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    body, when = b'{"test": 2432232314}', 1614265330
    signed = signing.sign(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", when, body)
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_signature_counts_for_its_time_and_its_words_only():
    secret, other = signing.made_of(b"a" * 32), signing.made_of(b"b" * 32)
    given = signing.headers([secret], "m1", 1000, b"x")[signing.SIGNATURE]

    def holds(
        secrets=(secret,), message="m1", timestamp="1000", signature=given, body=b"x", at=1000
    ):
        return signing.is_signed(secrets, message, timestamp, signature, body, at)

    assert holds()
    assert holds(secrets=(other, secret))
    assert holds(signature=f"v1,zzz {given}")
    assert not holds(secrets=(other,))
    assert not holds(body=b"y")
    assert not holds(message="m2")
    assert not holds(at=1301)
    assert not holds(timestamp="1e3")
    assert not holds(signature="é")
