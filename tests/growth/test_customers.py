"""Customers: invited, recognised, reactivated, looked after, and left in peace (M11, M12)."""

from datetime import timedelta

import pytest

from qunluo.community.errors import PermissionMissing
from qunluo.community.queries import get_membership
from qunluo.growth import actions, errors, queries
from qunluo.growth.models import Customer, Invitation
from qunluo.kernel.clock import now
from qunluo.kernel.delivery import drain
from qunluo.kernel.errors import Invalid
from qunluo.kernel.money import Money
from qunluo.people.actions import register_person
from qunluo.reach.actions import suppress
from qunluo.reach.models import Delivery
from tests.growth import makers

pytestmark = [pytest.mark.django_db, pytest.mark.req("M11")]
WORDS = {"subject": "好久不见", "text": "您好 {name}，我们建了一个社群，想请您回来看看。"}


@pytest.fixture
def farm():
    return makers.community(selection="invitation")


def ago(days):
    return (now() - timedelta(days=days)).strftime("%Y-%m-%d")


def listed(farm):
    """Two who lie still, one who buys; one of each can be written to."""
    makers.imported(
        farm,
        "会员号,姓名,邮箱,手机,同意,最近购买,累计消费\n"
        f"A1,老张,zhang@example.cn,,是,{ago(400)},900\n"
        f"A2,老李,,13900139000,是,{ago(200)},800\n"
        f"A3,小王,wang@example.cn,,否,{ago(10)},700\n"
        f"A4,小陈,chen@example.cn,,,{ago(300)},600\n",
    )


def invite(farm, **said):
    return actions.invite_customers(
        actor=farm.owner, community=farm, **{"filters": {}, **WORDS, **said}
    )


def one(farm, external_id):
    return Customer.objects.get(community=farm, external_id=external_id)


def test_states_are_counted_and_listed(farm):
    listed(farm)
    told = queries.customer_summary(farm, viewer=farm.owner)
    assert (told.total, told.buying, told.dormant, told.members) == (4, 1, 3, 0)
    found = queries.customers(farm, viewer=farm.owner, filters={"state": "dormant"})
    assert [customer.name for customer in found.items] == ["老张", "老李", "小陈"]


def test_only_who_agreed_and_has_an_address_is_written_to(farm):
    listed(farm)
    batch = invite(farm)
    assert (batch.total, batch.sent) == (1, 1)
    assert batch.left_out == {"no_email": 1, "no_consent": 2}
    mail = Delivery.objects.get(kind="invitation")
    assert mail.to == "zhang@example.cn"
    assert "老张" in mail.context["text"]


def test_by_links_everybody_who_did_not_unsubscribe_gets_a_code(farm):
    listed(farm)
    actions.unsubscribe_customer(customer=one(farm, "A4"))
    batch = invite(farm, way="link")
    assert batch.total == 3
    codes = Invitation.objects.filter(batch=batch).values_list("code", flat=True)
    assert len(set(codes)) == 3


def test_when_nobody_can_be_invited_it_says_so(farm):
    listed(farm)
    with pytest.raises(errors.NobodyToInvite):
        invite(farm, filters={"state": "buying"})
    with pytest.raises(Invalid):
        invite(farm, subject="", text="")


def test_a_second_invitation_keeps_the_code_of_the_first(farm):
    listed(farm)
    invite(farm)
    first = Invitation.objects.get(customer=one(farm, "A1")).code
    invite(farm)
    assert Invitation.objects.get(customer=one(farm, "A1")).code == first
    assert one(farm, "A1").invites_sent == 2


def test_who_joins_by_their_code_is_recognised_and_counts_as_reactivated(farm):
    listed(farm)
    invite(farm, way="link", filters={"state": "dormant"})
    person = makers.person("张先生")
    code = Invitation.objects.get(customer=one(farm, "A1")).code
    joined = actions.accept_invitation(actor=person, code=code)
    customer = one(farm, "A1")
    assert (customer.person, customer.matched_by, joined.via) == (person, "code", "import")
    told = queries.reactivation(farm)
    assert (told.returned, told.invited, told.rate) == (1, 3, 1 / 3)
    assert queries.customer_summary(farm, viewer=farm.owner).returned == 1
    assert queries.reactivated_lately(farm, viewer=farm.owner) == [customer]


