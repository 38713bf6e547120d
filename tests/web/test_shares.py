"""Harvest shares in the browser: joining, skipping, packing and the desk."""

import pytest
from django.test import Client

from qunluo.kernel.clock import now
from qunluo.kernel.delivery import drain
from qunluo.market import actions
from qunluo.market.models import Entitlement, ShareContract, ShareSeason
from qunluo.people.models import Person
from tests.conversation import makers
from tests.market.makers import product, shop
from tests.market.share_makers import DAY, boxes, hold, point, season

pytestmark = [pytest.mark.django_db, pytest.mark.req("N10")]


@pytest.fixture
def here(db):
    return shop()


@pytest.fixture
def clock(travel):
    with travel(now()) as moved:
        yield moved


def browser(who=None):
    made = Client(headers={"Accept-Language": "en"})
    if who:
        Person.objects.filter(pk=who.pk).update(language="en")
        made.force_login(who, backend="django.contrib.auth.backends.ModelBackend")
    return made


def at(here, rest=""):
    return f"/c/{here.community.slug}/shares/{rest}"


def desk(here, rest=""):
    return f"/c/{here.community.slug}/desk/shares/{rest}"


def test_somebody_subscribes_and_goes_on_to_pay(here):
    spring = season(here)
    mei = browser(here.mei)
    page = mei.get(at(here, f"{spring.uid}/")).text
    assert "We share what the field gives." in page
    path = at(here, f"{spring.uid}/join/")
    assert mei.get(path).status_code == 200
    wish = {"size": spring.size.pk, "depot": spring.depot.pk, "parts": 2}
    assert mei.post(path, wish).status_code == 422
    answer = mei.post(path, {**wish, "signed": "Mei"})
    contract = ShareContract.objects.get()
    order = contract.instalments.get(number=1).order
    assert answer.url == f"/c/{here.community.slug}/orders/{order.uid}/"
    assert "My shares" in mei.get(answer.url).text
    assert mei.get(path).url == at(here, f"mine/{contract.uid}/")
    assert browser(here.li).get(at(here, f"mine/{contract.uid}/")).status_code == 404
    assert spring.title in mei.get(at(here)).text


def test_who_finds_a_full_depot_waits_in_its_queue(here):
    spring = season(here, room=1)
    hold(here, spring, here.mei)
    li = browser(here.li)
    wish = {"size": spring.size.pk, "depot": spring.depot.pk, "parts": 1, "signed": "Li"}
    answer = li.post(at(here, f"{spring.uid}/join/"), {**wish, "wait": "on"}, follow=True)
    assert "number 1 in the queue" in answer.text


def test_one_skips_moves_and_pays_on_the_page_of_a_share(here, clock):
    spring = season(here, points=("Mill", "Church"))
    church = spring.depots.get(point__name="Church")
    contract = hold(here, spring, here.mei, parts=2)
    one, two = boxes(contract)[:2]
    mei, path = browser(here.mei), at(here, f"mine/{contract.uid}/")
    act = f"{path}act/"
    assert contract.code in mei.get(path).text
    mei.post(act, {"act": "skip", "box": one.delivery_id})
    mei.post(act, {"act": "move", "box": two.delivery_id, "place": f"{one.handed_id}:{church.pk}"})
    assert [one.state for one in boxes(contract)][:2] == ["skipped", "moved"]
    assert "odd" not in mei.post(act, {"act": "odd"}, follow=True).text
    assert "no such share" in mei.post(act, {"act": "skip", "box": 2**40}, follow=True).text
    clock.move_to(contract.instalments.get(number=2).due_at)
    actions.bill_due_instalments()
    answer = mei.post(act, {"act": "pay", "part": 2})
    assert "/orders/" in answer.url
    rise = actions.propose_rise(
        actor=here.owner, season=spring, variant=spring.size, for_box=300, reason="Hail",
        answer_by=now() + DAY,
    )  # fmt: skip
    assert "Hail" in mei.get(path).text
    assert "/orders/" in mei.post(act, {"act": "agree", "rise": rise.pk}).url
    mei.post(act, {"act": "cancel"})
    contract.refresh_from_db()
    assert contract.state == "cancelled"


