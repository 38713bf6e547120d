"""Invitations: quota, places, expiry, and who answers for whom (G04, P03)."""

from datetime import timedelta

import pytest

from qunluo.community.actions import end_membership
from qunluo.community.errors import PermissionMissing, RemovedBefore, RulesNotAccepted
from qunluo.community.queries import membership_of
from qunluo.growth import actions, errors, queries
from qunluo.growth.models import Invitation, InvitationUse
from qunluo.kernel.clock import now
from qunluo.kernel.errors import Invalid
from qunluo.kernel.queries import events_about
from tests.growth import makers

pytestmark = pytest.mark.req("G04", "P03")
RULES = [{"id": "r1", "title": "Be kind", "text": "No insults.", "value": "kindness"}]


@pytest.fixture
def farm(db):
    return makers.community(selection="invitation")


def invited(farm, **said):
    return actions.create_invitation(actor=farm.owner, community=farm, **said)


def test_whoever_holds_the_code_comes_in_and_the_inviter_is_on_record(farm):
    mei = makers.member(farm)
    made = actions.create_invitation(actor=mei, community=farm, note="来吃草莓")
    guest = makers.person("Guest")
    joined = actions.accept_invitation(actor=guest, code=made.code.lower())
    assert (joined.via, joined.inviter, joined.person) == ("invitation", mei, guest)
    made.refresh_from_db()
    assert made.used == 1
    assert InvitationUse.objects.get().membership == joined


def test_accepting_twice_is_the_same_membership_and_one_use(farm):
    made = invited(farm, max_uses=5)
    guest = makers.person()
    first = actions.accept_invitation(actor=guest, code=made.code)
    assert actions.accept_invitation(actor=guest, code=made.code) == first
    made.refresh_from_db()
    assert made.used == 1


def test_the_rules_must_be_accepted(db):
    farm = makers.community(rules=RULES)
    made = invited(farm)
    guest = makers.person()
    with pytest.raises(RulesNotAccepted):
        actions.accept_invitation(actor=guest, code=made.code)
    assert actions.accept_invitation(actor=guest, code=made.code, accepted_rules=1)


def test_an_unknown_code_is_not_found(farm):
    with pytest.raises(errors.InvitationNotFound):
        actions.accept_invitation(actor=makers.person(), code="NOPE2345")


def test_a_used_up_a_revoked_and_an_expired_one_say_which(farm, travel):
    used, revoked, expired = (invited(farm) for _ in range(3))
    actions.accept_invitation(actor=makers.person(), code=used.code)
    actions.revoke_invitation(actor=farm.owner, invitation=revoked)
    for made, error in ((used, errors.InvitationUsedUp), (revoked, errors.InvitationRevoked)):
        with pytest.raises(error):
            actions.accept_invitation(actor=makers.person(), code=made.code)
    with travel(now() + timedelta(days=31)), pytest.raises(errors.InvitationExpired):
        actions.accept_invitation(actor=makers.person(), code=expired.code)


def test_a_member_gives_no_more_places_than_their_quota(farm):
    mei = makers.member(farm)
    actions.change_policy(actor=farm.owner, community=farm, member_quota=3)
    first = actions.create_invitation(actor=mei, community=farm, max_uses=2)
    with pytest.raises(errors.QuotaExhausted) as refused:
        actions.create_invitation(actor=mei, community=farm, max_uses=2)
    assert refused.value.context == {"left": 1, "quota": 3}
    actions.revoke_invitation(actor=mei, invitation=first)
    assert queries.allowance_of(mei, farm).left == 3


def test_places_that_were_used_stay_used_when_the_rest_is_taken_back(farm):
    mei = makers.member(farm)
    made = actions.create_invitation(actor=mei, community=farm, max_uses=4)
    actions.accept_invitation(actor=makers.person(), code=made.code)
    actions.revoke_invitation(actor=mei, invitation=made)
    assert queries.allowance_of(mei, farm).taken == 1


def test_an_operator_has_no_quota_and_may_raise_that_of_others(farm):
    mei = makers.member(farm)
    invited(farm, max_uses=200)
    actions.raise_allowance(actor=farm.owner, community=farm, person=mei, extra=5)
    assert queries.allowance_of(mei, farm).quota == 15
    with pytest.raises(PermissionMissing):
        actions.raise_allowance(actor=mei, community=farm, person=mei, extra=100)


