"""The pages of channels, and the doors at which other systems knock."""

import argparse
import io
import json
import re
from datetime import timedelta

import pytest
from django.core import mail

from qunluo.cli.commands import mail as mail_command
from qunluo.community.errors import PermissionMissing
from qunluo.conversation import actions as talk
from qunluo.conversation.models import Post, Thread
from qunluo.governance.models import CheckSettings
from qunluo.kernel.clock import now
from qunluo.kernel.delivery import drain
from qunluo.kernel.models import EventRecord
from qunluo.people.models import Person
from qunluo.providers.wechat.crypt import Sealer, element, fields
from qunluo.reach import actions
from qunluo.reach import queries as reach
from qunluo.reach.actions import Message
from qunluo.reach.models import Channel, ChannelArrival, ChannelSending
from qunluo.reach.rules import signing
from tests.conversation.makers import community, member, space, thread

pytestmark = [pytest.mark.django_db, pytest.mark.above_the_database]
KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"


@pytest.fixture
def farm():
    return community(language="en")


@pytest.fixture
def desk(client, farm):
    client.force_login(farm.owner)
    client.cookies["django_language"] = "en"
    base = f"/c/{farm.slug}/desk/channels/"
    client.get_page = lambda path="": client.get(base + path)
    client.send = lambda path, **data: client.post(base + path, data)
    return client


def attached(farm, kind, where=None, **given):
    return talk.attach_channel(
        actor=farm.owner, community=farm, kind=kind, name="Hook", job="serve", given=given,
        reach={"space": where.pk if where else 0},
    )  # fmt: skip


def test_an_operator_attaches_tries_changes_and_removes_a_channel(desk, farm):
    where = space(farm)
    assert "No channel yet" in desk.get_page().content.decode()
    page = desk.get_page("new/webhook/").content.decode()
    assert "not public" in page
    given = {"name": "Books", "job": "serve", "address": "https://books.example.org/hook",
             "events": ["opened"], "spaces": [where.pk]}  # fmt: skip
    refused = desk.send("new/webhook/", **given)
    assert refused.status_code == 422
    assert "Confirm that their talk may leave" in refused.content.decode()
    assert "https://books.example.org/hook" in refused.content.decode(), "nothing typed is lost"
    made = desk.send("new/webhook/", **given, confirm="on")
    channel = Channel.objects.get()
    assert made.url.endswith(f"/desk/channels/{channel.pk}/")
    page = desk.get_page(f"{channel.pk}/").content.decode()
    assert "whsec_" in page
    assert "0 of 0 questions answered in 28 days" in page
    desk.send(f"{channel.pk}/act/", act="try")
    sending = ChannelSending.objects.get()
    assert "Trial" in desk.get_page(f"{channel.pk}/").content.decode()
    ChannelSending.objects.update(state="dead")
    desk.send(f"{channel.pk}/sent/{sending.pk}/again/")
    assert ChannelSending.objects.get().state == "waiting"
    desk.send(f"{channel.pk}/act/", act="secret")
    assert "still counts for a day" in desk.get_page(f"{channel.pk}/").content.decode()
    changed = {**given, "name": "Ledger", "confirm": "on"}
    assert desk.send(f"{channel.pk}/edit/", **changed).status_code == 302
    desk.send(f"{channel.pk}/act/", act="pause")
    assert "paused" in desk.get_page().content.decode()
    desk.send(f"{channel.pk}/act/", act="remove")
    assert "Ledger" not in desk.get_page().content.decode()
    assert desk.get_page(f"{channel.pk}/").status_code == 404


@pytest.mark.parametrize("kind", ["inbox", "feed", "robot", "account", "mail", "webhook"])
def test_every_kind_has_its_form_in_both_languages(desk, kind):
    for language in ("en", "zh-hans"):
        desk.cookies["django_language"] = language
        assert desk.get_page(f"new/{kind}/").status_code == 200
    assert desk.send(f"new/{kind}/").status_code == 422
    assert desk.get_page("new/nothing/").status_code == 404


def test_another_system_posts_to_its_secret_address(client, farm):
    where = space(farm)
    channel = attached(farm, "inbox", where)
    path = reach.address_of_channel(channel).removeprefix("http://testserver")

    def post(said, **headers):
        body = said if isinstance(said, bytes) else json.dumps(said).encode()
        return client.post(path, body, content_type="application/json", headers=headers)

    assert post({"text": "Built.", "title": "Release", "id": 7}).status_code == 202
    again = post({"text": "Built.", "title": "Release", "id": 7})
    assert (again.status_code, again.json()["new"]) == (200, False)
    for bad in (b"", b"[]", b"{", {"text": ""}, {"text": 5}, b"[" * 60_000, b"x" * 70_000):
        assert post(bad).status_code == 422
    drain()
    assert Thread.objects.get().title == "Release"
    assert client.post("/hooks/nobody/", "{}", content_type="text/json").status_code == 404
    talk.change_channel(
        actor=farm.owner, community=farm, channel=channel, given={"signed": True}
    )  # fmt: skip
    assert post({"text": "Unsigned."}).status_code == 403
    (secret,) = reach.signing_secrets(channel)
    body = b'{"text": "Signed."}'
    signed = signing.headers([secret], "m9", int(now().timestamp()), body)
    assert post(body, **signed).status_code == 202
    assert post(body.replace(b"S", b"s"), **signed).status_code == 403


