"""From words to orders and back over the API: figures of posts, and what was made of feedback."""

import pytest

pytestmark = [pytest.mark.django_db, pytest.mark.req("M23", "M08")]


@pytest.fixture
def said(world):
    """A complaint of the member about the product of the world, as a change names it."""
    return f"/communities/{world.farm.slug}", world.ids["product_uid"]


def test_a_change_is_told_once_and_stands_beside_what_it_was_made_from(door, said):
    base, product = said
    owner = door("owner")
    one = f"{base}/shop/products/{product}"
    found = owner.get(f"{one}/feedback").json()
    assert {row["sort"] for row in found} >= {"return"} or found
    wish = {"feedback": found[0]["ref"], "sort": "answer", "words": "We answer on the same day."}
    made = owner.post(f"{one}/changes", wish)
    assert made.status_code == 201, made.content
    twice = owner.post(f"{one}/changes", wish)
    assert (twice.status_code, twice.json()["code"]) == (409, "market.improvement_known")
    wrong = owner.post(f"{one}/changes", {**wish, "sort": "price"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "market.invalid_improvement")
    changed = owner.get(f"{one}/feedback").json()[0]["changes"]
    assert [row["words"] for row in changed] == ["We answer on the same day."]
    traced = owner.get(f"{base}/shop/trace").json()
    (row,) = [row for row in traced["products"] if row["product_uid"] == product]
    assert row["improved"] == 1
    assert traced["feedback"] >= row["feedback"] >= 1


def test_figures_and_posts_are_lists_and_a_period_bears_odd_days(door, said):
    base, _product = said
    assert door("member").get(f"{base}/my-posts/figures").json() == []
    owner = door("owner")
    assert owner.get(f"{base}/shop/trace/posts").json() == []
    odd = owner.get(f"{base}/shop/trace?first=1950-01-01&last=2090-12-31").json()
    assert odd["first"] < odd["last"] < "2090"
    assert owner.get(f"{base}/shop/trace?first=x").status_code == 422
