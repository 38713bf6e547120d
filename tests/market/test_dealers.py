"""The mimic form: where to buy outside, and codes of products by which their users come in."""

import pytest

from qunluo.community.errors import PermissionMissing, RemovedBefore, RulesNotAccepted
from qunluo.community.models import Membership
from qunluo.community.queries import membership_of
from qunluo.market import actions, errors, queries
from qunluo.market.models import ProductCode
from tests.community.makers import publish_rules
from tests.market.makers import events, order, product, shop

pytestmark = [pytest.mark.django_db, pytest.mark.req("T03")]


@pytest.fixture
def mimic(db):
    """A community that leaves the selling to dealers, chosen by invitation."""
    here = shop("dealers", selection="invitation")
    here.kettle = product(here, title="Kettle", stock=None)
    return here


def codes(mimic, count=3):
    return actions.make_codes(actor=mimic.owner, product=mimic.kettle, name="Autumn", count=count)


def register(mimic, who, code, rules=0):
    return actions.register_code(
        actor=who, community=mimic.community, code=code, accepted_rules=rules
    )


def test_a_code_brings_its_user_in_once_and_registers_the_product(mimic):
    batch, (first, second, _third) = codes(mimic)
    made = register(mimic, mimic.stranger, first.lower().replace("-", " "))
    here = membership_of(mimic.stranger, mimic.community)
    assert (here.via, made.used_by) == ("code", mimic.stranger)
    assert register(mimic, mimic.stranger, first).pk == made.pk
    with pytest.raises(errors.CodeNotFound):
        register(mimic, mimic.mei, first)
    register(mimic, mimic.mei, second)
    assert [one.joined for one in _told()] == [True, False]
    (mine,) = queries.own_products(mimic.community, mimic.mei)
    assert mine.batch.product == mimic.kettle
    found = queries.get_batch(mimic.community, batch.uid, viewer=mimic.owner)
    assert (found.used, found.count) == (2, 3)
    assert [one.used_by for one in queries.code_uses(batch)] == [mimic.mei, mimic.stranger]


def _told():
    return [SimpleEvent(one.data["joined"]) for one in events("product_registered")]


class SimpleEvent:
    def __init__(self, joined):
        self.joined = joined


def test_what_does_not_count_says_so_and_uses_nothing_up(mimic):
    batch, (first, second, third) = codes(mimic)
    for wrong in ("", "AAAA-BBBB-CCCC-DDDD", "x" * 500, "\0", "🫖"):
        with pytest.raises(errors.CodeNotFound):
            register(mimic, mimic.stranger, wrong)
    other = shop("dealers")
    with pytest.raises(errors.CodeNotFound):
        actions.register_code(actor=mimic.stranger, community=other.community, code=first)
    publish_rules(mimic.community)
    with pytest.raises(RulesNotAccepted):
        register(mimic, mimic.stranger, first)
    assert not ProductCode.objects.exclude(used_by=None).exists()
    register(mimic, mimic.stranger, first, rules=1)
    Membership.objects.filter(person=mimic.stranger).update(status="removed")
    with pytest.raises(RemovedBefore):
        register(mimic, mimic.stranger, second, rules=1)
    actions.stop_codes(actor=mimic.owner, batch=batch)
    with pytest.raises(errors.CodeNotFound):
        register(mimic, mimic.li, third, rules=1)
    assert ProductCode.objects.exclude(used_by=None).count() == 1


def test_codes_are_kept_as_digests_and_made_by_who_runs_the_shop(mimic):
    batch, made = codes(mimic, 40)
    assert len(set(made)) == 40
    kept = set(batch.codes.values_list("digest", flat=True))
    assert len(kept) == 40
    assert not kept & set(made)
    with pytest.raises(PermissionMissing):
        actions.make_codes(actor=mimic.mei, product=mimic.kettle, name="X", count=1)
    for wrong in ({"count": 0}, {"count": 2_001}, {"name": " "}, {"name": "x" * 81}):
        with pytest.raises(errors.InvalidCodes):
            actions.make_codes(
                actor=mimic.owner, product=mimic.kettle, **{"name": "A", "count": 1, **wrong}
            )


def test_dealers_stand_beside_a_product_and_nothing_is_sold(mimic):
    given = {"actor": mimic.owner, "shop": mimic.shop}
    everywhere = actions.save_dealer(**given, name="Corner shop", url="https://corner.example/")
    kettle = actions.save_dealer(
        **given, name="Pots", url="https://pots.example/kettle", place="Hangzhou",
        product=mimic.kettle,
    )  # fmt: skip
    pan = product(mimic, title="Pan", stock=None)
    assert queries.dealers(mimic.shop, mimic.kettle) == [everywhere, kettle]
    assert queries.dealers(mimic.shop, pan) == [everywhere]
    with pytest.raises(errors.NoCart):
        order(mimic, mimic.mei, mimic.kettle)
    actions.save_dealer(**given, dealer=kettle, name="Pots & pans", url="https://pots.example/")
    assert queries.dealers(mimic.shop, pan)[1].name == "Pots & pans"
    actions.remove_dealer(actor=mimic.owner, dealer=kettle)
    assert queries.dealers(mimic.shop) == [everywhere]
    with pytest.raises(PermissionMissing):
        actions.remove_dealer(actor=mimic.mei, dealer=everywhere)
    with pytest.raises(PermissionMissing):
        actions.save_dealer(actor=mimic.mei, shop=mimic.shop, name="A", url="https://a.example/")


@pytest.mark.parametrize(
    "url",
    ["http://a.example/", "javascript:alert(1)", "https://u:p@a.example/", "", "https://",
     "https://a.example/" + "x" * 300, "ftp://a.example/", "https://a.example/\n@b"],
)  # fmt: skip
def test_an_address_that_is_not_plain_and_secure_is_refused(mimic, url):
    with pytest.raises(errors.InvalidDealer):
        actions.save_dealer(actor=mimic.owner, shop=mimic.shop, name="A", url=url)


def test_a_shop_that_sells_itself_names_no_dealers(db):
    here = shop("everyone")
    actions.save_dealer(actor=here.owner, shop=here.shop, name="A", url="https://a.example/")
    assert queries.dealers(here.shop) == []