def test_what_a_list_of_words_refused_is_read_and_let_through_at_the_desk(desk, farm):
    CheckSettings.objects.create(community=farm, words=["moonshine"], changed_at=now())
    channel = attached(farm, "inbox", space(farm))
    actions.arrive(channel, Message("n1", "We sell moonshine <b>", "Release"))
    drain()
    assert not Thread.objects.exists()
    page = desk.get_page(f"{channel.pk}/").content.decode()
    assert "We sell moonshine &lt;b&gt;" in page
    arrival = ChannelArrival.objects.get()
    for wrong in ("", "x", "9" * 5000, arrival.pk + 1):
        sent = desk.send(f"{channel.pk}/act/", act="let_in", arrival=wrong)
        assert sent.status_code == 404
    desk.send(f"{channel.pk}/act/", act="let_in", arrival=arrival.pk)
    assert Thread.objects.get().title == "Release"
    arrival.refresh_from_db()
    assert (arrival.state, arrival.text, arrival.reason) == ("taken", "", "")
    assert EventRecord.objects.filter(name="reach.arrival_let_in").count() == 1
    with pytest.raises(PermissionMissing):
        talk.let_in(actor=member(farm), community=farm, arrival=arrival)


def test_wechat_knocks_and_is_answered_sealed(client, farm):
    where = space(farm, type="qa")
    channel = attached(farm, "account", where, app_id="wx1", app_secret="s", token="pamtest",
                       aes_key=KEY)  # fmt: skip
    path = reach.address_of_channel(channel).removeprefix("http://testserver")
    sealer, mei = Sealer("pamtest", KEY, "wx1"), member(farm)

    def say(text, message):
        plain = "".join((
            "<xml>", element("ToUserName", "gh"), element("FromUserName", "o1"),
            "<CreateTime>1</CreateTime>", element("MsgType", "text"), element("Content", text),
            f"<MsgId>{message}</MsgId></xml>",
        ))  # fmt: skip
        sealed, stamp = sealer.seal(plain), str(int(now().timestamp()))
        query = f"?timestamp={stamp}&nonce=n&msg_signature={sealer.signature(stamp, 'n', sealed)}"
        body = f"<xml>{element('Encrypt', sealed)}</xml>"
        told = client.post(path + query, body, content_type="text/xml")
        assert told.status_code == 200
        if told.content == b"success":
            return ""
        return fields(sealer.open(fields(told.content.decode())["Encrypt"]))["Content"]

    proof = {"timestamp": "1", "nonce": "2", "echostr": "hi",
             "signature": sealer.signature("1", "2")}  # fmt: skip
    assert client.get(path, proof).content == b"hi"
    assert client.get(path, {**proof, "nonce": "3"}).status_code == 403
    assert client.post(path, b"<xml/>", content_type="text/xml").status_code == 403
    client.force_login(mei)
    page = client.get(f"/c/{farm.slug}/channels/").content.decode()
    assert "Hook" in page
    settings_page = client.get(f"/me/notices/settings/community/{farm.pk}/").content.decode()
    assert f"/c/{farm.slug}/channels/" in settings_page
    shown = client.post(f"/c/{farm.slug}/channels/{channel.pk}/").content.decode()
    code = re.search(r'class="channel-code">(\w{8})<', shown)[1]
    assert mei.name in say(code, 1)
    assert "/w/" in say("When does it rain?", 2)
    assert say("When does it rain?", 2) == ""
    assert Thread.objects.get().author == mei
    client.post(f"/c/{farm.slug}/channels/{channel.pk}/", {"act": "stop"})
    assert reach.person_at(channel, "o1") is None


def test_a_link_that_was_carried_leads_on_and_notes_who_came_back(client, farm):
    where = space(farm)
    channel, mei = attached(farm, "mail"), member(farm)
    made = thread(mei, where)
    path = f"/w/{channel.code}/{made.number}/"
    assert client.get(path).url.startswith("/accounts/login/")
    client.force_login(mei)
    ChannelSending.objects.create(
        channel=channel, community_id=farm.pk, what="opened", thread_id=made.pk, event_id=1,
        happened_at=now(), next_try_at=now(), done_at=now(), state="sent",
    )  # fmt: skip
    assert client.get(path).url == f"/c/{farm.slug}/talk/{made.number}/"
    assert reach.returned_count(channel, now() - timedelta(days=1)) == 1
    talk.detach_channel(actor=farm.owner, community=farm, channel=channel)
    assert client.get(path).status_code == 302, "links outlive their channel"
    assert client.get(f"/w/{channel.code}/9999/").status_code == 404


