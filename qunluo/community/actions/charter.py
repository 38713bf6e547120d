"""Writing the charter: drafts saved at every step, versions that stay, and the one goal."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction

from qunluo.community import events
from qunluo.community.actions.grants import lock
from qunluo.community.errors import (
    DraftMovedOn,
    GoalIncomplete,
    GoalLocked,
    NothingToPublish,
    RulesIncomplete,
    StepUnknown,
)
from qunluo.community.models import (
    CharterDraft,
    CharterVersion,
    Community,
    OperatingGoal,
    RulesVersion,
)
from qunluo.community.queries.charter import current_charter, step_token
from qunluo.community.queries.gates import require_open
from qunluo.community.queries.membership import current_rules
from qunluo.community.queries.permissions import require
from qunluo.community.queries.together import operating_goal
from qunluo.community.rules import behaviour
from qunluo.community.rules.charter import Field, Step, charter
from qunluo.community.rules.diff import diff
from qunluo.community.rules.predicates import flatten
from qunluo.community.rules.validate import Problem, check_step
from qunluo.kernel.clock import now
from qunluo.kernel.outbox import publish
from qunluo.kernel.text import _
from qunluo.kernel.tx import write_tx

if TYPE_CHECKING:
    from qunluo.people.models import Person

GOAL_FIELDS = ("metric", "target", "due_on")


@dataclass(frozen=True)
class SavedStep:
    """What was kept of a step, what could not be kept and why, and what is still missing."""

    step: Step
    values: Mapping[str, Any]
    problems: Mapping[str, list[Problem]]
    missing: tuple[Field, ...]
    token: str


@write_tx
def save_charter_step(
    *,
    actor: "Person",
    community: Community,
    step: str,
    values: Mapping[str, Any],
    token: str | None = None,
) -> SavedStep:
    """Save what can be kept of a step of the draft, and say what is wrong or missing.

    `token` from step_page guards against a co-founder's save in between: DraftMovedOn.
    PermissionMissing, StepUnknown, GoalLocked.
    """
    require(actor, community, "community.edit")
    found = charter().by_id.get(step)
    if found is None:
        raise StepUnknown(step=step)
    draft = CharterDraft.objects.select_for_update().get(community=community)
    before = draft.values.get(step, {})
    checked = check_step(found, values, before, flatten(draft.values), community.currency)
    kept = _with_presets(step, before, checked.values, values, draft)
    # The same answers once more are no conflict: a save by itself may have come first.
    if token is not None and token != step_token(before) and kept != before:
        raise DraftMovedOn(theirs=before)
    _keep_goal(community, step, before, kept)
    changed = sorted(name for name in before.keys() | kept.keys()
                     if before.get(name) != kept.get(name))  # fmt: skip
    _store(draft, step, kept, actor)
    _follow(community, draft)
    if changed:
        publish(
            events.CharterStepSaved(
                community_id=community.pk, actor_id=actor.pk, step=step, changed=changed
            )
        )
    return SavedStep(found, kept, checked.problems, checked.missing, step_token(kept))


@write_tx
def publish_charter(*, actor: "Person", community: Community, note: str = "") -> CharterVersion:
    """Publish the draft as the next version, and its rules when they changed.

    A public community keeps what its gates asked for: GateClosed. NothingToPublish.
    """
    require(actor, community, "community.publish")
    lock(community)
    community.refresh_from_db(fields=["stage"])
    if community.stage == Community.Stage.PUBLISHED:
        require_open(community, "publish")
    version = new_version(actor, community, note)
    if version is None:
        raise NothingToPublish
    return version


@write_tx
def publish_rules(*, actor: "Person", community: Community) -> RulesVersion:
    """Put the rules of the draft into force; RulesIncomplete, NothingToPublish.

    Members are asked to accept the new version; the old one stays readable.
    """
    require(actor, community, "rules.edit")
    draft = CharterDraft.objects.select_for_update().get(community=community)
    return new_rules(actor, community, draft) or _nothing_new()


@write_tx
def confirm_goal(*, actor: "Person", community: Community) -> OperatingGoal:
    """Lock the goal of the draft for good; GoalIncomplete, GoalLocked."""
    require(actor, community, "community.publish")
    draft = CharterDraft.objects.select_for_update().get(community=community)
    wanted = draft.values.get("goal", {})
    due_on = date.fromisoformat(wanted["due_on"]) if wanted.get("due_on") else None
    wrong = {name: [_("This is missing.")] for name in GOAL_FIELDS if not wanted.get(name)}
    if wrong or due_on is None:
        raise GoalIncomplete(fields=wrong)
    if due_on <= now().date():
        raise GoalIncomplete(fields={"due_on": [_("Choose a day in the future.")]})
    try:
        with transaction.atomic():
            goal = OperatingGoal.objects.create(
                community=community,
                statement=wanted.get("statement", ""),
                metric=wanted["metric"],
                target=wanted["target"],
                due_on=due_on,
                confirmed_at=now(),
                confirmed_by=actor,
            )
    except IntegrityError:
        raise _locked(community) from None
    publish(
        events.GoalConfirmed(
            community_id=community.pk, actor_id=actor.pk, target=goal.target, due_on=due_on
        )
    )
    return goal


def amend_goal(*, actor: "Person", community: Community) -> OperatingGoal:
    """Refuse: a confirmed goal changes only through a recorded vote of the members (F20)."""
    require(actor, community, "community.publish")
    raise _locked(community)


def new_version(actor: "Person", community: Community, note: str = "") -> CharterVersion | None:
    """Add a version with the values of the draft; None when nothing changed."""
    draft = CharterDraft.objects.select_for_update().get(community=community)
    latest = current_charter(community)
    if latest and not diff(latest.values, draft.values):
        return None
    version = CharterVersion.objects.create(
        community=community,
        number=latest.number + 1 if latest else 1,
        values=draft.values,
        note=" ".join(note.split())[:200],
        published_at=now(),
        published_by=actor,
    )
    publish(
        events.CharterPublished(
            community_id=community.pk, actor_id=actor.pk, version=version.number
        )
    )
    if draft.values.get("rules", {}).get("rules"):
        new_rules(actor, community, draft)
    return version


def new_rules(actor: "Person", community: Community, draft: CharterDraft) -> RulesVersion | None:
    """Add a rules version from the draft; None when nothing changed, RulesIncomplete."""
    written = draft.values.get("rules", {}).get("rules", [])
    known = set(draft.values.get("meaning", {}).get("values", []))
    loose = [rule["title"] for rule in written if rule.get("value") not in known]
    if loose or not written:
        raise RulesIncomplete(titles=loose or "-")
    latest = current_rules(community)
    rules = _numbered(written, latest.rules if latest else [])
    if latest and latest.rules == rules:
        return None
    version = RulesVersion.objects.create(
        community=community,
        number=latest.number + 1 if latest else 1,
        rules=rules,
        published_at=now(),
        published_by=actor,
    )
    publish(
        events.RulesPublished(
            community_id=community.pk,
            actor_id=actor.pk,
            version=version.number,
            count=len(rules),
        )
    )
    return version


def _nothing_new() -> RulesVersion:
    raise NothingToPublish


def _numbered(written: list[dict[str, Any]], earlier: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give each rule an id that stays with its title, so that removals keep citing it."""
    ids = {rule["title"]: rule["id"] for rule in earlier}
    used = [int(rule["id"][1:]) for rule in earlier if rule["id"][1:].isdigit()]
    fresh = max(used, default=0)
    numbered = []
    for rule in written:
        id = ids.get(rule["title"])
        if id is None:
            fresh += 1
            id = f"r{fresh}"
        numbered.append({"id": id, **rule})
    return numbered


