"""What a page asks for anew when something happened elsewhere: its own parts, with permission."""

import re

import pytest

from qunluo.conversation import actions, queries
from tests.conversation import makers

pytestmark = [pytest.mark.django_db, pytest.mark.above_the_database, pytest.mark.req("T21")]


@pytest.fixture
def town(client):
    farm = makers.community()
    farm.square = makers.space(farm, slug="square")
    farm.tea = makers.space(farm, slug="tea", type="chat")
    farm.mei = makers.member(farm, "Mei")
    farm.rain = actions.write_post(
        actor=farm.owner, space=farm.square, title="Rain", source="It rains."
    )
    client.force_login(farm.mei)
    return farm


def part(client, path):
    answer = client.get(path, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    return answer.content.decode()


def keys(text):
    return re.findall(r'<li class="([^"]*)" data-key="([^"]+)"', text)


@pytest.mark.parametrize("place", ["/", "/c/{}/", "/c/{}/talk/", "/c/{}/talk/in/square/"])
def test_a_list_gives_itself_anew_without_the_page_around_it(client, town, place):
    path = place.format(town.slug)
    whole, fresh = client.get(path).content.decode(), part(client, path)
    assert "<html" not in fresh
    assert f'data-fresh="{"" if place == "/" else town.slug}"' in fresh
    assert ("thread-row new", f"t:{town.slug}/{town.rain.number}") in keys(fresh)
    assert keys(fresh) == keys(whole)


def test_what_is_read_is_no_longer_marked(client, town):
    path = f"/c/{town.slug}/talk/"
    assert ("space-row new", f"s:{town.slug}/square") in keys(part(client, path))
    actions.mark_read(actor=town.mei, thread=town.rain)
    assert ("space-row", f"s:{town.slug}/square") in keys(part(client, path))


def test_conversations_give_themselves_anew(client, town):
    pair = actions.talk_with(actor=town.owner, community=town, handle=town.mei.handle)
    chat = queries.chat_of(pair)
    actions.reply(actor=town.owner, thread=chat, source="Hello")
    fresh = part(client, f"/c/{town.slug}/talk/people/")
    assert keys(fresh) == [("space-row new", f"s:{town.slug}/{pair.slug}")]


def test_new_replies_come_alone_and_only_to_who_may_still_read(client, town):
    page = client.get(f"/c/{town.slug}/talk/{town.rain.number}/").content.decode()
    assert f'data-thread-live="{town.slug}/{town.rain.number}"' in page
    assert 'data-last="1"' in page
    actions.reply(actor=town.owner, thread=town.rain, source="Still")
    path = f"/c/{town.slug}/talk/{town.rain.number}/?after=1"
    fresh = part(client, path)
    assert re.findall(r'<article class="[^"]*" id="(p\d+)"', fresh) == ["p2"]
    actions.edit_space(
        actor=town.owner, space=town.square, visibility="grant", grant_kind="badge",
        grant_name="baker",
    )  # fmt: skip
    assert client.get(path, headers={"HX-Request": "true"}).status_code == 404


def test_only_who_is_signed_in_listens(client, town):
    assert "data-follow=" in client.get(f"/c/{town.slug}/").content.decode()
    client.logout()
    assert "data-follow=" not in client.get("/").content.decode()
