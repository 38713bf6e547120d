"""What all visitors see alike is made once between two events, and never shows them another's."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from qunluo.community.actions import update_settings
from qunluo.community.models import Community
from qunluo.kernel.clock import now, travel
from tests.community.makers import community, member

pytestmark = [pytest.mark.django_db, pytest.mark.above_the_database]
KEY = re.compile(r'name="once" value="([^"]+)"')
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


@pytest.fixture(autouse=True)
def kept(settings):
    settings.VISITORS_WAIT = 10


@pytest.fixture
def farm():
    found = community()
    Community.objects.filter(pk=found.pk).update(stage="published")
    found.refresh_from_db()
    return found


def door(farm, client=None, **headers):
    return (client or Client()).get(f"/c/{farm.slug}/about/", headers=headers)


def test_two_visitors_see_the_same_page_with_form_keys_of_their_own(
    farm, django_assert_max_num_queries
):
    first = door(farm).text
    with django_assert_max_num_queries(1):
        second = door(farm).text
    assert KEY.sub("", TOKEN.sub("", first)) == KEY.sub("", TOKEN.sub("", second))
    keys = KEY.findall(first) + KEY.findall(second)
    assert len(keys) == len(set(keys)) >= 4
    assert set(TOKEN.findall(first)).isdisjoint(TOKEN.findall(second))


def test_a_form_of_a_kept_page_is_taken(farm):
    door(farm)
    visitor = Client(enforce_csrf_checks=True)
    page = door(farm, visitor).text
    given = {"csrfmiddlewaretoken": TOKEN.findall(page)[0], "language": "en", "next": "/"}
    assert visitor.post("/language/", given).status_code == 302
    assert Client(enforce_csrf_checks=True).post("/language/", given).status_code == 403


def test_what_happens_is_seen_at_once(farm):
    door(farm)
    update_settings(actor=member(farm, role="owner"), community=farm, sentence="Quite another one.")
    assert "Quite another one." in door(farm).text


def test_what_only_time_changes_is_seen_after_ten_seconds(farm):
    door(farm)
    Community.objects.filter(pk=farm.pk).update(sentence="Without an event.")
    with travel(now() + timedelta(seconds=11)):
        assert "Without an event." in door(farm).text


def test_each_language_and_appearance_has_a_page_of_its_own(farm):
    chinese = door(farm, **{"accept-language": "zh-CN"}).text
    english = door(farm, **{"accept-language": "en"}).text
    assert 'lang="zh-Hans"' in chinese
    assert 'lang="en"' in english
    dark = Client()
    dark.cookies["scheme"] = "dark"
    assert 'data-theme="dark"' in door(farm, dark).text
    assert 'data-theme="dark"' not in door(farm).text


def test_whoever_is_signed_in_gets_neither_the_page_of_visitors_nor_gives_them_theirs(farm):
    who = member(farm, name="Somebody Real")
    inside = Client()
    inside.force_login(who)
    door(farm)
    assert who.handle in door(farm, inside).text
    assert who.handle not in door(farm).text


def test_a_refusal_is_not_kept(farm):
    Community.objects.filter(pk=farm.pk).update(stage="private")
    assert door(farm).status_code == 404
    Community.objects.filter(pk=farm.pk).update(stage="published")
    assert door(farm).status_code == 200
