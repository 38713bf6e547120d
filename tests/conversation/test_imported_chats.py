"""Chats from elsewhere: brought in once, under their names, until their authors come."""

from pathlib import Path

import pytest

from qunluo.community.errors import MembersOnly, PermissionMissing
from qunluo.conversation import actions, errors, queries
from qunluo.conversation.actions import bringing
from qunluo.conversation.models import Document, ImportedAuthor, Post, Space
from qunluo.kernel.models import EventRecord
from qunluo.people.models import Person
from tests.community import makers
from tests.conversation.makers import unread

pytestmark = [pytest.mark.django_db, pytest.mark.req("X01", "X03")]
TABLE = """time,author,text,id,reply_to
2024-05-01 09:30,Lao Li,Rain at last,1,
2024-05-01 09:31,Mei,**Good** for <b>rice</b>,2,1
2024-05-01 09:31,Mei,Good,3,
2024-05-01 09:31,Mei,Good,4,
"""


@pytest.fixture
def farm():
    return makers.community()


def read(text=TABLE):
    return queries.read_chat_log(text.encode(), format="csv", time_zone="UTC")


def brought(farm, text=TABLE, **given):
    given = {"actor": farm.owner, "room": "Old group", **given}
    return actions.import_chat(community=farm, log=read(text), **given)


def messages(farm):
    return list(Post.objects.filter(community=farm, thread__kind="chat").order_by("place"))


def author(farm, name="Mei"):
    return ImportedAuthor.objects.get(community=farm, name=name)


def test_messages_stand_in_order_with_their_times_names_and_answers(farm):
    done = brought(farm)
    assert (done.new, done.known, done.people) == (4, 0, 2)
    first, second, *_ = posts = messages(farm)
    assert [post.place for post in posts] == [1, 2, 3, 4]
    assert (first.author.name, second.author.name) == ("Lao Li", "Mei")
    assert (second.reply_to, f"{second.written_at:%H:%M}") == (1, "09:31")
    assert "**Good** for &lt;b&gt;rice" in second.html
    assert (author(farm).messages, author(farm, "Lao Li").messages) == (3, 1)


def test_the_same_file_twice_is_one_and_a_longer_one_goes_on(farm):
    brought(farm)
    again = brought(farm)
    assert (again.new, again.known, again.people) == (0, 4, 0)
    more = brought(farm, TABLE + "2024-05-02 08:00,Lao Li,Dry again,5,4\n")
    assert (more.new, more.known, more.space.pk) == (1, 4, again.space.pk)
    assert [post.reply_to for post in messages(farm)] == [0, 1, 0, 0, 4]
    assert Space.objects.filter(community=farm, name="Old group").count() == 1


def test_an_import_that_breaks_off_goes_on_where_it_was(farm, monkeypatch):
    monkeypatch.setattr(bringing, "CHUNK", 2)
    insert, calls = bringing._insert, []

    def dying(*given):
        calls.append(given)
        if len(calls) == 2:
            raise ConnectionError
        insert(*given)

    monkeypatch.setattr(bringing, "_insert", dying)
    with pytest.raises(ConnectionError):
        brought(farm)
    assert len(messages(farm)) == 2
    done = brought(farm)
    assert (done.new, done.known) == (2, 2)
    assert [post.reply_to for post in messages(farm)] == [0, 1, 0, 0]


def test_nobody_is_told_and_nothing_is_unread(farm):
    mei = makers.member(farm)
    before = set(EventRecord.objects.values_list("pk", flat=True))
    thread = brought(farm).thread
    assert unread(mei, thread) == 0
    told = EventRecord.objects.exclude(pk__in=before).values_list("name", flat=True)
    assert set(told) == {"conversation.space_opened", "conversation.chat_imported"}
    space = Space.objects.get(community=farm, name="Old group")
    assert space.visibility == "members"


def test_what_is_said_in_the_room_afterwards_is_unread_by_as_much(farm):
    mei, lin = makers.member(farm), makers.member(farm, "Lin")
    thread = brought(farm).thread
    room = queries.get_thread(farm, thread.number, viewer=farm.owner)
    late = makers.member(farm, "Late")
    actions.reply(actor=farm.owner, thread=room, source="And now here")
    assert [unread(who, thread) for who in (mei, lin, late)] == [1, 1, 0]
    actions.mark_read(actor=mei, thread=room)
    brought(farm, "time,author,text\n2099-01-01 08:00,Mei,Carried on elsewhere")
    assert [unread(who, thread) for who in (mei, lin)] == [0, 1]
    actions.reply(actor=farm.owner, thread=room, source="And again")
    assert [unread(who, thread) for who in (mei, lin)] == [1, 2]


def test_older_messages_do_not_go_in_before_newer_ones(farm):
    brought(farm)
    with pytest.raises(errors.OlderThanRoom):
        brought(farm, "time,author,text\n2020-01-01 08:00,Li,Long ago")
    assert brought(farm, "time,author,text\n2020-01-01 08:00,Li,Long ago", room="Older").new == 1


