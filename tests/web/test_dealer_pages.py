"""Pages of the mimic form: where to buy, codes that bring somebody in, and what they registered."""

import re

import pytest
from django.test import Client

from qunluo.community.queries import membership_of
from qunluo.market import actions
from qunluo.market.models import CodeBatch, Dealer, ProductCode
from tests.community.makers import publish_rules
from tests.market.makers import product, shop

pytestmark = [pytest.mark.django_db, pytest.mark.req("T03")]


@pytest.fixture
def mimic(db):
    """A community with dealers, rules and a product."""
    here = shop("dealers", selection="invitation", language="en")
    publish_rules(here.community)
    here.kettle = product(here, title="Kettle", stock=None)
    here.base = f"/c/{here.community.slug}"
    return here


def browser(who=None):
    if who:
        who.language = "en"
        who.save(update_fields=["language"])
    client = Client(headers={"accept-language": "en"})
    if who:
        client.force_login(who, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_codes_come_as_a_table_once_and_bring_a_stranger_in(mimic):
    desk = browser(mimic.owner)
    said = {"product": mimic.kettle.uid, "name": "Autumn", "count": 2}
    table = desk.post(f"{mimic.base}/desk/codes/", said)
    assert table["Content-Type"].startswith("text/csv")
    assert table["Cache-Control"] == "no-store"
    rows = table.content.decode("utf-8-sig").splitlines()
    code, address = rows[1].split(",")
    assert address.endswith(f"{mimic.base}/code/{code}/")
    assert code not in desk.get(f"{mimic.base}/desk/codes/").text
    path = f"{mimic.base}/code/{code}/"
    stranger = browser()
    page = stranger.get(path).text
    assert "Kettle" in page
    assert f"/accounts/signup/?next={path}" in page
    newcomer = browser(mimic.stranger)
    assert f'value="{code}"' in newcomer.get(path).text
    missing = newcomer.post(f"{mimic.base}/code/", {"code": code})
    assert missing.status_code == 422
    done = newcomer.post(f"{mimic.base}/code/", {"code": code, "accepted_rules": "on"})
    assert done.status_code == 302
    assert membership_of(mimic.stranger, mimic.community).via == "code"
    assert "Kettle" in newcomer.get(done["Location"]).text
    assert "has been used" in browser(mimic.mei).get(path).text
    assert browser(mimic.mei).get(f"{mimic.base}/code/AAAA-BBBB/").status_code == 404
    again = browser(mimic.mei).post(f"{mimic.base}/code/", {"code": code})
    assert again.status_code == 422


def test_codes_cannot_be_guessed_without_end(mimic, settings, monkeypatch):
    monkeypatch.delenv("QUNLUO_NO_RATE_LIMITS", raising=False)
    member = browser(mimic.mei)
    tries = [member.post(f"{mimic.base}/code/", {"code": "AAAA"}).status_code for _ in range(12)]
    assert tries[0] == 422
    assert tries[-1] == 429


def test_codes_cannot_be_guessed_by_many_accounts_of_one_address(mimic, monkeypatch):
    monkeypatch.delenv("QUNLUO_NO_RATE_LIMITS", raising=False)
    looker = browser()
    looks = [looker.get(f"{mimic.base}/code/AAAA-{n:04}/").status_code for n in range(21)]
    assert (looks[0], looks[-1]) == (404, 429)
    refused = browser(mimic.mei).post(f"{mimic.base}/code/", {"code": "AAAA"})
    assert (refused.status_code, "Retry-After" in refused.headers) == (429, True)
    _batch, codes = actions.make_codes(
        actor=mimic.owner, product=mimic.kettle, name="Autumn", count=1
    )
    assert browser(mimic.mei).get(f"{mimic.base}/code/{codes[0]}/").status_code == 200


def test_a_form_sent_twice_makes_codes_once_and_hands_over_the_same(mimic):
    desk, path = browser(mimic.owner), f"{mimic.base}/desk/codes/"
    said = {"product": mimic.kettle.uid, "name": "Autumn", "count": 3, "once": "k" * 24}
    first, again = desk.post(path, said), desk.post(path, said)
    assert first.content == again.content
    assert CodeBatch.objects.count() == 1
    assert desk.post(path, {**said, "count": 2}).content != first.content
    assert desk.post(path, {**said, "once": "j" * 24}).content != first.content
    assert CodeBatch.objects.count() == 3
    assert ProductCode.objects.values("digest").distinct().count() == 8


def test_a_dealer_is_changed_at_the_desk(mimic):
    desk = browser(mimic.owner)
    made = actions.save_dealer(
        actor=mimic.owner, shop=mimic.shop, name="Pots", url="https://pots.example/",
        product=mimic.kettle,
    )  # fmt: skip
    path = f"{mimic.base}/desk/dealers/{made.pk}/"
    assert path in desk.get(f"{mimic.base}/desk/dealers/").text
    assert 'value="https://pots.example/"' in desk.get(path).text
    wrong = desk.post(path, {"name": "Pans", "url": "http://pans.example/"})
    assert wrong.status_code == 422
    assert desk.post(path, {"name": "Pans", "url": "https://pans.example/"}).status_code == 302
    made.refresh_from_db()
    assert (made.name, made.product) == ("Pans", None)
    assert Dealer.objects.count() == 1
    other = shop("dealers", language="en")
    assert (
        browser(other.owner).get(f"/c/{other.community.slug}/desk/dealers/{made.pk}/").status_code
        == 404
    )


def test_dealers_stand_in_the_place_of_the_cart(mimic):
    given = {"actor": mimic.owner, "shop": mimic.shop}
    actions.save_dealer(**given, name="Corner <b>", url="https://corner.example/?a=1&b=2")
    page = browser(mimic.mei).get(f"{mimic.base}/shop/p/{mimic.kettle.uid}/").text
    assert "Corner &lt;b&gt;" in page
    assert 'rel="nofollow noopener external"' in page
    assert "/cart/" not in page
    assert "Where to buy" in browser(mimic.mei).get(f"{mimic.base}/shop/").text


def test_a_dealer_is_added_and_removed_at_the_desk(mimic):
    desk = browser(mimic.owner)
    wrong = desk.post(f"{mimic.base}/desk/dealers/", {"name": "A", "url": "http://a.example/"})
    assert wrong.status_code == 422
    assert "https://" in wrong.text
    said = {"name": "Pots", "url": "https://pots.example/", "product": mimic.kettle.uid}
    assert desk.post(f"{mimic.base}/desk/dealers/", said).status_code == 302
    page = desk.get(f"{mimic.base}/desk/dealers/").text
    assert "Pots" in page
    (number,) = re.findall(r"/desk/dealers/(\d+)/remove/", page)
    assert desk.post(f"{mimic.base}/desk/dealers/{number}/remove/").status_code == 302
    assert "Pots" not in desk.get(f"{mimic.base}/desk/dealers/").text


def test_a_batch_tells_who_used_it_and_can_be_stopped(mimic):
    batch, codes = actions.make_codes(
        actor=mimic.owner, product=mimic.kettle, name="Autumn", count=3
    )
    actions.register_code(actor=mimic.mei, community=mimic.community, code=codes[0])
    desk, path = browser(mimic.owner), f"{mimic.base}/desk/codes/{batch.uid}/"
    assert "Mei" in desk.get(path).text
    assert desk.post(path).status_code == 302
    assert "count no more" in desk.get(path).text
    assert browser(mimic.mei).get(path).status_code == 403


def test_dealers_and_codes_are_found_though_the_shop_never_opens(mimic):
    here = mimic.community
    shop_of = f'href="{mimic.base}/shop/"'
    assert shop_of not in browser(mimic.mei).get(f"{mimic.base}/").text
    here.modules = [*here.modules, "codes"]
    here.save(update_fields=["modules"])
    assert shop_of in browser(mimic.mei).get(f"{mimic.base}/").text
    page = browser(mimic.owner).get(f"{mimic.base}/desk/shop/").text
    assert f"{mimic.base}/desk/dealers/" in page
    assert f"{mimic.base}/desk/coupons/" not in page
    tab = browser(mimic.owner).get(f"{mimic.base}/desk/codes/").text
    assert re.search(rf'href="{mimic.base}/desk/shop/"[^>]*aria-current="page"', tab)
