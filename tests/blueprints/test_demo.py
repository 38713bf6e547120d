"""The demo: four communities that live through ninety days, the same for the same seed."""

import re
import time
from collections import Counter, deque
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from django.test import Client

from qunluo.blueprints import demo
from qunluo.community.models import Community, Membership
from qunluo.growth.models import Customer
from qunluo.kernel import queries as kernel
from qunluo.kernel.clock import travel
from qunluo.kernel.models import EventRecord, ParkedEvent
from qunluo.people.models import Person
from qunluo.reach import queries as reach
from qunluo.reach.models import Delivery
from tests.emptying import empty

# Its actions are proven on both databases where they live; a story of ninety days needs one.
pytestmark = [
    pytest.mark.slow,
    pytest.mark.above_the_database,
    pytest.mark.django_db(transaction=True),
]
LIMIT = 240  # seconds, with other work beside it
TODAY = datetime(2026, 5, 20, 12, tzinfo=UTC)
HALF = 45  # days: by then everybody has begun what they do, and most of it happened
HTML = 40_000  # bytes of a page, before it is packed
EACH, MOST = 2, 120  # pages of one sort, and of one person
NUMBER = re.compile(r"/(?:[0-9A-Z]{8,}|\d+)\b")
LINK = re.compile(r'href="(/(?!static|media|accounts)[^"#]*)"')
TOLD = {}  # by seed, what the first demo of this run told


class Enough(Exception):
    """The story was told far enough."""


def told():
    """What a visitor could tell two demos apart by: who, what and when, without codes and keys."""
    people = dict(Person.objects.values_list("pk", "name"))
    slugs = dict(Community.objects.values_list("pk", "slug"))
    events = EventRecord.objects.order_by("pk").values_list(
        "name", "at", "community_id", "actor_id", "person_id"
    )
    return {
        "people": [people[pk] for pk in sorted(people)],
        "communities": list(Community.objects.order_by("pk").values_list("slug", "stage")),
        "members": list(
            Membership.objects.order_by("community__slug", "number").values_list(
                "community__slug", "number", "person__name", "via"
            )
        ),
        "customers": list(
            Customer.objects.order_by("community__slug", "external_id").values_list(
                "external_id", "name", "orders_count"
            )
        ),
        "timeline": [
            (name, at, slugs.get(of), people.get(actor), people.get(person))
            for name, at, of, actor, person in events
        ],
    }


def lived(seed, days=None):
    """Fill an empty installation; return what its demo tells and how long it took."""

    def progress(day, *_):
        if day == days:
            raise Enough

    empty()
    began = time.monotonic()
    with travel(TODAY), suppress(Enough):
        demo.fill(progress, seed=seed)
    return told(), time.monotonic() - began


def heavy(email, start):
    """Go where the links lead; return the pages that weigh too much."""
    client, todo = Client(), deque([start, "/me/notices/"])
    found, kinds, seen = {}, Counter(), set()
    client.force_login(Person.objects.get(email=email))
    while todo and len(seen) < MOST:
        path = todo.popleft()
        kind = NUMBER.sub("/#", path.partition("?")[0])
        if path in seen or kinds[kind] == EACH:
            continue
        seen.add(path)
        kinds[kind] += 1
        answer = client.get(path)
        if answer.status_code != 200 or "text/html" not in answer.get("Content-Type", ""):
            continue
        if len(answer.content) > HTML:
            found[path] = len(answer.content)
        todo.extend(one.replace("&amp;", "&") for one in LINK.findall(answer.content.decode()))
    assert len(seen) > MOST // 2
    return found


@pytest.mark.req("T14", "T01")
def test_the_demo_is_alive_complete_and_quick():
    story, seconds = lived(7)
    TOLD[7] = story
    assert seconds < LIMIT
    active = Membership.objects.filter(status="active").count()
    assert 150 <= active <= 210
    assert len(story["communities"]) == 4
    assert {stage for _, stage in story["communities"]} == {"published"}
    counts = Community.objects.values_list("slug", "member_count")
    for slug, count in counts:
        assert Membership.objects.filter(community__slug=slug, status="active").count() == count
    # Nothing waits for delivery, and nothing was given up.
    assert not ParkedEvent.objects.exists()
    assert all(not kernel.dead_letters(pk) for pk in Community.objects.values_list("pk", flat=True))
    # Nor does a letter of the story wait to be printed today.
    assert not Delivery.objects.filter(state=Delivery.State.WAITING).exists()
    assert not reach.due_mails(TODAY, 1)
    assert not reach.due_digests(TODAY, 1)
    # It spans ninety days, and every way of going and coming was gone.
    moments = [at for _, at, *_ in story["timeline"]]
    assert (moments[-1] - moments[0]).days >= 85
    assert {"left", "removed"} <= set(Membership.objects.values_list("status", flat=True))
    for _part, email, _password, page in demo.logins():
        assert Person.objects.filter(email=email).exists()
        assert page.split("/")[2] in {slug for slug, *_ in story["communities"]}
    with travel(TODAY):
        assert {email: heavy(email, page) for _part, email, _password, page in demo.logins()} == {
            email: {} for _part, email, *_ in demo.logins()
        }


@pytest.mark.above_the_database
def test_the_same_seed_tells_the_same_story():
    """Told again as far as the middle, it says nothing that was not said, in the same order."""
    first = TOLD.get(7) or lived(7)[0]
    again, _ = lived(7, HALF)
    for part in ("people", "communities", "timeline"):
        assert again[part] == first[part][: len(again[part])], part
    assert (again["timeline"][-1][1] - again["timeline"][0][1]).days >= HALF - 5
    assert set(again["members"]) <= set(first["members"])
    assert again["customers"] == first["customers"]
