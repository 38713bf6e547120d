"""How the gates of a community stand."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from qunluo.community.errors import GateClosed
from qunluo.community.models import CharterDraft, Community, OperatingGoal
from qunluo.community.queries.joining import declared_values
from qunluo.community.queries.membership import current_rules
from qunluo.community.rules import gates as rules
from qunluo.community.rules import joining
from qunluo.community.rules.charter import Values
from qunluo.community.rules.edited import unedited
from qunluo.community.rules.gates import Gate, GateState
from qunluo.community.rules.predicates import filled, flatten

PUBLISH = "publish"


def gates(community: Community) -> list[GateState]:
    """Return every gate as it stands; publishing looks at the draft, all else at what counts.

    A reason that the draft would already settle says so.
    """
    draft = CharterDraft.objects.get(community=community)
    standing = _standing(community)
    written = standing | _from_charter(draft, draft.values)
    declared = standing | _from_charter(draft, declared_values(community))
    return [_state(gate, written, declared) for gate in rules.gates().gates]


def closed_gates(community: Community, acts: Iterable[str]) -> list[GateState]:
    """Return the gates that hold back any of the acts."""
    wanted = set(acts)
    return [
        state
        for state in gates(community)
        if not state.open and not wanted.isdisjoint(state.protects)
    ]


def require_open(community: Community, *acts: str) -> None:
    """Raise GateClosed with the reasons when something holds back one of the acts."""
    if closed := closed_gates(community, acts):
        raise GateClosed(act=acts[0], gates=closed)


def _state(gate: Gate, written: dict[str, Any], declared: dict[str, Any]) -> GateState:
    drafted = rules.evaluate(gate, written)
    if PUBLISH in gate.protects:
        return drafted
    state = rules.evaluate(gate, declared)
    still = {reason.text["en"] for reason in drafted.reasons}
    reasons = (
        reason if reason.text["en"] in still else rules.in_draft(reason)
        for reason in state.reasons
    )  # fmt: skip
    return replace(state, reasons=tuple(reasons))


def _standing(community: Community) -> dict[str, Any]:
    """Return the facts that are the same whichever charter is read."""
    in_force = current_rules(community)
    return {
        **{name: bool(community.facts.get(name)) for name in rules.pushed_facts()},
        "community.stage": str(community.stage),
        "rules.published": in_force.number if in_force else 0,
        "goal.confirmed": OperatingGoal.objects.filter(community=community).exists(),
    }


def _from_charter(draft: CharterDraft, values: Values) -> dict[str, Any]:
    facts = flatten(values)
    held = unedited(values, draft.blueprint_values, draft.key_fields)
    known_values = set(facts.get("meaning.values") or ())
    return {
        **facts,
        "rules.without_value": sum(
            rule.get("value") not in known_values for rule in facts.get("rules.rules") or ()
        ),
        "blueprint.empty": [path for path in held if not filled(facts.get(path))],
        "blueprint.unedited": [path for path in held if filled(facts.get(path))],
        "questions.count": len(joining.terms(joining.QUESTIONS, values).questions),
    }
