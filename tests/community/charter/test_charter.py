"""The charter is saved step by step, published as versions that stay, and read by everyone."""

import pytest
from django.db import DatabaseError, connection, transaction

from qunluo.community import actions, queries
from qunluo.community.errors import (
    DraftMovedOn,
    GateClosed,
    MembersOnly,
    NothingToPublish,
    PermissionMissing,
    RulesIncomplete,
    StepUnknown,
)
from qunluo.community.models import CharterVersion, RulesVersion
from qunluo.kernel.errors import NotFound
from qunluo.kernel.queries import audit_log
from tests.community.charter.makers import founder, fresh, member, public, ready, save

pytestmark = pytest.mark.django_db


def names(community):
    return [record.name for record in audit_log(community.pk)]


def test_a_half_done_step_is_saved_and_what_is_missing_is_told():
    community = fresh("T14")
    saved = save(community, "positioning", with_whom="住在河东的邻居")
    assert [f.id for f in saved.missing] == ["doing_what", "why_them"]
    page = queries.step_page(community, community.owner, "positioning")
    assert page.values == {"with_whom": "住在河东的邻居"}
    assert page.suggested["doing_what"]


def test_a_wrong_answer_does_not_take_the_others_with_it():
    community = fresh("T14")
    saved = save(community, "attitude", attitude="自己的态度", ceiling="许多")
    assert saved.values["attitude"] == "自己的态度"
    assert saved.problems["ceiling"]
    assert queries.step_page(community, community.owner, "attitude").values["label"]


def test_the_guide_shows_progress_gates_and_advice():
    community = fresh("T14")
    before = queries.guide(community, community.owner)
    save(community, "positioning", with_whom="a 你", doing_what="b 他", why_them="c 我")
    after = queries.guide(community, community.owner)
    assert after.done == before.done + 1
    assert len(after.blocking()) <= len(before.blocking())
    assert after.readiness.verdict == "unasked"
    assert after.unpublished


@pytest.mark.req("F02")
def test_choosing_a_purpose_presets_the_parts_and_a_choice_of_ones_own_stays():
    community = fresh("T14")
    save(community, "purpose", purpose="learn")
    community.refresh_from_db()
    assert "courses" in community.modules
    save(community, "purpose", purpose="sell", modules=["talk", "shop"])
    community.refresh_from_db()
    assert community.modules == ["talk", "shop"]


@pytest.mark.req("F15")
def test_a_cofounders_save_in_between_is_not_overwritten():
    community = fresh("T14")
    token = queries.step_page(community, community.owner, "positioning").token
    save(community, "positioning", with_whom="先写的")
    with pytest.raises(DraftMovedOn) as refused:
        actions.save_charter_step(
            actor=community.owner, community=community, step="positioning",
            values={"with_whom": "后写的"}, token=token,
        )  # fmt: skip
    assert refused.value.theirs == {"with_whom": "先写的"}


def test_the_same_answers_sent_twice_are_no_conflict():
    community = fresh("T14")
    token = queries.step_page(community, community.owner, "positioning").token
    for _ in range(2):
        saved = actions.save_charter_step(
            actor=community.owner, community=community, step="positioning",
            values={"with_whom": "住得近的人"}, token=token,
        )  # fmt: skip
    assert saved.values["with_whom"] == "住得近的人"


def test_an_unknown_step_is_said():
    with pytest.raises(StepUnknown):
        save(fresh("T14"), "horoscope", sign="libra")


def test_only_who_may_edit_writes_and_only_who_may_publish_publishes():
    community = ready("T14")
    stranger, plain = founder("路人"), member(community)
    for person, refusal in ((stranger, MembersOnly), (plain, PermissionMissing)):
        for act in (
            lambda p: actions.save_charter_step(
                actor=p, community=community, step="intention", values={}
            ),
            lambda p: actions.publish_charter(actor=p, community=community),
            lambda p: actions.publish_community(actor=p, community=community),
            lambda p: actions.publish_rules(actor=p, community=community),
            lambda p: actions.confirm_goal(actor=p, community=community),
            lambda p: actions.open_recruitment(actor=p, community=community),
            lambda p: actions.set_selection(actor=p, community=community, selection="open"),
            lambda p: actions.update_settings(actor=p, community=community, name="Mine"),
            lambda p: actions.set_symbol(actor=p, community=community, image=None),
            lambda p: actions.offer_cofounding(
                actor=p, community=community, terms="我们说好五五分。", share_percent=50
            ),
            lambda p: queries.guide(community, p),
            lambda p: queries.step_page(community, p, "intention"),
        ):
            with pytest.raises(refusal):
                act(person)


