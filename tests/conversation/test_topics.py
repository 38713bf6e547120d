"""Topics: where a # makes one, and who sees what stands under it."""

import pytest
from django.contrib.auth.models import AnonymousUser

from qunluo.conversation import actions, queries
from qunluo.conversation.models import Tagging, Topic
from qunluo.conversation.rules.markup import render, topics
from qunluo.kernel.delivery import drain
from tests.conversation.makers import badge, community, member, post, revoke, space, thread

BASE = "/c/farm/talk/"
TOPICS = {
    "今天#露营 真好": ["露营"],
    "#露营#真好玩": ["露营"],
    "#露营# #日落#": ["露营", "日落"],
    "#iPad, #ｉｐａｄ and #IPAD.": ["ipad"],
    "#2024春 but not #2024": ["2024春"],
    "# a heading, `#code`, a#b, https://example.org/#part": [],
    "```\n#code\n```": [],
    "[#not here](https://example.org)": [],
    "##two": [],
    "#": [],
    "#" + "长" * 40: [],
    "#café": ["cafe"],
}


@pytest.mark.parametrize("source", TOPICS)
def test_what_stands_behind_a_number_sign_is_a_topic(source):
    assert list(topics(source)) == TOPICS[source]
    assert render(source, base=BASE).count('href="/c/farm/talk/topics/') >= len(TOPICS[source])


def test_a_number_leads_to_a_thread_and_nothing_runs():
    html = render('#12 and #<script>alert(1)</script> #a"onclick="x #0', base=BASE)
    assert '<a href="/c/farm/talk/12/" rel="nofollow ugc noopener">#12</a>' in html
    assert "<script" not in html
    assert "onclick" not in html.replace("&quot;", '"').split("<a ")[-1].split(">")[0]
    assert "/talk/0/" not in html
    assert "href" not in render("#12 #a")  # without a community there is nowhere to lead


@pytest.fixture
def farm(db):
    made = community()
    made.mei, made.bo = member(made, "Mei"), member(made, "Bo")
    made.square = space(made)
    made.shed = actions.open_space(
        actor=made.owner, community=made, name="Shed", visibility="grant", grant_kind="badge",
        grant_name="baker",
    )  # fmt: skip
    made.shed.community = made
    return made


def under(farm, name, viewer=None):
    """The numbers of the threads under a topic."""
    found = queries.threads_on(farm, name, viewer=viewer or farm.bo)[1]
    return [card.number for card in found.items]


def counts(farm, viewer):
    return {one.name: one.threads for one in queries.topics(farm, viewer=viewer)}


def test_threads_gather_under_their_topics(farm):
    one = thread(farm.mei, farm.square, source="看 #日落 去 #露营")
    two = thread(farm.mei, farm.square, source="都好")
    actions.reply(actor=farm.bo, thread=two, source="那就 #日落")
    drain()
    assert under(farm, "日落") == [two.number, one.number]
    assert under(farm, "露营") == [one.number]
    assert counts(farm, farm.bo) == {"日落": 2, "露营": 1}
    actions.edit_post(actor=farm.mei, post=post(one, viewer=farm.mei), source="看 #日落")
    drain()
    drain()
    assert under(farm, "露营") == []
    assert counts(farm, farm.bo) == {"日落": 2}


def test_topics_of_hidden_spaces_look_unused(farm):
    thread(farm.owner, farm.shed, source="#密方")
    drain()
    holder = badge(farm, farm.mei)
    assert counts(farm, farm.mei) == {"密方": 1}
    assert len(under(farm, "密方", farm.mei)) == 1
    for viewer in (farm.bo, AnonymousUser()):
        assert counts(farm, viewer) == {}
        assert queries.threads_on(farm, "密方", viewer=viewer) == (
            "密方", queries.threads_on(farm, "没有", viewer=viewer)[1]
        )  # fmt: skip
    revoke(farm, holder)
    assert under(farm, "密方", farm.mei) == []


def test_a_removed_post_leaves_its_topics_at_once(farm):
    made = thread(farm.mei, farm.square, source="#日落")
    drain()
    actions.remove_post(actor=farm.mei, post=post(made, viewer=farm.mei))
    assert counts(farm, farm.bo) == {}
    drain()
    assert not Tagging.objects.exists()
    assert Topic.objects.filter(name="日落").exists()