def test_only_who_manages_invitations_makes_founding_ones(farm):
    mei = makers.member(farm)
    with pytest.raises(PermissionMissing):
        actions.create_invitation(actor=mei, community=farm, kind="founding100")


@pytest.mark.parametrize(
    "said", [{"max_uses": 0}, {"max_uses": 10_000}, {"note": "x" * 300}, {"kind": "owner"}]
)
def test_what_makes_no_sense_is_refused(farm, said):
    with pytest.raises(Invalid):
        invited(farm, **said)


def test_strangers_and_other_members_do_not_see_or_revoke_an_invitation(farm):
    made = invited(farm)
    mei = makers.member(farm)
    with pytest.raises(errors.InvitationNotFound):
        queries.get_invitation(made.pk, viewer=mei)
    with pytest.raises(errors.NotYourInvitation):
        actions.revoke_invitation(actor=mei, invitation=made)


def test_channels_tell_where_newcomers_came_from(farm):
    for channel, uses in (("qr", 2), ("link", 1)):
        made = invited(farm, max_uses=5, channel=channel)
        for _ in range(uses):
            actions.accept_invitation(actor=makers.person(), code=made.code)
    told = [(t.channel, t.places, t.brought) for t in queries.channels(farm, viewer=farm.owner)]
    assert told == [("qr", 5, 2), ("link", 5, 1)]
    assert queries.brought_by(farm, viewer=farm.owner)[0].brought == 3


def test_a_removed_person_cannot_come_back_by_an_invitation(db):
    farm = makers.community(selection="invitation", rules=RULES)
    mei = makers.member(farm)
    end_membership(
        actor=farm.owner,
        membership=membership_of(mei, farm),
        cause="removed",
        reason="insults",
        rule_id="r1",
    )
    with pytest.raises(RemovedBefore):
        actions.accept_invitation(actor=mei, code=invited(farm).code, accepted_rules=1)


def overbooked(farm, made, accept, race, runners=8):
    guests = [makers.person(f"G{i}") for i in range(runners)]
    return race(runners, lambda i: accept(actor=guests[i], code=made.code))


def unguarded(*, actor, code):
    """The naive way: read, look, write."""
    invitation = Invitation.objects.get(code=code)
    if invitation.used >= invitation.max_uses:
        raise errors.InvitationUsedUp
    seen = invitation.used
    now()
    Invitation.objects.filter(pk=invitation.pk).update(used=seen + 1)
    InvitationUse.objects.create(invitation=invitation, person=actor, at=now())


def test_without_the_guard_an_invitation_for_two_lets_more_in(race):
    farm = makers.community(selection="invitation")
    winners = 0
    for _attempt in range(20):
        made = invited(farm, max_uses=2)
        winners = max(winners, overbooked(farm, made, unguarded, race).winners)
        if winners > 2:
            break
    assert winners > 2


def test_an_invitation_for_two_lets_two_in_however_many_come_at_once(race):
    farm = makers.community(selection="invitation")
    made = invited(farm, max_uses=2)
    outcome = overbooked(farm, made, actions.accept_invitation, race)
    made.refresh_from_db()
    assert (outcome.winners, made.used) == (2, 2)
    assert {type(error) for error in outcome.errors} == {errors.InvitationUsedUp}
    farm.refresh_from_db()
    assert farm.member_count == 3


def test_two_requests_at_once_cannot_take_more_than_the_quota(race):
    farm = makers.community()
    mei = makers.member(farm)
    actions.change_policy(actor=farm.owner, community=farm, member_quota=3)
    outcome = race(6, lambda: actions.create_invitation(actor=mei, community=farm, max_uses=2))
    assert outcome.winners == 1
    assert queries.allowance_of(mei, farm).taken == 2


def test_the_log_tells_who_brought_whom(farm):
    made = invited(farm, channel="qr")
    guest = makers.person()
    actions.accept_invitation(actor=guest, code=made.code)
    told = next(e for e in events_about(guest.pk, farm.pk) if e.name.endswith("ation_accepted"))
    assert (told.inviter_id, told.kind, told.channel) == (farm.owner.pk, "member", "qr")
