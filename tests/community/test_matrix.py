"""Who may do what: every action and guarded query, tried by every kind of person there is."""

from copy import deepcopy
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import transaction

from qunluo.community import actions, queries
from qunluo.community.models import Application, Grant, Membership
from qunluo.governance import actions as governance
from qunluo.governance import queries as measures
from qunluo.kernel.clock import now
from qunluo.kernel.errors import DomainError, Forbidden, NotFound
from tests.community.makers import RULES, community, give, member, membership, person, publish_rules

ROLES = ("owner", "operator", "cco", "host", "member")
OUTSIDERS = ("stranger", "left", "removed", "suspended", "other_owner")
CAST = (*ROLES, *OUTSIDERS)

OWNER = {"owner"}
RUNNERS = {"owner", "operator"}
CARERS = {"owner", "operator", "cco"}
HOSTS = {"owner", "operator", "cco", "host"}
MEMBERS = set(ROLES)
INSIDERS = {*ROLES, "suspended"}


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    """The world of this file, made once in a transaction that is undone at the end."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield make_world()
        transaction.set_rollback(True)


def make_world():
    """One vetted community with everybody in it, and one of everything that can be acted upon."""
    farm = community(person("Founder"), rules=RULES)
    founder, cast = farm.owner, SimpleNamespace()
    for role in ROLES:
        setattr(cast, role, member(farm, role, role=None if role == "member" else role))
    cast.stranger, cast.other_owner = person("stranger"), community().owner
    for name in ("left", "removed", "suspended"):
        setattr(cast, name, member(farm, name, role="host"))
    actions.leave(actor=cast.left, membership=membership(cast.left, farm))
    governance.remove_member(
        actor=founder, membership=membership(cast.removed, farm), rule_id="r1", reason="x"
    )
    governance.suspend_member(
        actor=founder,
        membership=membership(cast.suspended, farm),
        rule_id="r1",
        reason="x",
        until=now() + timedelta(days=7),
    )
    target = member(farm, "target", role="host")
    asked = Application.objects.create(
        community=farm, person=person("applicant"), made_at=now(), rules_number=1
    )
    refused = actions.decide_application(
        actor=founder,
        application=Application.objects.create(
            community=farm, person=person("refused"), made_at=now(), rules_number=1
        ),
        accept=False,
        reason="full",
    )
    gone = member(farm, "gone")
    measure = governance.remove_member(
        actor=founder, membership=membership(gone, farm), rule_id="r1", reason="x"
    )
    publish_rules(farm)
    return SimpleNamespace(
        farm=farm,
        cast=cast,
        target=membership(target, farm),
        held=Grant.objects.get(community=farm, person=target, name="host"),
        tag=actions.tag_member(actor=None, membership=membership(target, farm), name="regular"),
        segment=actions.save_segment(
            actor=founder, community=farm, name="Hosts", filters={"role": "host"}
        ),
        asked=asked,
        measure=measure,
        appeal=governance.file_appeal(actor=gone, measure=measure, text="No"),
        refusal_appeal=governance.file_appeal(actor=refused.person, application=refused, text="No"),
        newcomer=member(farm, "newcomer"),
    )


def _grant(kind, name):
    return lambda w, who: actions.grant(
        actor=who, community=w.farm, person=w.newcomer, kind=kind, name=name, source="x"
    )


def _own(w, who):
    """The membership of whoever acts, or somebody else's for those who have none."""
    own = Membership.objects.filter(community=w.farm, person=who, status="active").first()
    return own or w.target