def _with_presets(
    step: str,
    before: Mapping[str, Any],
    kept: dict[str, Any],
    given: Mapping[str, Any],
    draft: CharterDraft,
) -> dict[str, Any]:
    """Let a newly chosen purpose preset the parts, unless they were chosen along with it (F02)."""
    new_purpose = step == "purpose" and kept.get("purpose") != before.get("purpose")
    chosen = given.get("modules") and given["modules"] != before.get("modules")
    if new_purpose and not chosen:
        preset = behaviour.preset_modules({**draft.values, "purpose": {"purpose": kept["purpose"]}})
        return {**kept, "modules": preset}
    return kept


def _keep_goal(
    community: Community, step: str, before: Mapping[str, Any], kept: Mapping[str, Any]
) -> None:
    if step == "goal" and before != kept and operating_goal(community):
        raise _locked(community)


def _locked(community: Community) -> GoalLocked:
    goal = operating_goal(community)
    return GoalLocked(date=goal.confirmed_at.date() if goal else "–")


def _store(draft: CharterDraft, step: str, kept: dict[str, Any], actor: "Person") -> None:
    draft.values = {**draft.values, step: kept}
    draft.visited = [*dict.fromkeys([*draft.visited, step])]
    draft.saved_at, draft.saved_by = now(), actor
    draft.save(update_fields=["values", "visited", "saved_at", "saved_by"])


def _follow(community: Community, draft: CharterDraft) -> None:
    """Keep the columns that queries need in step with the draft of what is switched on and seen."""
    colour = draft.values.get("identity", {}).get("colour") or community.brand_colour
    modules = list(behaviour.behaviour(draft.values).modules)
    # An uploaded picture stays; otherwise the sign of the charter is the symbol.
    mark = draft.values.get("identity", {}).get("mark", "")
    symbol = community.symbol if "/" in community.symbol else mark
    if (community.brand_colour, community.modules, community.symbol) != (colour, modules, symbol):
        community.brand_colour, community.modules, community.symbol = colour, modules, symbol
        community.save(update_fields=["brand_colour", "modules", "symbol"])
