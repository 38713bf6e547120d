"""The pages of the home stream: what they weigh, what they ask, and the order that one chooses."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from qunluo.conversation import actions
from qunluo.conversation.actions import reacting, writing
from qunluo.kernel.clock import now
from qunluo.people.actions import update_profile
from tests.conversation.makers import community, member, post, space, thread
from tests.people.makers import sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.above_the_database, pytest.mark.req("R05")]
HTML = 40_000  # bytes of a page, before it is packed
SAID = "今天下午把东边两垄的番茄都绑好了，顺手摘了一筐黄瓜，明早谁来大棚就自己拿。"


@pytest.fixture
def farm(client, monkeypatch):
    """A farm in which somebody is called, who reads English."""
    for place in (writing, reacting):
        monkeypatch.setattr(place, "limit", lambda *_, **__: None)
    made = community()
    made.square = space(made, slug="square")
    made.mei, made.bo = member(made, "小满"), member(made, "老周")
    update_profile(actor=made.mei, language="en")
    made.talk = thread(made.bo, made.square, title="番茄", source=f"{SAID} @小满")
    sign_in(client, made.mei)
    return made


@pytest.fixture
def full(farm):
    """The same with two pages of threads, one of them long, in the longer language."""
    for n in range(23):
        last = thread(
            farm.bo, farm.square, "question" if n % 3 else "talk",
            title=f"第 {n} 天的菜园" if n % 2 else "番茄", source=SAID * 2,
        )  # fmt: skip
        actions.reply(actor=farm.owner, thread=last, source=f"{SAID} @小满")
        actions.reply(actor=farm.bo, thread=last, source=SAID)
    for _n in range(50):
        actions.reply(actor=farm.bo, thread=last, source=SAID)
    farm.long = last
    update_profile(actor=farm.mei, language="zh-hans")
    return farm


def page(client, path):
    answer = client.get(path, headers={"Accept-Encoding": ""})
    assert answer.status_code == 200
    return answer.content


def test_full_pages_stay_light_ask_little_and_the_stream_goes_on(client, full):
    page(client, "/me/")  # whose device it is was noted a moment ago
    for path, most in (
        ("/", 5),
        (f"/c/{full.slug}/talk/{full.long.number}/?after=2", 28),
        (f"/c/{full.slug}/talk/in/square/", 14),
    ):
        with CaptureQueriesContext(connection) as asked:
            text = page(client, path)
        assert len(text) <= HTML, (path, len(text))
        assert len(asked) <= most, (path, [one["sql"][:90] for one in asked.captured_queries])
    text = page(client, "/").decode()
    more = re.search(r'hx-get="(\?after=[\w-]+)"', text)[1]
    rest = client.get(f"/{more}", headers={"HX-Request": "true"}).content.decode()
    keys = re.findall(r'data-key="([^"]+)"', text + rest)
    assert len(keys) == len(set(keys)) == 24
    assert (text + rest).count('class="stream-part"') == 2
    assert "出去走走吧" in rest
    assert client.get("/?after=nonsense").status_code == 422


def test_an_order_is_explained_chosen_and_remembered(client, farm):
    with_points = client.get("/order/").content.decode()
    assert "100 points for a word of this moment; they halve every 3 days." in with_points
    assert with_points.index("Useful") < with_points.index("Did me good")
    client.post("/order/", {"order": "newest", "next": "/"})
    assert 'class="stream-part"' not in client.get("/").content.decode()
    assert "newest first" in client.get("/order/").content.decode()
    client.post("/order/", {"order": "by purse", "next": "/"})
    assert client.cookies["order"].value == "newest"


def test_what_one_reader_sees_of_a_card_never_reaches_another(client, farm):
    page(client, "/")
    other = member(farm, "采薇")
    actions.react(actor=other, post=post(farm.talk, viewer=other), reaction="useful")
    client.force_login(other)
    text = client.get("/").content.decode()
    assert "You were mentioned" not in text
    client.force_login(farm.mei)
    assert "You were mentioned" in client.get("/").content.decode()


def test_what_was_said_is_escaped_on_cards(client, farm):
    thread(farm.bo, farm.square, title="<b>Bold</b>", source="<script>alert(1)</script> & so on")
    text = client.get("/").content.decode()
    assert "&lt;b&gt;Bold&lt;/b&gt;" in text
    assert "<script>alert" not in text


def test_the_time_on_a_card_is_of_now_not_of_when_it_was_rendered(client, farm, travel):
    page(client, "/")
    with travel(now() + timedelta(hours=5)):
        assert "5 hours ago" in client.get("/").content.decode()
