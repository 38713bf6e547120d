"""Search: what is found, what is not, and that nothing is found by whom it is hidden from."""

import re
from datetime import date, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser

from qunluo.community import actions as community_actions
from qunluo.community.models import Community
from qunluo.conversation import actions, queries
from qunluo.conversation.models import Document, Space
from qunluo.conversation.queries.search import matching
from qunluo.conversation.rules import search as rules
from qunluo.governance import actions as governance
from qunluo.kernel.clock import now
from qunluo.kernel.delivery import drain
from qunluo.kernel.paging import BadCursor
from qunluo.people import actions as people
from tests.conversation.makers import (
    badge,
    community,
    member,
    membership,
    person,
    post,
    revoke,
    space,
    thread,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def farm():
    made = community(rules=[{"id": "r1", "title": "Be kind", "text": "No insults."}])
    made.mei, made.bo = member(made, "Mei"), member(made, "Bo")
    made.square = space(made)
    return made


def said(farm, source, *, title="无题", where=None, who=None):
    made = thread(who or farm.mei, where or farm.square, title=title, source=source)
    drain()
    return made


def found(farm, text, viewer=None, **more):
    narrowing = queries.Narrowing(**more)
    answer = queries.search(viewer or farm.bo, text, community=farm, narrowing=narrowing)
    return [hit.number for hit in answer.hits]


PARTS = [
    "草莓", "莓", "甜草", "草莓最甜", "大棚里的草莓最甜", "iphone", "拍iPhone", "iPho",
    "Ｉphone", "cafe", "CAFÉ", "拍 了 草莓", '"Café 里"',
]  # fmt: skip
NOT_THERE = [
    "莓草", "草莓酱", "phone", "", "!!", "😀", "\0", '"', "NEAR(a b)", "*", "草 酱",
    'iphone" OR "x', "words:a", "x" * 10_000, "' OR 1=1 --", "¶post", "¶s1", "c1",
]  # fmt: skip


@pytest.mark.req("C01")
@pytest.mark.parametrize("text", PARTS)
def test_any_part_of_a_sentence_is_found(farm, text):
    made = said(farm, "大棚里的草莓最甜，我用拍iPhone拍了，在 Café 里。甜草莓")
    said(farm, "毫不相干的话")
    assert found(farm, text) == [made.number]


@pytest.mark.parametrize("text", NOT_THERE)
def test_what_does_not_stand_there_is_not_found(farm, text):
    said(farm, "大棚里的草莓最甜，我用 iPhone 拍了。words near or and not")
    assert found(farm, text) == []


def test_words_stand_in_any_order_and_quotation_marks_keep_them_together(farm):
    here = said(farm, "The blue tractor broke down; a red one came.")
    there = said(farm, "A red tractor.")
    assert set(found(farm, "tractor red")) == {here.number, there.number}
    assert found(farm, "“red tractor”") == [there.number]


def test_a_title_outweighs_many_words_and_new_outweighs_old(farm, travel):
    with travel(now() - timedelta(days=300)):
        old = said(farm, "今年的茶采得早。")
    new = said(farm, "今年的茶采得晚。")
    titled = said(farm, "都在这里。", title="茶")
    assert found(farm, "茶") == [titled.number, new.number, old.number]


def test_an_edit_is_found_by_its_new_words_only(farm):
    made = said(farm, "白菜")
    actions.edit_post(actor=farm.mei, post=post(made, viewer=farm.mei), source="萝卜")
    drain()
    assert found(farm, "白菜") == []
    assert found(farm, "萝卜") == [made.number]


@pytest.mark.parametrize("rule", ["", "r1"])
def test_a_removed_post_is_gone_at_once_and_its_words_leave_the_index(farm, rule):
    made = said(farm, "秘密的配方")
    who = farm.owner if rule else farm.mei
    actions.remove_post(
        actor=who, post=post(made, viewer=who), rule_id=rule, reason="shouting" if rule else ""
    )
    for viewer in (farm.mei, farm.bo, farm.owner):
        assert found(farm, "配方", viewer) == []
    drain()
    assert not Document.objects.filter(source="post").exists()
    assert indexed("配方") == 0


def test_an_erased_person_and_their_words_are_found_no_more(farm):
    said(farm, "我养的蜜蜂")
    people.erase_person(actor=farm.mei)
    assert queries.search(farm.bo, "蜜蜂", community=farm).total == 0
    drain()
    assert not queries.search(farm.bo, "Mei", community=farm)
    assert indexed("蜜蜂") == indexed("mei") == 0


def indexed(text):
    """How many documents the index itself proposes, whoever may see them."""
    return matching(Document.objects.all(), rules.question(text)).count()


@pytest.fixture
def shelves(farm):
    """The same word in every kind of space."""
    places = {
        "public": {"visibility": "public"},
        "members": {"visibility": "members"},
        "badge": {"visibility": "grant", "grant_kind": "badge", "grant_name": "baker"},
    }
    farm.baker, farm.gone, farm.stranger = member(farm, "Ba"), member(farm, "Go"), person("Zed")
    farm.badge = badge(farm, farm.baker)
    farm.numbers = {}
    for name, fields in places.items():
        where = actions.open_space(actor=farm.owner, community=farm, name=name, **fields)
        where.community = farm
        farm.numbers[name] = said(farm, "向日葵", where=where, who=farm.owner).number
    two = actions.talk_with(actor=farm.mei, community=farm, handle=farm.bo.handle)
    two.community = farm
    chat = queries.chat_of(two)
    actions.reply(actor=farm.mei, thread=chat, source="只对你说：向日葵")
    drain()
    farm.numbers["two"] = chat.number
    farm.published = Community.objects.filter(pk=farm.pk).update(stage="published")
    return farm


LEAKS = {
    "visitor": {"public"},
    "stranger": {"public"},
    "bo": {"public", "members", "two"},
    "mei": {"public", "members", "two"},
    "baker": {"public", "members", "badge"},
    "owner": {"public", "members", "badge"},  # and nothing of what two say to each other
}


@pytest.mark.req("C12")
@pytest.mark.parametrize("who", LEAKS)
def test_everybody_finds_only_what_they_may_read(shelves, who):
    viewer = AnonymousUser() if who == "visitor" else getattr(shelves, who)
    answer = queries.search(viewer, "向日葵", community=shelves)
    expected = {shelves.numbers[name] for name in LEAKS[who]}
    assert {hit.number for hit in answer.hits} == expected
    assert answer.total == len(expected)
    for name, number in shelves.numbers.items():
        space = Space.objects.get(threads__number=number, community=shelves).slug
        narrowed = queries.Narrowing(space=space)
        alone = queries.search(viewer, "向日葵", community=shelves, narrowing=narrowed)
        assert alone.total == (name in LEAKS[who])


def test_what_ends_is_felt_in_the_next_search(shelves):
    revoke(shelves, shelves.badge)
    assert shelves.numbers["badge"] not in found(shelves, "向日葵", shelves.baker)
    assert found(shelves, "向日葵", shelves.gone) != [shelves.numbers["public"]]
    community_actions.leave(
        actor=shelves.gone, membership=membership(shelves.gone, shelves), reason="away"
    )
    assert found(shelves, "向日葵", shelves.gone) == [shelves.numbers["public"]]
    assert not queries.search(shelves.gone, "向日葵")


def test_a_space_that_closes_takes_its_posts_out_of_sight_at_once(shelves):
    space = Space.objects.get(slug__isnull=False, threads__number=shelves.numbers["public"])
    space.community = shelves
    actions.edit_space(actor=shelves.owner, space=space, visibility="members")
    assert found(shelves, "向日葵", AnonymousUser()) == []


def test_who_is_blocked_is_not_found(farm):
    said(farm, "向日葵", who=farm.mei)
    governance.block(actor=farm.bo, other=farm.mei)
    assert found(farm, "向日葵", farm.bo) == []
    assert found(farm, "向日葵", farm.owner) != []


def test_other_communities_are_not_looked_into(farm):
    other = community()
    where = space(other)
    thread(other.owner, where, source="向日葵")
    drain()
    assert found(farm, "向日葵", other.owner) == []
    assert queries.search(farm.bo, "向日葵").total == 0
    assert queries.search(other.owner, "向日葵").total == 1


def test_a_search_is_narrowed_by_space_author_kind_day_and_picture(farm):
    shed = actions.open_space(actor=farm.owner, community=farm, name="Shed", slug="shed")
    shed.community = farm
    one = said(farm, "向日葵一", where=shed)
    two = thread(farm.bo, farm.square, "question", title="怎么种", source="向日葵二")
    drain()
    assert found(farm, "向日葵", space="shed") == [one.number]
    assert found(farm, "向日葵", author="Bo") == [two.number]
    assert found(farm, "向日葵", author=f"@{farm.bo.handle.lower()}") == [two.number]
    assert found(farm, "向日葵", author="Nobody") == []
    assert found(farm, "向日葵", kind="question") == [two.number]
    assert found(farm, "向日葵", pictures=True) == []
    today = now().date()
    assert len(found(farm, "向日葵", since=today - timedelta(days=1))) == 2
    assert found(farm, "向日葵", until=today - timedelta(days=2)) == []
    assert found(farm, "向日葵", since=today + timedelta(days=2)) == []
    assert len(found(farm, "向日葵", until=date.max, since=date.min)) == 2


def test_people_are_found_by_name_and_by_what_they_show(farm):
    people.update_profile(
        actor=farm.mei, offers=["修自行车"], tags=["摄影"], intro="我种花", thoughts="想想",
        visibility={"tags": "me"},
    )  # fmt: skip
    drain()

    def names(text, viewer):
        answer = queries.search(viewer, text, community=farm)
        return [one.picture.name for group in answer.groups for one in group.found]

    assert names("me", farm.bo) == ["Mei"]
    assert names("自行车", farm.bo) == ["Mei"]
    assert names("种花", farm.bo) == ["Mei"]
    assert names("摄影", farm.bo) == names("想想", farm.bo) == []
    assert names("自行车", person("Zed")) == names("自行车", AnonymousUser()) == []
    community_actions.leave(actor=farm.mei, membership=membership(farm.mei, farm), reason="away")
    assert names("自行车", farm.bo) == []


def test_hidden_details_are_not_found_even_before_the_index_knows(farm):
    people.update_profile(actor=farm.mei, offers=["修自行车"])
    drain()
    people.update_profile(actor=farm.mei, visibility={"offers": "me"})
    assert not queries.search(farm.bo, "自行车", community=farm)


def test_matches_are_marked_in_safe_html(farm):
    said(farm, "<script>alert(1)</script> & 草莓<b>", title="草莓 <i>")
    (hit,) = queries.search(farm.bo, "草莓", community=farm).hits
    assert hit.title == "<mark>草莓</mark> &lt;i&gt;"
    assert "<mark>草莓</mark>" in hit.excerpt
    assert "<script" not in hit.excerpt
    assert set(re.findall(r"</?(\w+)", hit.excerpt)) == {"mark"}


def test_pages_go_on_where_the_last_one_ended(farm):
    for number in range(7):
        thread(farm.mei, farm.square, title=f"T{number}", source="向日葵")
    drain()
    first = queries.search(farm.bo, "向日葵", community=farm, limit=3)
    second = queries.search(farm.bo, "向日葵", community=farm, limit=3, after=first.next)
    third = queries.search(farm.bo, "向日葵", community=farm, limit=3, after=second.next)
    seen = [hit.number for part in (first, second, third) for hit in part.hits]
    assert len(seen) == len(set(seen)) == 7
    assert third.next is None
    for odd in ("x", "-1", "99999999", "١"):
        with pytest.raises(BadCursor):
            queries.search(farm.bo, "向日葵", community=farm, after=odd)


def test_the_index_is_made_anew_and_finds_what_came_without_an_event(farm):
    made = thread(farm.mei, farm.square, source="没有事件的向日葵")
    assert found(farm, "向日葵") == []
    assert actions.index_missing() == 1
    assert found(farm, "向日葵") == [made.number]
    Document.objects.all().delete()
    assert found(farm, "向日葵") == []
    told = []
    actions.rebuild_search(lambda done, total: told.append((done, total)))
    assert told[-1][0] == told[-1][1]
    assert found(farm, "向日葵") == [made.number]
    assert queries.search(farm.bo, "Mei", community=farm).groups
    before = indexed("向日葵")
    actions.rebuild_search()
    assert indexed("向日葵") == before


def test_a_search_takes_few_queries(farm, django_assert_max_num_queries):
    made = thread(farm.mei, farm.square, title="向日葵", source="向日葵")
    for number in range(30):
        actions.reply(actor=farm.mei, thread=made, source=f"向日葵 {number}")
    drain()
    with django_assert_max_num_queries(13):
        assert len(queries.search(farm.bo, "向日葵", community=farm).hits) == 20


def test_a_thread_is_indexed_again_whole_or_through_the_job_when_it_is_long(farm, monkeypatch):
    made = said(farm, "向日葵")
    actions.index_thread(made.pk)
    assert found(farm, "向日葵") == [made.number]
    monkeypatch.setattr("qunluo.conversation.actions.indexing.CHUNK", 0)
    actions.index_thread(made.pk)
    assert found(farm, "向日葵") == []
    assert actions.index_missing() == 1
    assert found(farm, "向日葵") == [made.number]