# The permission of a row is held by exactly these; everybody else gets Forbidden or NotFound.
MATRIX = {
    "see the directory": (MEMBERS, lambda w, a: queries.members(w.farm, viewer=a)),
    "filter by host": (
        CARERS, lambda w, a: queries.members(w.farm, viewer=a, filters={"host": "none"})
    ),
    "see the applications": (CARERS, lambda w, a: queries.applications(w.farm, viewer=a)),
    "open an application": (CARERS, lambda w, a: queries.get_application(w.asked.pk, viewer=a)),
    "accept an application": (
        CARERS, lambda w, a: actions.decide_application(actor=a, application=w.asked, accept=True)
    ),
    "refuse an application": (
        CARERS,
        lambda w, a: actions.decide_application(
            actor=a, application=w.asked, accept=False, reason="full"
        ),
    ),
    "verify a criterion": (
        CARERS, lambda w, a: actions.verify_criterion(actor=a, application=w.asked)
    ),
    "withdraw another's application": (
        set(), lambda w, a: actions.withdraw_application(actor=a, application=w.asked)
    ),
    "open a member record": (CARERS, lambda w, a: queries.member_record(w.target.pk, viewer=a)),
    "tag a member": (
        CARERS, lambda w, a: actions.tag_member(actor=a, membership=w.target, name="new")
    ),
    "take a tag off": (CARERS, lambda w, a: actions.untag_member(actor=a, tag=w.tag)),
    "fetch an operator's tag": (CARERS, lambda w, a: queries.get_tag(w.tag.pk, viewer=a)),
    "write a note": (
        CARERS, lambda w, a: actions.note_member(actor=a, membership=w.target, text="x")
    ),
    "assign a host": (
        CARERS, lambda w, a: actions.assign_host(actor=a, membership=w.target, host=None)
    ),
    "follow closely": (HOSTS, lambda w, a: actions.add_to_close_care(actor=a, membership=w.target)),
    "let out of close care": (
        MEMBERS, lambda w, a: actions.remove_from_close_care(actor=a, membership=w.target)
    ),
    "save a segment": (
        CARERS,
        lambda w, a: actions.save_segment(
            actor=a, community=w.farm, name="x", filters={"via": "open"}
        ),
    ),
    "see the segments": (CARERS, lambda w, a: queries.segments(w.farm, viewer=a)),
    "open a segment": (CARERS, lambda w, a: queries.get_segment(w.segment.pk, viewer=a)),
    "delete a segment": (CARERS, lambda w, a: actions.delete_segment(actor=a, segment=w.segment)),
    "see what is held": (RUNNERS, lambda w, a: queries.grants(w.farm, viewer=a)),
    "open a grant": (RUNNERS, lambda w, a: queries.get_grant(w.held.pk, viewer=a)),
    "make an owner": (OWNER, _grant("role", "owner")),
    "make an operator": (OWNER, _grant("role", "operator")),
    "make a host": (RUNNERS, _grant("role", "host")),
    "give a badge": (RUNNERS, _grant("badge", "pioneer")),
    "give a pass": (RUNNERS, _grant("pass", "guest")),
    "take a role back": (
        RUNNERS, lambda w, a: actions.revoke_grant(actor=a, grant=w.held, reason="x")
    ),
    "hand over": (
        OWNER, lambda w, a: actions.hand_over(actor=a, community=w.farm, to=w.newcomer)
    ),
    "warn": (
        RUNNERS,
        lambda w, a: governance.warn_member(
            actor=a, membership=w.target, rule_id="r1", reason="x"
        ),
    ),
    "suspend": (
        RUNNERS,
        lambda w, a: governance.suspend_member(
            actor=a, membership=w.target, rule_id="r1", reason="x", until=now() + timedelta(days=1)
        ),
    ),
    "remove": (
        RUNNERS,
        lambda w, a: governance.remove_member(
            actor=a, membership=w.target, rule_id="r1", reason="x"
        ),
    ),
    "lift a suspension": (
        RUNNERS,
        lambda w, a: actions.lift_suspension(
            actor=a, membership=membership(w.cast.suspended, w.farm)
        ),
    ),
    "reinstate": (
        RUNNERS, lambda w, a: actions.reinstate(actor=a, membership=w.measure.membership)
    ),
    "judge a removal's appeal": (
        RUNNERS,
        lambda w, a: governance.decide_appeal(actor=a, appeal=w.appeal, grant=True, reason="x"),
    ),
    "judge a refusal's appeal": (
        CARERS,
        lambda w, a: governance.decide_appeal(
            actor=a, appeal=w.refusal_appeal, grant=False, reason="x"
        ),
    ),
    "accept after an appeal": (
        CARERS,
        lambda w, a: actions.accept_after_appeal(
            actor=a, application=w.refusal_appeal.application
        ),
    ),
    "see the measures": (RUNNERS, lambda w, a: measures.measures(w.farm, viewer=a)),
    "open a measure": (RUNNERS, lambda w, a: measures.get_measure(w.measure.pk, viewer=a)),
    "see the appeals": (CARERS, lambda w, a: measures.appeals(w.farm, viewer=a)),
    "open an appeal": (RUNNERS, lambda w, a: measures.get_appeal(w.appeal.pk, viewer=a)),
    "read the audit log": (CARERS, lambda w, a: measures.audit(w.farm, viewer=a)),
    "appeal for another": (
        set(), lambda w, a: _refuse_conflict(governance.file_appeal, w, a)
    ),
    "leave": (INSIDERS, lambda w, a: actions.leave(actor=a, membership=_own(w, a))),
    "accept the rules": (
        MEMBERS, lambda w, a: actions.accept_rules(actor=a, membership=_own(w, a), number=2)
    ),
    "claim the label": (
        MEMBERS, lambda w, a: actions.claim_label(actor=a, membership=_own(w, a), claim="have")
    ),
    "pledge": (
        MEMBERS, lambda w, a: actions.pledge(actor=a, community=w.farm, action="compost", count=1)
    ),
    "write the charter": (
        CARERS,
        lambda w, a: actions.save_charter_step(
            actor=a, community=w.farm, step="intention", values={"intention": "Good soil."}
        ),
    ),
    "publish the charter": (OWNER, lambda w, a: actions.publish_charter(actor=a, community=w.farm)),
    "publish rules": (RUNNERS, lambda w, a: actions.publish_rules(actor=a, community=w.farm)),
    "publish the community": (
        OWNER, lambda w, a: actions.publish_community(actor=a, community=w.farm)
    ),
    "close the public door": (
        OWNER, lambda w, a: actions.unpublish_community(actor=a, community=w.farm)
    ),
    "close": (
        OWNER,
        lambda w, a: actions.close_community(
            actor=a, community=w.farm, name=w.farm.name, reason="x"
        ),
    ),
    "reopen": (OWNER, lambda w, a: actions.reopen_community(actor=a, community=w.farm)),
    "open recruitment": (OWNER, lambda w, a: actions.open_recruitment(actor=a, community=w.farm)),
    "close recruitment": (OWNER, lambda w, a: actions.close_recruitment(actor=a, community=w.farm)),
    "change selection": (
        OWNER, lambda w, a: actions.set_selection(actor=a, community=w.farm, selection="open")
    ),
    "change settings": (
        CARERS, lambda w, a: actions.update_settings(actor=a, community=w.farm, name="Farm")
    ),
    "set the symbol": (
        CARERS, lambda w, a: actions.set_symbol(actor=a, community=w.farm, image=None)
    ),
    "confirm the goal": (OWNER, lambda w, a: actions.confirm_goal(actor=a, community=w.farm)),
    "offer to found together": (
        OWNER,
        lambda w, a: actions.offer_cofounding(
            actor=a, community=w.farm, terms="Half of the work each.", share_percent=50
        ),
    ),
}  # fmt: skip