def test_who_joins_by_another_way_is_recognised_by_a_proven_address(farm):
    listed(farm)
    person = register_person(name="张先生", email="ZHANG@example.cn")
    made = actions.create_invitation(actor=farm.owner, community=farm)
    actions.accept_invitation(actor=person, code=made.code)
    assert one(farm, "A1").matched_by == "email"


def test_the_reaction_recognises_members_who_came_without_growth(farm):
    person = register_person(name="张先生", email="zhang@example.cn")
    makers.member(farm, who=person)
    listed(farm)
    assert one(farm, "A1").person is None
    drain()
    assert one(farm, "A1").person == person


def test_nobody_becomes_a_customer_by_claiming_an_address(farm):
    listed(farm)
    stranger = makers.person("Mallory")
    makers.member(farm, who=stranger)
    drain()
    assert not Customer.objects.filter(person=stranger).exists()


def test_a_member_is_one_customer_at_most(farm):
    listed(farm)
    person = makers.member(farm)
    here = get_membership(person, farm)
    actions.match_customer(actor=farm.owner, customer=one(farm, "A1"), membership=here)
    with pytest.raises(errors.AlreadyMatched):
        actions.match_customer(actor=farm.owner, customer=one(farm, "A2"), membership=here)
    actions.match_customer(actor=farm.owner, customer=one(farm, "A1"), membership=None)
    assert one(farm, "A1").person is None


def test_buying_again_after_an_invitation_counts_as_reactivated_too(farm, travel):
    listed(farm)
    invite(farm, way="link", filters={"state": "dormant"})
    with travel(now() + timedelta(days=3)):
        actions.add_past_order(
            actor=farm.owner, customer=one(farm, "A2"), amount=Money(5000, "CNY"), item="草莓"
        )
        assert one(farm, "A2").returned_at is not None
        makers.imported(farm, f"会员号,日期,金额\nA4,{now():%Y-%m-%d},10\n")
    assert one(farm, "A4").returned_at is not None
    assert queries.reactivation(farm).returned == 2


def test_unsubscribing_by_the_link_in_the_mail_shows_on_the_record(farm):
    listed(farm)
    suppress(address="zhang@example.cn", community_id=farm.pk)
    drain()
    assert one(farm, "A1").unsubscribed_at is not None
    with pytest.raises(errors.NobodyToInvite):
        invite(farm)


@pytest.mark.req("M12")
def test_every_customer_gets_a_host_and_hosts_see_their_own(farm):
    listed(farm)
    hosts = [makers.member(farm, f"H{i}", role="host") for i in range(2)]
    shares = actions.spread_customers(actor=farm.owner, community=farm)
    assert sorted(shares.values()) == [1, 1, 2]
    assert queries.customer_summary(farm, viewer=farm.owner).hostless == 0
    own = queries.customers(farm, viewer=hosts[1]).items
    assert [customer.host for customer in own] == [hosts[1]]
    other = Customer.objects.exclude(host=hosts[1]).first()
    with pytest.raises(errors.CustomerNotFound):
        queries.get_customer(farm, other.pk, viewer=hosts[1])


@pytest.mark.req("M12")
def test_an_order_from_a_chat_is_put_down_by_hand(farm):
    mei = makers.customer(farm, name="阿梅", phone="13800138000")
    actions.add_past_order(actor=farm.owner, customer=mei, amount=Money(1200, "CNY"), item="番茄")
    actions.add_past_order(actor=farm.owner, customer=mei, amount=Money(1200, "CNY"), item="番茄")
    mei.refresh_from_db()
    assert (mei.orders_count, mei.amount_minor, mei.phone) == (2, 2400, "+8613800138000")


