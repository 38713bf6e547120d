"""Campaigns over the API: joining once, changing an entry, and what others may read of it."""

from uuid import uuid4

import pytest

pytestmark = [pytest.mark.django_db, pytest.mark.req("M05")]


@pytest.fixture
def chain(world):
    """The address of a chain order, and what joining it says."""
    ids = world.ids
    lines = [{"variant_id": ids["variant_id"], "quantity": 2}]
    wish = {"lines": lines, "delivery": {"method": "pickup", "point_id": ids["point_id"]}}
    return f"/communities/{world.farm.slug}/campaigns/{ids['campaign_uid']}", wish


def test_the_same_key_joins_once_and_an_entry_is_changed_and_given_up(door, chain):
    base, wish = chain
    host, key = door("host"), {"Idempotency-Key": str(uuid4())}
    asked = host.post(f"{base}/quote", wish).json()
    assert (asked["goods"], asked["total"]) == (1_600, 1_600)
    first = host.post(f"{base}/join", {**wish, "total": 1_600}, headers=key)
    assert first.status_code == 201, first.content
    again = host.post(f"{base}/join", {**wish, "total": 1_600}, headers=key)
    assert again.content == first.content
    assert (first.json()["state"], first.json()["order"]["total"]) == ("held", 1_600)
    twice = host.post(f"{base}/join", wish)
    assert (twice.status_code, twice.json()["code"]) == (409, "market.already_in")
    one = {"lines": [{**wish["lines"][0], "quantity": 1}]}
    changed = host.put(f"{base}/entry", one).json()
    assert (changed["top_up"]["total"], changed["back"]) == (800, 0)
    assert host.put(f"{base}/entry", {"lines": []}).status_code == 200
    assert not any(place["mine"] for place in host.get(base).json()["places"])


def test_what_is_wrong_is_refused_in_words(door, chain):
    base, wish = chain
    stranger = door("stranger")
    stale = stranger.post(f"{base}/join", {**wish, "total": 1})
    assert stale.json()["code"] == "market.price_changed"
    other = {**wish, "lines": [{"variant_id": 999_999, "quantity": 1}]}
    assert stranger.post(f"{base}/join", other).json()["code"] == "market.product_not_found"
    nowhere = {**wish, "team_uid": "NOBODY"}
    assert stranger.post(f"{base}/join", nowhere).json()["code"] == "market.campaign_not_found"
    assert stranger.get(f"{base}/list").status_code == 403


def test_who_runs_the_shop_reads_what_is_to_be_packed(door, chain, world):
    base, _wish = chain
    lists = door("operator").get(f"{base}/list").json()
    assert [one["point"] for one in lists] == ["Barn"]
    entry = lists[0]["entries"][0]
    assert (entry["number"], entry["lines"][0]["quantity"], len(entry["codes"])) == (1, 1, 1)
