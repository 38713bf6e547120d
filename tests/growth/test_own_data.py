"""What growth holds about a person leaves with them (caution 14)."""

import pytest

from qunluo.community.queries import get_membership
from qunluo.growth import actions
from qunluo.growth.models import Customer, Invitation
from qunluo.people.actions import erase_person
from qunluo.people.ports import own_data
from tests.growth import makers

pytestmark = [pytest.mark.django_db, pytest.mark.req("V10", "O09", "M11")]


@pytest.fixture
def mei():
    farm = makers.community()
    makers.imported(farm, "会员号,姓名,日期,金额\nA1,阿梅,2024-01-02,9.90\n")
    person = makers.member(farm, "阿梅")
    actions.match_customer(
        actor=farm.owner, customer=Customer.objects.get(), membership=get_membership(person, farm)
    )
    actions.create_invitation(actor=person, community=farm, note="给小王")
    return person


def documents(person):
    return next(room for room in own_data if room.room == "growth").export(person)


def test_a_person_gets_their_purchases_and_invitations(mei):
    told = documents(mei)
    assert told["customers"][0]["orders"][0]["amount_minor"] == 990
    assert told["invitations_made"][0]["note"] == "给小王"


def test_an_erased_person_leaves_no_customer_record_and_no_live_invitation(mei):
    erase_person(actor=mei)
    assert not Customer.objects.exists()
    assert not Invitation.objects.filter(revoked_at=None).exists()
    assert Invitation.objects.get().note == ""
