"""The first hundred: contact by contact, and no seat 101 (F23)."""

import pytest
from django.db import IntegrityError, transaction

from qunluo.community.errors import PermissionMissing
from qunluo.community.models import Grant
from qunluo.growth import actions, errors, queries
from qunluo.growth.models import FoundingContact
from qunluo.kernel.clock import now
from qunluo.kernel.errors import Invalid
from tests.growth import makers

pytestmark = pytest.mark.req("F23")


@pytest.fixture
def farm(db):
    return makers.community(selection="invitation")


def contact(farm, name="阿梅", **said):
    return actions.add_contact(
        actor=farm.owner, community=farm, name=name, why="她种了二十年草莓", **said
    )


def fill(farm, seats, kind="founding"):
    FoundingContact.objects.bulk_create(
        FoundingContact(
            community=farm, list=kind, name=f"N{seat}", why="x", seat=seat, added_at=now()
        )
        for seat in seats
    )


def test_a_contact_is_reached_invited_and_seated_with_a_permanent_badge(farm):
    mei = contact(farm, contact="微信 amei")
    actions.log_outreach(
        actor=farm.owner, contact=mei, outcome="talked", channel="微信", text="想来"
    )
    invitation = actions.invite_contact(actor=farm.owner, contact=mei)
    assert actions.invite_contact(actor=farm.owner, contact=mei) == invitation
    person = makers.person("阿梅")
    actions.accept_invitation(actor=person, code=invitation.code)
    mei.refresh_from_db()
    assert (mei.seat, mei.person) == (1, person)
    badge = Grant.objects.get(person=person, kind="badge")
    assert (badge.name, badge.expires_at) == ("founding100", None)
    told = queries.progress(farm)
    assert (told.seated, told.listed, told.contacted, told.left) == (1, 1, 1, 99)
    assert queries.seat_of(person, farm) == 1


def test_seat_101_is_refused_and_nothing_is_half_done(farm):
    last = contact(farm)
    invitation = actions.invite_contact(actor=farm.owner, contact=last)
    fill(farm, range(1, 101))
    person = makers.person()
    with pytest.raises(errors.FoundingIsFull) as refused:
        actions.accept_invitation(actor=person, code=invitation.code)
    assert refused.value.context == {"seats": 100, "next": 101}
    assert not Grant.objects.filter(person=person).exists()
    invitation.refresh_from_db()
    assert invitation.used == 0
    with pytest.raises(errors.FoundingIsFull):
        actions.invite_contact(actor=farm.owner, contact=last)


@pytest.mark.parametrize("seat", [0, 101])
def test_the_database_itself_knows_no_seat_101(farm, seat):
    with pytest.raises(IntegrityError), transaction.atomic():
        fill(farm, [seat])


def test_the_100th_seat_has_one_holder(race):
    farm = makers.community()
    fill(farm, range(1, 100))
    members = [makers.member(farm, f"M{i}") for i in range(5)]
    memberships = [makers.community_makers.membership(who, farm) for who in members]
    outcome = race(5, lambda i: actions.seat_member(actor=farm.owner, membership=memberships[i]))
    assert [seated.seat for seated in outcome.results] == [100]
    assert {type(error) for error in outcome.errors} == {errors.FoundingIsFull}


def test_a_seat_that_was_given_up_nowhere_is_given_twice(farm):
    mei = makers.member(farm)
    here = makers.community_makers.membership(mei, farm)
    first = actions.seat_member(actor=farm.owner, membership=here)
    assert actions.seat_member(actor=farm.owner, membership=here) == first
    assert FoundingContact.objects.filter(community=farm).count() == 1


def test_the_kol_list_runs_beside_with_seats_of_its_own(farm):
    star = contact(farm, "大厨老陈", kind="kol")
    person = makers.member(farm)
    here = makers.community_makers.membership(person, farm)
    actions.seat_member(actor=farm.owner, membership=here)
    actions.seat_member(actor=farm.owner, membership=here, kind="kol", contact=star)
    assert queries.progress(farm, "kol").seated == 1
    badges = Grant.objects.filter(person=person, kind="badge").values_list("name", flat=True)
    assert set(badges) == {"founding100", "kol"}


def test_a_declined_contact_is_counted_and_may_change_their_mind(farm):
    mei = contact(farm)
    actions.log_outreach(actor=farm.owner, contact=mei, outcome="declined")
    assert queries.progress(farm).declined == 1
    actions.log_outreach(actor=farm.owner, contact=mei, outcome="interested")
    assert queries.progress(farm).declined == 0
    assert [entry.outcome for entry in mei.outreach.all()] == ["interested", "declined"]


def test_a_contact_needs_a_name_and_a_reason(farm):
    with pytest.raises(Invalid) as refused:
        actions.add_contact(actor=farm.owner, community=farm, name=" ", why="")
    assert set(refused.value.fields) == {"name", "why"}


def test_somebody_seated_stays_on_the_list(farm):
    mei = contact(farm)
    person = makers.member(farm)
    here = makers.community_makers.membership(person, farm)
    actions.seat_member(actor=farm.owner, membership=here, contact=mei)
    mei.refresh_from_db()
    with pytest.raises(errors.AlreadySeated):
        actions.remove_contact(actor=farm.owner, contact=mei)


def test_members_do_not_see_the_list(farm):
    with pytest.raises(PermissionMissing):
        queries.contacts(farm, viewer=makers.member(farm))