def test_only_who_arranges_spaces_brings_a_chat_in(farm):
    with pytest.raises(PermissionMissing):
        brought(farm, actor=makers.member(farm))
    assert not ImportedAuthor.objects.exists()


def test_nobody_can_sign_in_as_a_name(farm):
    brought(farm)
    stand_in = author(farm).stand_in
    assert not stand_in.is_active
    assert not stand_in.has_usable_password()
    assert stand_in.email is None


def test_who_holds_the_link_takes_their_words_over_once(farm):
    brought(farm)
    mei, other = makers.member(farm), makers.member(farm, "Other")
    code = author(farm).code
    actions.claim_author(actor=mei, community=farm, code=code)
    assert [post.author_id == mei.pk for post in messages(farm)] == [False, True, True, True]
    with pytest.raises(errors.ClaimNotFound):
        actions.claim_author(actor=other, community=farm, code=code)
    # What comes later under the name is theirs as well, and what is known stays known.
    more = brought(farm, TABLE + "2024-05-02 08:00,Mei,Later,5,\n")
    assert (more.new, more.known) == (1, 4)
    assert messages(farm)[-1].author_id == mei.pk


def test_an_operator_undoes_a_claim_and_the_old_link_is_dead(farm):
    brought(farm)
    mei = makers.member(farm)
    code = author(farm).code
    actions.claim_author(actor=mei, community=farm, code=code)
    with pytest.raises(PermissionMissing):
        actions.release_author(actor=mei, author=author(farm))
    actions.release_author(actor=farm.owner, author=author(farm))
    assert not Post.objects.filter(author=mei).exists()
    with pytest.raises(errors.ClaimNotFound):
        actions.claim_author(actor=mei, community=farm, code=code)
    actions.claim_author(actor=mei, community=farm, code=author(farm).code)


def test_strangers_and_other_communities_claim_nothing(farm):
    brought(farm)
    with pytest.raises(MembersOnly):
        actions.claim_author(
            actor=makers.person("Stranger"), community=farm, code=author(farm).code
        )
    elsewhere = makers.community()
    with pytest.raises(errors.ClaimNotFound):
        actions.claim_author(actor=elsewhere.owner, community=elsewhere, code=author(farm).code)
    with pytest.raises(errors.ClaimNotFound):
        actions.claim_author(actor=farm.owner, community=farm, code="")


def test_imported_words_are_found_and_again_under_who_wrote_them(farm):
    thread = brought(farm).thread
    actions.index_room(thread.pk)
    assert Document.objects.filter(source="post").count() == 4
    mei = makers.member(farm)
    actions.claim_author(actor=mei, community=farm, code=author(farm).code)
    actions.index_room(thread.pk, author_id=queries.writer_of(author(farm).pk))
    found = Document.objects.get(post__source__contains="rice")
    assert f"a{mei.pk}" in str(found.words)


def test_an_empty_file_is_refused_in_words(farm):
    for said, wrong in (("", "csv"), ("a,b\n1,2", "csv"), ("no log", "irc"), ("x", "pdf")):
        with pytest.raises((errors.UnreadableChat, errors.DayMissing)):
            queries.read_chat_log(said.encode(), format=wrong, time_zone="UTC")
    assert not Person.objects.filter(name="Lao Li").exists()


IRC = Path(__file__).parents[1] / "data" / "ubuntu-irc"
DAYS = {  # messages, names, answers, notices, first and last moment
    "2004-12-25": (1165, 94, 326, 335, "2004-12-25 09:14", "2004-12-26 06:09"),
    "2005-02-06": (1322, 70, 401, 178, "2005-02-06 04:04", "2005-02-06 08:10"),
}


def irc(day):
    """A real log with its answers."""
    return queries.read_chat_log(
        (IRC / f"{day}.train-c.raw.txt").read_bytes(),
        format="irc", time_zone="UTC", filename=f"{day}.train-c.raw.txt",
        links=(IRC / f"{day}.train-c.annotation.txt").read_bytes(),
    )  # fmt: skip


def test_two_real_days_of_irc_come_in_exactly_and_once(farm):
    for day, (count, names, answers, notices, first, last) in DAYS.items():
        log = irc(day)
        assert (len(log.messages), log.notices, log.unread) == (count, notices, [])
        assert len({said.author for said in log.messages}) == names
        assert sum(said.reply_to is not None for said in log.messages) == answers
        moments = f"{log.messages[0].at:%F %H:%M}", f"{log.messages[-1].at:%F %H:%M}"
        assert moments == (first, last)
        for expected in ((count, 0), (0, count)):
            done = actions.import_chat(actor=farm.owner, community=farm, log=log, room="#ubuntu")
            assert (done.new, done.known) == expected
    posts = messages(farm)
    assert [post.place for post in posts] == list(range(1, 2488))
    assert sum(post.reply_to > 0 for post in posts) == 727
    logs = [said for day in DAYS for said in irc(day).messages]
    assert [(p.author.name, p.source, p.written_at) for p in posts] == [
        (said.author, said.text, said.at) for said in logs
    ]
    answered = next(post for post in posts if post.reply_to)
    assert 0 < answered.reply_to < answered.place
