"""After-sales over the API: what may be asked, a complaint to its end, and what is refused."""

import pytest

pytestmark = [pytest.mark.django_db, pytest.mark.req("M15")]


@pytest.fixture
def order(world):
    """The order of the member that was sent, and what it is of."""
    return f"/me/orders/{world.ids['sent_uid']}", world.ids["product_uid"]


def test_a_complaint_goes_to_its_end_and_money_comes_back(door, order):
    mine, product = order
    member, operator = door("member"), door("operator")
    may = member.get(f"{mine}/after-sales").json()
    assert (may["return_until"], may["claims"], may["invoice"]["state"]) == (None, [], "asked")
    assert may["complaint_until"]
    wish = {
        "product_uid": product, "kind": "broken", "words": "Torn", "wants": "refund_part",
        "amount": 300,
    }  # fmt: skip
    made = member.post(f"{mine}/complaints", wish)
    assert made.status_code == 201, made.content
    one = f"/claims/{made.json()['uid']}"
    twice = member.post(f"{mine}/complaints", wish)
    assert (twice.status_code, twice.json()["code"]) == (409, "market.already_claimed")
    offered = operator.post(f"{one}/offer", {"words": "Sorry", "amount": 300}).json()
    assert (offered["state"], offered["offer"]) == ("offered", 300)
    agreed = member.post(f"{one}/agree", {}).json()
    assert (agreed["state"], agreed["paid"]) == ("done", 300)
    assert member.get(mine).json()["refunded"] == 300
    again = member.post(f"{one}/agree", {})
    assert (again.status_code, again.json()["code"]) == (409, "market.claim_moved_on")


def test_what_is_wrong_is_refused_in_words(door, order):
    mine, product = order
    member = door("member")
    wish = {"product_uid": product, "kind": "odd", "words": "Torn", "wants": "answer"}
    assert member.post(f"{mine}/complaints", wish).json()["fields"].keys() == {"kind"}
    other = {**wish, "kind": "broken", "product_uid": "NOTHING"}
    assert member.post(f"{mine}/complaints", other).json()["code"] == "market.product_not_found"
    assert member.post(f"{mine}/returns", {"lines": [], "words": "No"}).status_code == 422
