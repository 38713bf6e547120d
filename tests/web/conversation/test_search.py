"""The pages by which things are found: search, topics, feeds, and threads as pictures."""

import re
from io import BytesIO
from xml.etree import ElementTree

import pytest
from django.core.cache import cache
from PIL import Image

from qunluo.conversation import actions
from qunluo.kernel.delivery import drain
from qunluo.people import actions as people
from tests.conversation import makers
from tests.web.conversation.test_talk import HTMX, browser

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def farm():
    made = makers.community()
    made.mei, made.lin = makers.member(made, "Mei"), makers.member(made, "Lin")
    made.square = makers.space(made, slug="square")
    made.market = actions.open_space(
        actor=made.owner, community=made, name="Market", slug="market", visibility="public"
    )
    made.market.community = made
    return made


def put(farm, where, source, title="Rain", **more):
    made = makers.thread(farm.mei, where, title=title, source=source, **more)
    drain()
    return made


def test_the_page_of_results_leads_to_the_post(farm):
    made = put(farm, farm.square, "大棚里的草莓最甜")
    page = browser(farm.lin).get(f"/c/{farm.slug}/search/?q=草莓").content.decode()
    assert "大棚里的<mark>草莓</mark>最甜" in page
    assert f"/c/{farm.slug}/talk/{made.number}/?at=1#p1" in page
    assert "1 post<" in page
    part = browser(farm.lin).get(f"/c/{farm.slug}/search/?q=草莓", headers=HTMX).content.decode()
    assert part.strip().startswith('<div id="results"')
    assert "<mark>草莓</mark>" in browser(farm.lin).get("/search/?q=草莓").content.decode()


def test_strangers_search_public_spaces_only(farm):
    put(farm, farm.square, "向日葵 in the shed")
    put(farm, farm.market, "向日葵 outside")
    page = browser().get(f"/c/{farm.slug}/search/?q=向日葵").content.decode()
    assert "outside" in page
    assert "in the shed" not in page
    assert 'value="square"' not in page


QUESTIONS = [
    '"><script>alert(1)</script>', "NEAR(a b)", '" OR 1', "*", "a:b", "x" * 10_000, "\0", "'--",
    "(", "^x", "{words}: x", "+", "😀",
]  # fmt: skip


@pytest.mark.parametrize("text", QUESTIONS)
def test_no_question_breaks_the_page(farm, text):
    put(farm, farm.square, "words")
    answer = browser(farm.lin).get(f"/c/{farm.slug}/search/", {"q": text})
    # The house refuses NUL bytes in any address before a page hears of them.
    assert answer.status_code == (400 if "\0" in text else 200)
    assert "<script>alert" not in answer.content.decode()


def test_what_narrows_wrongly_is_said_beside_its_field(farm):
    put(farm, farm.square, "向日葵")
    answer = browser(farm.lin).get(
        f"/c/{farm.slug}/search/", {"q": "向日葵", "since": "soon", "kind": "nonsense"}
    )
    assert answer.status_code == 200
    assert "Enter a valid date" in answer.content.decode()
    assert browser(farm.lin).get(f"/c/{farm.slug}/search/?q=向日葵&after=x").status_code == 422


def test_a_topic_is_a_link_to_what_is_said_about_it(farm):
    put(farm, farm.square, "看 #日落 #12", title="Evening")
    client = browser(farm.lin)
    page = client.get(f"/c/{farm.slug}/talk/1/").content.decode()
    href = re.search(r'href="([^"]+/topics/[^"]+)"', page).group(1)
    assert f'href="/c/{farm.slug}/talk/12/"' in page
    assert "Evening" in client.get(href).content.decode()
    for address in (f"/c/{farm.slug}/talk/", f"/c/{farm.slug}/talk/topics/"):
        assert "#日落" in client.get(address).content.decode()
    stranger = browser().get(href).content.decode()
    assert "Evening" not in stranger
    assert "Nobody has said anything" in stranger