def test_members_do_not_see_customers(farm):
    listed(farm)
    mei = makers.member(farm)
    for look in (
        lambda: queries.customers(farm, viewer=mei),
        lambda: queries.customer_summary(farm, viewer=mei),
        lambda: queries.get_customer(farm, one(farm, "A1").pk, viewer=mei),
    ):
        with pytest.raises(PermissionMissing):
            look()


def test_the_record_shows_purchases_and_life_in_the_community_together(farm):
    makers.imported(farm, "会员号,日期,金额\nA1,2024-01-02,10\nA1,2024-02-02,20\n")
    person = makers.member(farm)
    actions.match_customer(
        actor=farm.owner, customer=one(farm, "A1"), membership=get_membership(person, farm)
    )
    record = queries.customer_record(farm, one(farm, "A1").pk, viewer=farm.owner)
    assert [order.amount_minor for order in record.orders] == [2000, 1000]
    assert any(moment.name == "community.member_joined" for moment in record.moments)
    assert record.spent == Money(3000, "CNY")


def test_filters_find_by_name_number_phone_tag_and_host(farm):
    listed(farm)
    actions.tag_customers(
        actor=farm.owner, community=farm, filters={"state": "dormant"}, tag="想念"
    )
    for filters, names in (
        ({"q": "老张"}, ["老张"]),
        ({"q": "a2"}, ["老李"]),
        ({"q": "9000"}, ["老李"]),
        ({"tag": "想念"}, ["老张", "老李", "小陈"]),
        ({"host": "none", "state": "buying"}, ["小王"]),
        ({"reachable": "1"}, ["老张"]),
    ):
        found = queries.customers(farm, viewer=farm.owner, filters=filters).items
        assert [customer.name for customer in found] == names, filters


def test_a_correction_is_read_like_an_import(farm):
    mei = makers.customer(farm, name="阿梅")
    actions.edit_customer(
        actor=farm.owner, customer=mei, phone="139 0013 9000", consent="no", consent_source="电话"
    )
    mei.refresh_from_db()
    assert (mei.phone, mei.consent, mei.consent_source) == ("+8613900139000", "refused", "电话")
    with pytest.raises(Invalid) as refused:
        actions.edit_customer(actor=farm.owner, customer=mei, email="no address")
    assert "email" in refused.value.fields


@pytest.mark.req("M12")
def test_a_customer_keeps_something_to_be_known_by(farm):
    zhao = actions.add_customer(actor=farm.owner, community=farm, name="Zhao", phone="13800138000")
    for said in ({"name": "", "phone": ""}, {"name": " ", "phone": " ", "email": ""}):
        with pytest.raises(Invalid) as refused:
            actions.edit_customer(actor=farm.owner, customer=zhao, **said)
        assert set(refused.value.fields) == {"name"}
    zhao.refresh_from_db()
    assert (zhao.name, zhao.phone) == ("Zhao", "+8613800138000")
    actions.edit_customer(actor=farm.owner, customer=zhao, name="")
    actions.edit_customer(actor=farm.owner, customer=zhao, phone="", email="zhao@example.cn")
    with pytest.raises(Invalid):
        actions.edit_customer(actor=farm.owner, customer=zhao, email="")


def test_a_customer_number_is_enough_to_be_known_by(farm):
    listed(farm)
    li = one(farm, "A2")
    actions.edit_customer(actor=farm.owner, customer=li, name="", phone="", email="")
    assert one(farm, "A2").name == ""


@pytest.mark.django_db(transaction=True)
def test_two_corrections_at_once_leave_something_to_be_known_by(race):
    farm = makers.community(selection="invitation")
    zhao = actions.add_customer(actor=farm.owner, community=farm, name="Zhao", phone="13800138000")
    stale = [Customer.objects.get(pk=zhao.pk) for _tab in range(2)]
    halves = [{"name": ""}, {"phone": ""}]
    outcome = race(
        2, lambda n: actions.edit_customer(actor=farm.owner, customer=stale[n], **halves[n])
    )
    assert (outcome.winners, [type(error) for error in outcome.errors]) == (1, [Invalid])
