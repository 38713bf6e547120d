"""Founding with a second owner, and pledges for the change that is wanted."""

from datetime import timedelta

import pytest

from qunluo.community import actions, queries
from qunluo.community.errors import MembersOnly, OfferGone, OfferOwn, PledgeNotOffered
from qunluo.kernel.clock import now
from qunluo.kernel.errors import Invalid
from tests.community.charter.makers import founder, fresh, member, save

pytestmark = pytest.mark.django_db
TERMS = "采薇管运营，立春管地，收益五五分。"


def offered(community):
    return actions.offer_cofounding(
        actor=community.owner, community=community, terms=TERMS, share_percent=50
    )


@pytest.mark.req("F15")
def test_two_owners_share_one_charter_on_agreed_terms():
    community, second = fresh("T14"), founder("采薇")
    offer = offered(community)
    assert queries.cofounding_offer(offer.code).terms == TERMS
    actions.accept_cofounding(actor=second, code=offer.code, accepted_rules=1)
    for owner in (community.owner, second):
        assert "owner" in queries.standing(owner, community).roles
        actions.save_charter_step(
            actor=owner, community=community, step="intention", values={"intention": owner.name}
        )
    assert queries.cofounding_offers(community, second)[0].accepted_by == second


@pytest.mark.req("F15")
def test_an_offer_is_used_once_and_not_by_its_maker():
    community = fresh("T14")
    offer = offered(community)
    with pytest.raises(OfferOwn):
        actions.accept_cofounding(actor=community.owner, code=offer.code, accepted_rules=1)
    actions.accept_cofounding(actor=founder(), code=offer.code, accepted_rules=1)
    late = founder()
    with pytest.raises(OfferGone):
        actions.accept_cofounding(actor=late, code=offer.code, accepted_rules=1)
    assert queries.membership_of(late, community) is None


def test_an_offer_expires_or_is_taken_back(travel):
    community = fresh("T14")
    expired, withdrawn = offered(community), offered(community)
    actions.withdraw_cofounding(actor=community.owner, offer=withdrawn)
    with pytest.raises(OfferGone):
        actions.accept_cofounding(actor=founder(), code=withdrawn.code, accepted_rules=1)
    with travel(now() + timedelta(days=15)), pytest.raises(OfferGone):
        actions.accept_cofounding(actor=founder(), code=expired.code, accepted_rules=1)
    with pytest.raises(OfferGone):
        actions.accept_cofounding(actor=founder(), code="guess", accepted_rules=1)


def test_an_owner_who_left_the_office_cannot_give_it_away():
    community, second = fresh("T14"), founder()
    offer = offered(community)
    actions.accept_cofounding(actor=second, code=offered(community).code, accepted_rules=1)
    held = queries.holders(community, ["owner"]).get(person=community.owner)
    actions.revoke_grant(actor=second, grant=held, reason="约定到期")
    with pytest.raises(OfferGone):
        actions.accept_cofounding(actor=founder(), code=offer.code, accepted_rules=1)


@pytest.mark.parametrize(("terms", "share"), [("短", 50), (TERMS, 101), (TERMS, -1)])
def test_terms_are_written_down_and_a_share_is_a_percentage(terms, share):
    community = fresh("T14")
    with pytest.raises(Invalid):
        actions.offer_cofounding(
            actor=community.owner, community=community, terms=terms, share_percent=share
        )


@pytest.mark.django_db(transaction=True)
def test_two_who_hold_the_link_become_one_owner(race):
    community = fresh("T14")
    offer, people = offered(community), [founder(), founder()]
    outcome = race(
        2,
        lambda n: actions.accept_cofounding(
            actor=people[n], code=offer.code, accepted_rules=1
        ),
    )  # fmt: skip
    assert outcome.winners == 1
    assert queries.holders(community, ["owner"]).count() == 2


def with_change():
    community = fresh("T14")
    save(
        community,
        "change",
        statement="三年之后，这条溪能喝。",
        acts=["捡起的垃圾（袋）", "出的工（小时）"],
    )
    return community


@pytest.mark.req("F21")
def test_pledges_are_counted_by_act():
    community = with_change()
    for name, action, count in (
        ("甲", "出的工（小时）", 3),
        ("乙", "出的工（小时）", 4),
        ("丙", "捡起的垃圾（袋）", 2),
    ):
        actions.pledge(
            actor=member(community, name), community=community, action=action, count=count
        )
    change = queries.change_wanted(community)
    assert [(p.action, p.people, p.total) for p in change.pledged] == [
        ("出的工（小时）", 2, 7), ("捡起的垃圾（袋）", 1, 2),
    ]  # fmt: skip
    assert change.people == 3


@pytest.mark.req("F21")
def test_a_new_pledge_replaces_the_old_one_and_can_be_taken_back():
    community = with_change()
    who = member(community)
    actions.pledge(actor=who, community=community, action="出的工（小时）", count=3)
    actions.pledge(actor=who, community=community, action="捡起的垃圾（袋）", count=9)
    assert queries.change_wanted(community).people == 1
    assert queries.pledge_of(who, community).count == 9
    actions.withdraw_pledge(actor=who, community=community)
    assert queries.pledge_of(who, community) is None


def test_only_members_pledge_only_what_is_offered():
    community = with_change()
    who = member(community)
    with pytest.raises(MembersOnly):
        actions.pledge(actor=founder(), community=community, action="出的工（小时）", count=1)
    for action, count in (("别的", 1), ("出的工（小时）", 0), ("出的工（小时）", 10**9)):
        with pytest.raises(Invalid):
            actions.pledge(actor=who, community=community, action=action, count=count)
    plain = fresh("T01")
    with pytest.raises(PledgeNotOffered):
        actions.pledge(actor=plain.owner, community=plain, action="x", count=1)