def test_a_public_space_is_told_to_feed_readers(farm):
    made = put(farm, farm.market, "**Fresh** ![x](/media/no) & <b>", title="Carrots & <peas>")
    put(farm, farm.square, "Secret", title="Hidden")
    gone = put(farm, farm.market, "Gone", title="Gone")
    actions.remove_post(actor=farm.mei, post=makers.post(gone, viewer=farm.mei))
    address = f"/c/{farm.slug}/talk/in/market/feed.atom"
    answer = browser().get(address)
    assert answer["Content-Type"].startswith("application/atom+xml")
    feed = ElementTree.fromstring(answer.content)
    assert [one.text for one in feed.iter(f"{ATOM}title")][1:] == ["Carrots & <peas>"]
    links = [one.get("href") for one in feed.iter(f"{ATOM}link")]
    assert f"http://testserver/c/{farm.slug}/talk/{made.number}/" in links
    assert "Hidden" not in answer.content.decode()
    assert answer["ETag"]
    assert answer["Last-Modified"]
    again = browser().get(address, headers={"If-None-Match": answer["ETag"]})
    assert again.status_code == 304
    actions.edit_post(actor=farm.mei, post=makers.post(made, viewer=farm.mei), source="Sold out")
    fresh = browser().get(address, headers={"If-None-Match": answer["ETag"]})
    assert "Sold out" in fresh.content.decode()
    page = browser().get(f"/c/{farm.slug}/talk/in/market/").content.decode()
    assert f'type="application/atom+xml" title="Market · {farm.name}"' in page
    assert "atom" not in browser(farm.lin).get(f"/c/{farm.slug}/talk/in/square/").content.decode()


@pytest.mark.parametrize("who", ["visitor", "member", "owner"])
def test_what_is_not_public_has_no_feed_and_no_picture(farm, who):
    made = put(farm, farm.square, "Secret")
    client = browser({"visitor": None, "member": farm.lin, "owner": farm.owner}[who])
    assert client.get(f"/c/{farm.slug}/talk/in/square/feed.atom").status_code == 404
    for page in ("share/", "card.png"):
        assert client.get(f"/c/{farm.slug}/talk/{made.number}/{page}").status_code == 404


def test_a_space_that_closes_ends_its_feed_and_its_pictures(farm):
    made = put(farm, farm.market, "Open")
    addresses = [
        f"/c/{farm.slug}/talk/in/market/feed.atom", f"/c/{farm.slug}/talk/{made.number}/card.png"
    ]  # fmt: skip
    assert [browser().get(one).status_code for one in addresses] == [200, 200]
    actions.edit_space(actor=farm.owner, space=farm.market, visibility="members")
    cache.clear()
    assert [browser().get(one).status_code for one in addresses] == [404, 404]


@pytest.mark.req("R14")
def test_a_public_thread_is_a_picture_to_pass_on(farm):
    made = put(farm, farm.market, "今年的胡萝卜特别甜，周六来摊上尝。", title="Carrots")
    base = f"/c/{farm.slug}/talk/{made.number}/"
    page = browser().get(f"{base}share/").content.decode()
    assert f'src="{base}card.png"' in page
    answer = browser().get(f"{base}card.png?download=1")
    assert answer["Content-Type"] == "image/png"
    assert "attachment" in answer["Content-Disposition"]
    assert Image.open(BytesIO(answer.content)).size == (1080, 1440)
    thread = browser().get(base).content.decode()
    assert f'property="og:image" content="http://testserver{base}card.png"' in thread
    assert f"{base}share/" in thread
    actions.remove_post(actor=farm.mei, post=makers.post(made, viewer=farm.mei))
    assert browser().get(f"{base}card.png").status_code == 404
    assert "og:image" not in browser().get(base).content.decode()


@pytest.mark.req("R14")
def test_a_picture_names_others_only_when_they_are_open_to_all(farm):
    made = put(farm, farm.market, "Fresh carrots")
    base = f"/c/{farm.slug}/talk/{made.number}/"
    named = browser().get(f"{base}card.png").content
    people.update_profile(actor=farm.mei, visibility={"intro": "members"})
    unnamed = browser().get(f"{base}card.png").content
    assert named != unnamed
    assert "names nobody" in browser().get(f"{base}share/").content.decode()
    assert browser(farm.mei).get(f"{base}card.png").content == named
    assert browser(farm.lin).get(f"{base}card.png").content == unnamed