RECEIVE = argparse.Namespace(act="receive")


@pytest.fixture
def letters(farm, settings, travel):
    """Somebody who was written to about a thread, and answers."""
    settings.REPLY_ADDRESS, settings.MAIL_KEY = "reply@farm.example", "k" * 24
    attached(farm, "mail")
    where = space(farm)
    mei, lin = member(farm, language="en"), member(farm, "Lin")
    Person.objects.filter(pk=mei.pk).update(email="mei@example.org")
    mei.refresh_from_db()
    actions.wish(actor=mei, mail="at_once")
    with travel(now().replace(hour=4, minute=0)) as clock:
        made = thread(mei, where, title="Rain")
        talk.reply(actor=lin, thread=made, source="Come at six?")
        drain()
        clock.move(timedelta(minutes=6))
        mail.outbox.clear()
        actions.send_due_notices()
        actions.send_due()
    (sent,) = mail.outbox
    mail.outbox.clear()
    (address,) = sent.reply_to

    def letter(text="Yes.\n\n> Come at six?", sender="Mei <mei@example.org>", n=1, more=""):
        return (f"From: {sender}\nTo: {address}\nMessage-ID: <{n}@x>\n{more}"
                f"Content-Type: text/plain; charset=utf-8\n\n{text}").encode()  # fmt: skip

    letter.thread, letter.body, letter.mei = made, sent.body, mei
    return letter


def test_who_answers_a_letter_replies_in_the_thread_once(client, letters, monkeypatch, capsys):
    assert "Answer this letter" in letters.body

    def post(raw, key="k" * 24):
        return client.post("/mail/in/", raw, content_type="message/rfc822",
                           headers={"Authorization": f"Bearer {key}"})  # fmt: skip

    assert post(letters(), key="wrong").status_code == 403
    assert post(letters()).json() == {"outcome": "taken"}
    assert post(letters()).json() == {"outcome": "known"}
    monkeypatch.setattr("sys.stdin", type("In", (), {"buffer": io.BytesIO(letters(n=2))}))
    assert mail_command.run(RECEIVE) == 0
    assert capsys.readouterr().out.strip()
    monkeypatch.setattr("sys.stdin", type("In", (), {"buffer": io.BytesIO(letters(n=2))}))
    with monkeypatch.context() as broken:
        broken.setattr(mail_command, "receive_mail", None)
        assert mail_command.run(RECEIVE) == 75, "the mail server keeps it and comes again"
    drain()
    mine = Post.objects.filter(thread=letters.thread, author=letters.mei, place__gt=1)
    assert [one.source for one in mine] == ["Yes.", "Yes."]


def test_an_answer_that_nobody_signed_is_refused_and_that_is_said_a_few_times(letters, settings):
    settings.MAIL_CHECKER = "mx.farm.example"
    proven = "Authentication-Results: mx.farm.example; dmarc=pass\n"
    assert actions.receive_mail(letters(n=1, more=proven)) == "taken"
    for n in range(10, 18):
        assert actions.receive_mail(letters(n=n)) == "refused"
    actions.send_due()
    assert len(mail.outbox) == 5
    assert "did not sign" in mail.outbox[0].body


def test_what_is_no_answer_of_theirs_is_refused_once_and_said_to_them_alone(letters):
    cases = [
        (letters(sender="other@evil.example", n=3), "refused", "another address"),
        (letters(text="> Come at six?", n=4), "refused", "nothing new"),
        (letters(n=5, more="Auto-Submitted: auto-replied\n"), "automatic", ""),
        (b"To: reply+1.1.1.1.aaaaaaaaaaaaaaaa@farm.example\n\nx", "unknown", ""),
    ]
    for raw, outcome, said in cases:
        mail.outbox.clear()
        assert actions.receive_mail(raw) == outcome
        again = actions.receive_mail(raw)
        assert again == ("known" if outcome == "refused" else outcome)
        actions.send_due()
        told = [(one.to, said in one.body) for one in mail.outbox]
        loops = [one.extra_headers["X-Auto-Response-Suppress"] for one in mail.outbox]
        assert set(loops) <= {"All"}, "no machine shall answer to it"
        assert all("X-Qunluo-Answer" in one.extra_headers for one in mail.outbox)
        assert told == ([(["mei@example.org"], True)] if said else [])
    talk.mute(actor=letters.mei, thread=letters.thread)
    space_of = letters.thread.space
    talk.archive_space(actor=space_of.community.owner if hasattr(space_of.community, "owner")
                       else Person.objects.get(name="Owner"), space=space_of)  # fmt: skip
    mail.outbox.clear()
    actions.receive_mail(letters(n=6))
    drain()
    actions.send_due()
    assert len(mail.outbox) == 1, "what cannot stand there is said, too"