QUESTIONS = [
    act for act in MATRIX
    if act.startswith(("see ", "open a", "filter", "read")) and act != "open recruitment"
]  # fmt: skip


def _refuse_conflict(file_appeal, w, who):
    """Somebody else's decision is no matter of permission but of fact: count it as refused."""
    try:
        file_appeal(actor=who, measure=w.measure, text="x")
    except DomainError as error:
        raise Forbidden from error


def passes(act, world, who):
    """Whether somebody gets past the question of permission; nothing is kept."""
    untouched = deepcopy(world)
    try:
        with transaction.atomic():
            try:
                act(untouched, who)
            except (Forbidden, NotFound):
                return False
            except DomainError:
                return True  # allowed, but impossible for another reason
            else:
                return True
            finally:
                transaction.set_rollback(True)
    except Forbidden:
        return False


@pytest.mark.parametrize("act", MATRIX)
def test_who_may(act, world, db):
    allowed, attempt = MATRIX[act]
    found = {name for name in CAST if passes(attempt, world, getattr(world.cast, name))}
    assert found == allowed


@pytest.mark.parametrize("act", QUESTIONS)
def test_what_is_guarded_is_guarded_from_passers_by(act, world, db):
    for nobody in (AnonymousUser(), None):
        with pytest.raises((Forbidden, NotFound)):
            MATRIX[act][1](world, nobody)


def test_every_action_of_the_room_is_in_the_matrix_or_says_why_not():
    """An action added without a row here has nobody who asked who may do it."""
    free = {
        "admit": "growth calls it with an invitation it has checked",
        "apply": "anybody may ask to join; test_joining holds the refusals",
        "create_community": "anybody may found",
        "accept_cofounding": "whoever holds the secret link",
        "withdraw_cofounding": "needs an offer; like offering",
        "withdraw_pledge": "one's own only",
        "expire_due_grants": "a job",
        "end_paid_memberships": "a job",
        "let_in": "the market calls it once a tier is held; test_entry holds the refusals",
        "let_tiers_in": "the market calls it with the tiers it sells",
        "end_grant": "tiers call it when their money went back",
        "undo_suspension": "governance calls it once an appeal was granted",
        "lock": "a row, for who adds to what somebody holds",
        "found_ownership": "part of founding",
        "welcome": "a reaction",
        "release_members_of": "a reaction",
        "tell_about_the_end": "a reaction",
        "write_to": "reactions only",
        "erase": "people calls it for the person themself",
        "mark_active": "one's own only",
        "push_fact": "software only",
        "check_measure": "the question itself",
        "end_membership": "governance calls it; see remove",
        "suspend": "governance calls it; see suspend",
        "amend_goal": "locked for everybody",
        "change_goal": "governance calls it once the ballots are counted",
        "goal_faults": "the question itself",
        "tidy_goal": "the question itself",
    }  # fmt: skip
    rows = {
        "accept_after_appeal", "accept_rules", "add_to_close_care", "assign_host", "claim_label",
        "close_community", "close_recruitment", "confirm_goal", "decide_application",
        "delete_segment", "grant",
        "hand_over", "leave", "lift_suspension", "note_member", "offer_cofounding",
        "open_recruitment", "pledge", "publish_charter", "publish_community", "publish_rules",
        "reinstate", "reopen_community", "remove_from_close_care", "revoke_grant",
        "save_charter_step",
        "save_segment", "set_selection", "set_symbol", "tag_member", "unpublish_community",
        "untag_member", "update_settings", "verify_criterion", "withdraw_application",
    }  # fmt: skip
    verbs = {name for name in actions.__all__ if name.islower()}
    assert verbs == rows | free.keys()


def test_a_role_in_one_community_is_worth_nothing_in_another(world, db):
    assert queries.permissions_of(world.cast.other_owner, world.farm) == frozenset()
    give(world.farm, world.newcomer, "operator")
    other = community()
    member(other, who=world.newcomer)
    assert queries.permissions_of(world.newcomer, other) == (
        queries.permissions_of(member(other), other)
    )
