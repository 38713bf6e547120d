"""Reading the charter: the draft for its founders, the published versions for everyone."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from qunluo.community.errors import StepUnknown
from qunluo.community.models import CharterDraft, CharterVersion, Community
from qunluo.community.queries.gates import gates
from qunluo.community.queries.joining import declared_values
from qunluo.community.queries.permissions import require
from qunluo.community.queries.together import operating_goal
from qunluo.community.rules.behaviour import Behaviour, behaviour
from qunluo.community.rules.charter import (
    Charter,
    Field,
    Part,
    Step,
    StepProgress,
    Values,
    charter,
    progress,
)
from qunluo.community.rules.diff import FieldChange, diff
from qunluo.community.rules.gates import GateState
from qunluo.community.rules.predicates import filled, flatten
from qunluo.community.rules.readiness import Readiness, readiness
from qunluo.community.rules.saying import Said, say
from qunluo.kernel.errors import NotFound
from qunluo.kernel.prepared import first

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet

    from qunluo.people.models import Person


@dataclass(frozen=True)
class Guide:
    """The founding guide of a community as its founders see it."""

    draft: CharterDraft
    steps: tuple[StepProgress, ...]
    gates: tuple[GateState, ...]
    behaviour: Behaviour
    readiness: Readiness
    unpublished: bool

    @property
    def done(self) -> int:
        """Return how many steps are complete in the founders' own words."""
        return sum(step.state == "done" for step in self.steps)

    def blocking(self, act: str = "publish") -> list[GateState]:
        """Return the closed gates that hold back an act."""
        return [state for state in self.gates if act in state.protects and not state.open]


@dataclass(frozen=True)
class StepPage:
    """One step with its values; `token` tells whether somebody saved it in between."""

    step: Step
    values: Mapping[str, Any]
    suggested: Mapping[str, Any]
    fields: tuple[Field, ...]
    token: str
    previous: Step | None
    following: Step | None
    locked: bool


@dataclass(frozen=True)
class Section:
    """A part or step of a charter with the fields that are filled in and public."""

    of: Part | Step
    fields: tuple[tuple[Field, Any], ...]


@dataclass(frozen=True)
class PublicCharter:
    """A charter as readers see it: the six parts first, then the rest."""

    number: int
    values: Values
    parts: tuple[Section, ...]
    sections: tuple[Section, ...]


def charter_form() -> Charter:
    """Return the charter as data: chapters, steps, fields, choices and the six parts."""
    return charter()


def say_value(field: Field, value: Any, language: str) -> Said:
    """Return a charter value in the words of a reader: text, list of texts, or rows by label."""
    return say(field, value, language)


def step_token(values: Mapping[str, Any]) -> str:
    """Return a short fingerprint of the values of a step."""
    packed = json.dumps(values, sort_keys=True, ensure_ascii=False)
    return hashlib.blake2b(packed.encode(), digest_size=8).hexdigest()


def guide(community: Community, viewer: "Person") -> Guide:
    """Return the guide with progress, gates and advice; needs community.edit."""
    require(viewer, community, "community.edit")
    draft = CharterDraft.objects.get(community=community)
    latest = current_charter(community)
    return Guide(
        draft=draft,
        steps=tuple(progress(charter(), draft.values, draft.blueprint_values, draft.visited)),
        gates=tuple(gates(community)),
        behaviour=behaviour(draft.values),
        readiness=readiness(draft.values),
        unpublished=latest is None or bool(diff(latest.values, draft.values)),
    )


def step_page(community: Community, viewer: "Person", step_id: str) -> StepPage:
    """Return one step of the draft; needs community.edit; StepUnknown."""
    require(viewer, community, "community.edit")
    draft = CharterDraft.objects.get(community=community)
    step = charter().by_id.get(step_id)
    if step is None:
        raise StepUnknown(step=step_id)
    facts = flatten(draft.values)
    asked = charter().asked(draft.values)
    place = asked.index(step) if step in asked else -1
    own = draft.values.get(step_id, {})
    return StepPage(
        step=step,
        values=own,
        suggested=draft.blueprint_values.get(step_id, {}),
        fields=tuple(f for f in step.fields if f.asked(facts) or f.when is not None),
        token=step_token(own),
        previous=asked[place - 1] if place > 0 else None,
        following=asked[place + 1] if 0 <= place < len(asked) - 1 else None,
        locked=step_id == "goal" and operating_goal(community) is not None,
    )


def current_charter(community: Community) -> CharterVersion | None:
    """Return the published charter that counts, or None before the first."""
    found: CharterVersion | None = first("", _newest, [community.pk])
    return found


def _newest(given: "Sequence[int]") -> "QuerySet[CharterVersion]":
    return CharterVersion.objects.filter(community_id=given[0]).order_by("-number")[:1]


def charter_versions(community: Community) -> list[CharterVersion]:
    """Return the public history, newest first; the caller has fetched the community."""
    return list(
        CharterVersion.objects.filter(community=community)
        .select_related("published_by")
        .order_by("-number")
    )


def charter_version(community: Community, number: int) -> CharterVersion:
    """Return one version of the public history; NotFound."""
    found = CharterVersion.objects.filter(community=community, number=number).first()
    if found is None:
        raise NotFound
    return found


def charter_diff(
    community: Community, older: int, newer: int, language: str = ""
) -> list[FieldChange]:
    """Return what changed between two versions, public fields only; 0 is the empty charter.

    With a language, the pieces of each change are in the words of its readers.
    """
    before = charter_version(community, older).values if older else {}
    after = charter_version(community, newer).values
    public = {field.path for step in charter().steps for field in step.fields
              if step.public and field.public}  # fmt: skip
    changes = [change for change in diff(before, after) if change.path in public]
    return [_spoken(change, language) for change in changes] if language else changes


def public_charter(community: Community, number: int | None = None) -> PublicCharter | None:
    """Return a published charter for readers, the latest by default; None before the first."""
    found = current_charter(community) if number is None else charter_version(community, number)
    return laid_out(found.number, found.values) if found else None


def preview_charter(community: Community, viewer: "Person") -> PublicCharter:
    """Return the draft as readers would see it; needs community.edit."""
    require(viewer, community, "community.edit")
    return laid_out(0, CharterDraft.objects.get(community=community).values)


def behaviour_of(community: Community) -> Behaviour:
    """Return how this community behaves, by its published charter or its draft."""
    return behaviour(declared_values(community))


def laid_out(number: int, values: Values) -> PublicCharter:
    """Return charter values in reading order."""
    facts = flatten(values)
    in_parts = {path for part in charter().parts for path in part.fields}
    parts = tuple(
        Section(part, _filled([charter().field(path) for path in part.fields], facts))
        for part in charter().parts
    )
    sections = [
        Section(step, _filled([f for f in step.fields if f.path not in in_parts], facts))
        for step in charter().asked(values)
        if step.public
    ]
    return PublicCharter(number, values, parts, tuple(s for s in sections if s.fields))


def _spoken(change: FieldChange, language: str) -> FieldChange:
    field = charter().field(change.path)
    before, after = (
        say(field, value, language) if filled(value) else None
        for value in (change.before, change.after)
    )
    return replace(change, said=(before, after))


def _filled(fields: list[Field], facts: Mapping[str, Any]) -> tuple[tuple[Field, Any], ...]:
    return tuple(
        (field, facts[field.path])
        for field in fields
        if field.public and filled(facts.get(field.path))
    )