@pytest.mark.req("F01")
def test_versions_follow_each_other_and_the_history_is_public():
    community = ready("T14")
    first = actions.publish_charter(actor=community.owner, community=community, note="开始")
    save(community, "intention", intention="想了一个冬天，初心变得更简单了。")
    second = actions.publish_charter(actor=community.owner, community=community)
    assert [v.number for v in queries.charter_versions(community)] == [2, 1]
    assert (first.number, second.number) == (1, 2)
    (change,) = queries.charter_diff(community, 1, 2)
    assert change.path == "intention.intention"
    assert queries.charter_version(community, 1).values != second.values
    with pytest.raises(NotFound):
        queries.charter_version(community, 3)


def test_changes_are_told_in_the_words_of_the_reader():
    community = ready("T14")
    actions.publish_charter(actor=community.owner, community=community)
    save(community, "purpose", purpose="learn", modules=["talk"])
    save(community, "business", tiers=[{"name": "友人", "price": "300", "gets": "全部"}])
    actions.publish_charter(actor=community.owner, community=community)
    told = {
        c.path: "".join(piece.text for piece in c.pieces if piece.op == "new")
        for c in queries.charter_diff(community, 1, 2, "zh-hans")
    }
    assert "学习成长" in told["purpose.purpose"]
    assert told["business.tiers"] == "友人 · ¥300.00 · 全部"


def test_nothing_new_makes_no_new_version():
    community = ready("T14")
    actions.publish_charter(actor=community.owner, community=community)
    with pytest.raises(NothingToPublish):
        actions.publish_charter(actor=community.owner, community=community)


@pytest.mark.req("F01")
def test_the_public_charter_shows_six_parts_and_no_private_answers():
    community = public("T14")
    found = queries.public_charter(community)
    assert [section.of.id for section in found.parts] == [
        "intention", "positioning", "business", "marketing", "operating", "spreading",
    ]  # fmt: skip
    assert all(section.fields for section in found.parts)
    shown = {field.path for s in (*found.parts, *found.sections) for field, _ in s.fields}
    assert "readiness.evidence" not in shown
    assert "attitude.ceiling" not in shown
    assert "meaning.values" in shown


@pytest.mark.parametrize("table", [CharterVersion, RulesVersion])
@pytest.mark.parametrize("verb", ["UPDATE {} SET number = 99", "DELETE FROM {}"])
def test_what_was_published_cannot_be_changed_even_by_raw_sql(table, verb):
    public("T14")
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(verb.format(table._meta.db_table))


@pytest.mark.req("F01")
def test_a_public_charter_may_not_lose_what_its_gates_asked_for():
    community = public("T14")
    save(community, "marketing", model="")
    with pytest.raises(GateClosed):
        actions.publish_charter(actor=community.owner, community=community)
    assert queries.public_charter(community).number == 1


@pytest.mark.req("O01")
@pytest.mark.req("O07")
def test_rules_are_versioned_keep_their_ids_and_rest_on_a_value():
    community = fresh("T14")
    rules = community.draft.values["rules"]["rules"]
    new = {"title": "新的一条", "text": "说明", "value": "耐心"}
    save(community, "rules", rules=[rules[1], {**rules[0], "text": "说得更清楚。"}, new])
    version = actions.publish_rules(actor=community.owner, community=community)
    assert version.number == 2
    assert [rule["id"] for rule in version.rules] == ["r2", "r1", "r5"]

    save(community, "rules", rules=[{"title": "无根之木", "text": "说明", "value": "不存在的"}])
    with pytest.raises(RulesIncomplete):
        actions.publish_rules(actor=community.owner, community=community)
    assert queries.current_rules(community).number == 2


def test_publishing_the_charter_puts_its_rules_into_force():
    community = ready("T14")
    actions.publish_charter(actor=community.owner, community=community)
    rules = queries.current_rules(community).rules
    save(community, "rules", rules=[{k: v for k, v in r.items() if k != "id"} for r in rules[1:]])
    actions.publish_charter(actor=community.owner, community=community)
    assert queries.current_rules(community).number == 3


def test_operators_acts_are_in_the_audit_log():
    community = public("T14")
    actions.open_recruitment(actor=community.owner, community=community)
    actions.set_selection(actor=community.owner, community=community, selection="questions")
    actions.close_recruitment(actor=community.owner, community=community)
    actions.unpublish_community(actor=community.owner, community=community)
    assert names(community)[:5] == [
        "community.unpublished", "community.recruitment_closed", "community.selection_changed",
        "community.recruitment_opened", "community.published",
    ]  # fmt: skip


def test_closing_the_public_door_stops_recruiting_and_keeps_the_members():
    community = public("T14")
    actions.open_recruitment(actor=community.owner, community=community)
    actions.unpublish_community(actor=community.owner, community=community)
    community.refresh_from_db()
    assert (community.stage, community.recruiting, community.member_count) == ("private", False, 1)
    actions.publish_community(actor=community.owner, community=community)
    assert community.stage == "published"


def test_publishing_twice_is_publishing_once():
    community = public("T14")
    actions.publish_community(actor=community.owner, community=community)
    assert names(community).count("community.published") == 1