def test_the_desk_plans_a_season_packs_and_hands_out(here, clock):
    owner = browser(here.owner)
    assert "Plan a season" in owner.get(desk(here)).text
    answer = owner.post(desk(here, "add/"), {"title": "Vegetables"})
    assert "/products/" in answer.url
    made, spot = product(here, gives="share", title="Share", stock=None), point(here)
    first = (now() + 7 * DAY).date()
    wish = {
        "product": made.pk, "title": "Spring", "risk": "Together.", "first": first,
        "last": first + 20 * DAY, "weekdays": [first.weekday()], "starts": "16:00",
        "cutoff_hours": 48, f"room{spot.pk}": 3, "absences": 1, "skip_gives": "pool",
        "instalments": "1、3", "grace_days": 7, "tag": "#田间",
    }  # fmt: skip
    assert owner.post(desk(here, "start/"), {**wish, "weekdays": []}).status_code == 422
    answer = owner.post(desk(here, "start/"), wish)
    spring = ShareSeason.objects.get()
    assert answer.url == desk(here, f"{spring.uid}/")
    assert (spring.instalments, spring.tag, spring.deliveries.count()) == ([1, 3], "田间", 3)
    spring.size, spring.depot = made.variants.get(), spring.depots.get()
    contract = hold(here, spring, here.mei)
    delivery = spring.deliveries.order_by("day").first()
    path = desk(here, f"{spring.uid}/boxes/{delivery.pk}/")
    fill = {"contents": "Peas, 1 kg\nLeeks", "note": "Eat soon"}
    assert owner.post(f"{path}fill/", fill).status_code == 302
    clock.move_to(delivery.cut_off_at)
    assert owner.post(f"{path}fill/", {"contents": "Leeks"}).status_code == 422
    owner.post(f"{path}fill/", {"contents": "Leeks", "less": "Frost"})
    public = browser().get(at(here, f"{spring.uid}/boxes/{delivery.pk}/")).text
    assert "Frost" in public
    assert "Peas" in public
    assert "Mei" in owner.get(path).text
    owner.post(f"{path}pack/", {"act": "pack"})
    assert "Mei" in owner.get(f"{path}list.csv").text
    owner.post(f"{path}pack/", {"act": "hand", "code": "wrong"})
    owner.post(f"{path}pack/", {"act": "hand", "code": contract.code})
    assert Entitlement.objects.filter(contract=contract, state="picked").count() == 1
    season_path = desk(here, f"{spring.uid}/")
    assert "Mei" in owner.get(season_path).text
    act = f"{season_path}act/"
    owner.post(act, {"act": "depot", "depot": spring.depot.pk, "capacity": 9})
    spring.depot.refresh_from_db()
    assert spring.depot.capacity == 9
    owner.post(act, {"act": "rise", "for_box": "3", "reason": "Hail", "days": "7"})
    assert "Hail" in owner.get(season_path).text
    owner.post(act, {"act": "edit", "title": "Early spring", "tag": "#field"})
    owner.post(act, {"act": "close"})
    spring.refresh_from_db()
    assert spring.closed_at
    assert (spring.title, spring.tag) == ("Early spring", "field")
    assert browser(here.mei).get(season_path).status_code == 403


def test_news_from_the_field_stand_on_the_page_of_a_season(here):
    spring = season(here, tag="field")
    square = makers.space(here.community, visibility="public")
    makers.thread(here.owner, square, title="Frost", source="It froze. #field")
    drain()
    page = browser(here.mei).get(at(here, f"{spring.uid}/")).text
    assert "Frost" in page
    assert "topics/field/" in page


def test_a_share_leads_from_its_product_to_its_seasons(here):
    spring = season(here)
    page = browser(here.mei).get(f"/c/{here.community.slug}/shop/p/{spring.product.uid}/").text
    assert at(here) in page
    assert "Into the cart" not in page
    assert at(here) in browser().get(f"/c/{here.community.slug}/shop/").text


def test_terms_change_at_the_desk_and_who_read_the_old_ones_reads_them_again(here, clock):
    spring = season(here)
    owner, mei = browser(here.owner), browser(here.mei)
    path, join = desk(here, f"{spring.uid}/terms/"), at(here, f"{spring.uid}/join/")
    page = owner.get(path).text
    assert 'name="first"' in page
    assert f'href="{path}"' in owner.get(desk(here, f"{spring.uid}/")).text
    given = {
        "risk": "Hail is shared.", "absences": 1, "skip_gives": "credit", "instalments": "1, 4",
        "lead_days": 7, "grace_days": 7, "claim_hours": 48,
        "opens_at": f"{spring.opens_at:%Y-%m-%dT%H:%M}",
    }  # fmt: skip
    days = {
        "first": spring.first, "last": spring.last, "weekdays": spring.weekdays, "starts": "16:00",
        "cutoff_hours": 48,
    }  # fmt: skip
    wish = {"size": spring.size.pk, "depot": spring.depot.pk, "parts": 1, "signed": "Mei"}
    wish |= {"terms": spring.terms, f"price{spring.size.pk}": 8_000}
    assert owner.post(path, given).status_code == 422  # without its days
    assert owner.post(path, {**given, **days}).status_code == 302
    spring.refresh_from_db()
    assert (spring.risk, spring.terms, spring.refunds) == ("Hail is shared.", 2, False)
    refused = mei.post(join, wish)
    assert refused.status_code == 422
    assert "Read them again" in refused.text
    assert 'name="terms" value="2"' in refused.text
    assert mei.post(join, {**wish, f"price{spring.size.pk}": 1, "terms": 2}).status_code == 422
    assert mei.post(join, {**wish, "terms": 2}).status_code == 302
    page = owner.get(path).text
    assert 'name="first"' not in page
    assert "its days stay" in page
    assert owner.post(path, {**given, "absences": 3}).status_code == 302
    assert ShareContract.objects.get().absences == 1
    assert ShareSeason.objects.get().terms == 3


def test_saving_terms_as_they_are_changes_nothing(here, clock):
    spring = season(here)
    page = browser(here.owner).get(desk(here, f"{spring.uid}/terms/"))
    given = {
        "risk": spring.risk, "absences": 2, "skip_gives": "pool", "instalments": "1, 2",
        "lead_days": 7, "grace_days": 7, "claim_hours": 48, "first": spring.first,
        "last": spring.last, "weekdays": spring.weekdays, "starts": "16:00", "cutoff_hours": 48,
        "opens_at": page.text.partition('name="opens_at"')[2].partition('value="')[2][:16],
    }  # fmt: skip
    answer = browser(here.owner).post(desk(here, f"{spring.uid}/terms/"), given)
    assert answer.status_code == 302
    spring.refresh_from_db()
    assert spring.terms == 1
