"""The charter: its form, the draft that founders write, and the versions that stay."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from django.utils.translation import get_language, gettext
from ninja import Path, Query, Status
from pydantic import Field

from qunluo.api.area import Area
from qunluo.api.caller import Caller
from qunluo.api.community import Gate, PublishNote, SlugPath, community_of, show_gate
from qunluo.api.people import PersonCard, card
from qunluo.api.shapes import Given, Shown, Whole
from qunluo.api.texts import picked
from qunluo.community import actions, queries
from qunluo.kernel.errors import NotFound
from qunluo.kernel.text import _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qunluo.community import models as rows
    from qunluo.community.rules import charter as form

area = Area("charter", "Charter")
StepName = Annotated[str, Path(max_length=40, pattern=r"^[a-z_]+$")]
Number = Annotated[Whole, Path(ge=1, le=1_000_000)]


class FormChoice(Shown):
    """One answer that a question offers."""

    id: str
    label: str
    means: str
    changes: str = Field(description=_("What it changes in the software."))


class FormColumn(Shown):
    """One column of a question that is answered with rows."""

    id: str
    label: str
    type: str
    required: bool
    choices: list[FormChoice]


class FormField(Shown):
    """One question of a step."""

    path: str = Field(description=_("step.field, as gates and differences name it."))
    id: str
    type: str
    label: str
    help: str
    example: str
    required: bool
    public: bool
    max_length: int
    max_items: int
    minimum: int | None
    maximum: int | None
    choices: list[FormChoice]
    columns: list[FormColumn]


class FormStep(Shown):
    """One step of the founding guide."""

    id: str
    chapter: str
    title: str
    why: str
    public: bool
    quick: bool = Field(description=_("Part of the ten minutes on a phone."))
    fields: list[FormField]


class FormChapter(Shown):
    """A group of steps that belong together."""

    id: str
    title: str
    intro: str
    steps: list[FormStep]


class StepState(Shown):
    """How far a step of the draft is."""

    step: str
    title: str
    state: str = Field(description=_("empty, partial, suggested (the blueprint's words) or done."))
    filled: int
    total: int
    missing: list[str]


class ReadyCondition(Shown):
    """One of the five conditions of the self-check."""

    field: str
    title: str
    answer: str
    advice: str


class ReadyAlternative(Shown):
    """A way to take part without founding alone."""

    id: str
    title: str
    fits: str
    give: str
    receive: str
    steps: list[str]


class Ready(Shown):
    """What the self-check advises."""

    verdict: str
    text: str
    against: bool
    conditions: list[ReadyCondition]
    alternatives: list[ReadyAlternative]


class Guide(Shown):
    """The founding guide of a community."""

    done: int
    unpublished: bool = Field(description=_("The draft says something that is not published yet."))
    saved_at: datetime
    steps: list[StepState]
    gates: list[Gate]
    readiness: Ready


class DraftStep(Shown):
    """One step of the draft, with the questions that apply."""

    step: FormStep
    values: dict[str, Any]
    suggested: dict[str, Any] = Field(description=_("What the blueprint wrote."))
    token: str = Field(description=_("Send it back when saving, to notice a save in between."))
    locked: bool
    previous: str | None
    following: str | None


class StepValues(Given):
    """Answers of a step, by field; a field that is not sent keeps its answer."""

    values: dict[str, Any] = Field(max_length=60)
    token: str | None = Field(None, description=_("As read with the step; null saves anyway."))


class StepSaved(Shown):
    """What was kept, what could not be kept and why, and what is still missing."""

    values: dict[str, Any]
    problems: dict[str, list[str]]
    missing: list[str]
    token: str


class CharterField(Shown):
    """A filled-in field: its raw value, and the value in words."""

    path: str
    label: str
    value: Any
    said: Any = Field(description=_("A text, a list of texts, or rows by column."))


class CharterSection(Shown):
    """A part or step of a charter, as readers see it."""

    id: str
    title: str
    fields: list[CharterField]


class Charter(Shown):
    """A charter as readers see it: the six parts first, then the rest."""

    number: int = Field(description=_("The version; 0 is a draft."))
    parts: list[CharterSection]
    sections: list[CharterSection]


class CharterVersion(Shown):
    """One published version."""

    number: int
    note: str
    published_at: datetime
    published_by: PersonCard | None


class DiffPiece(Shown):
    """A stretch of text that stayed, went or came."""

    op: str = Field(description=_("same, gone or new."))
    text: str


class CharterChange(Shown):
    """A field that differs between two versions."""

    path: str
    label: str
    kind: str = Field(description=_("added, removed or changed."))
    before: Any
    after: Any
    pieces: list[DiffPiece]


class Between(Shown):
    """Two versions to compare; 0 is the empty charter."""

    older: Whole = Field(0, ge=0, le=1_000_000)
    newer: Whole = Field(ge=1, le=1_000_000)


@area.read("/charter-form", list[FormChapter], scope="communities:read", public=True)
def charter_form(request: Caller) -> list[dict[str, Any]]:
    """Show every question of the guide."""
    found = queries.charter_form()
    return [
        {
            "id": chapter.id,
            "title": picked(chapter.title),
            "intro": picked(chapter.intro),
            "steps": [
                _step(step, step.fields) for step in found.steps if step.chapter == chapter.id
            ],
        }
        for chapter in found.chapters
    ]


@area.read("/communities/{slug}/draft", Guide, scope="communities:read")
def draft(request: Caller, slug: SlugPath) -> dict[str, Any]:
    """Show the guide with progress, gates and advice."""
    found = queries.guide(community_of(request, slug), request.person)
    return {
        "done": found.done,
        "unpublished": found.unpublished,
        "saved_at": found.draft.saved_at,
        "steps": [
            {
                "step": one.step.id,
                "title": picked(one.step.title),
                "state": one.state,
                "filled": one.filled,
                "total": one.total,
                "missing": [field.id for field in one.missing],
            }
            for one in found.steps
        ],
        "gates": [show_gate(state) for state in found.gates],
        "readiness": {
            "verdict": found.readiness.verdict,
            "text": picked(found.readiness.text),
            "against": found.readiness.against,
            "conditions": [
                {"field": c.field, "title": picked(c.title), "answer": c.answer,
                 "advice": picked(c.advice)}
                for c in found.readiness.conditions
            ],
            "alternatives": [
                {"id": a.id, "title": picked(a.title), "fits": picked(a.fits),
                 "give": picked(a.give), "receive": picked(a.receive),
                 "steps": [picked(step) for step in a.steps]}
                for a in found.readiness.alternatives
            ],
        },
    }  # fmt: skip


@area.read("/communities/{slug}/draft/{step}", DraftStep, scope="communities:read")
def draft_step(request: Caller, slug: SlugPath, step: StepName) -> dict[str, Any]:
    """Show one step with its answers."""
    found = queries.step_page(community_of(request, slug), request.person, step)
    return {
        "step": _step(found.step, found.fields),
        "values": dict(found.values),
        "suggested": dict(found.suggested),
        "token": found.token,
        "locked": found.locked,
        "previous": found.previous.id if found.previous else None,
        "following": found.following.id if found.following else None,
    }


@area.write("PUT", "/communities/{slug}/draft/{step}", StepSaved, scope="communities:write")
def save_step(
    request: Caller, slug: SlugPath, step: StepName, answers: StepValues
) -> dict[str, Any]:
    """Save what can be kept of a step."""
    saved = actions.save_charter_step(
        actor=request.person,
        community=community_of(request, slug),
        step=step,
        values=answers.values,
        token=answers.token,
    )
    return {
        "values": dict(saved.values),
        "problems": {
            name: [problem.say(gettext) for problem in problems]
            for name, problems in saved.problems.items()
        },
        "missing": [field.id for field in saved.missing],
        "token": saved.token,
    }


@area.read("/communities/{slug}/charter", Charter, scope="communities:read", public=True)
def charter(request: Caller, slug: SlugPath) -> dict[str, Any]:
    """Show the charter that counts."""
    found = queries.public_charter(community_of(request, slug))
    if found is None:
        raise NotFound
    return _charter(found)


@area.read("/communities/{slug}/charter/preview", Charter, scope="communities:read")
def charter_preview(request: Caller, slug: SlugPath) -> dict[str, Any]:
    """Show the draft as readers would see it."""
    return _charter(queries.preview_charter(community_of(request, slug), request.person))


@area.read(
    "/communities/{slug}/charter/versions",
    list[CharterVersion],
    scope="communities:read",
    public=True,
)
def charter_versions(request: Caller, slug: SlugPath) -> list[dict[str, Any]]:
    """List the public history."""
    return [_version(one) for one in queries.charter_versions(community_of(request, slug))]


@area.write(
    "POST",
    "/communities/{slug}/charter/versions",
    CharterVersion,
    scope="communities:write",
    status=201,
)
def publish_charter(request: Caller, slug: SlugPath, said: PublishNote) -> Status[dict[str, Any]]:
    """Publish the draft as the next version."""
    found = community_of(request, slug)
    made = actions.publish_charter(actor=request.person, community=found, note=said.note)
    return Status(201, _version(made))


@area.read(
    "/communities/{slug}/charter/versions/{number}", Charter, scope="communities:read", public=True
)
def charter_version(request: Caller, slug: SlugPath, number: Number) -> dict[str, Any]:
    """Show one version."""
    found = queries.public_charter(community_of(request, slug), number)
    if found is None:
        raise NotFound
    return _charter(found)


@area.read(
    "/communities/{slug}/charter/changes",
    list[CharterChange],
    scope="communities:read",
    public=True,
)
def charter_changes(
    request: Caller, slug: SlugPath, between: Query[Between]
) -> list[dict[str, Any]]:
    """Compare two versions."""
    found = queries.charter_diff(community_of(request, slug), between.older, between.newer)
    labels = {field.path: field.label for field in queries.charter_form().fields()}
    return [
        {
            "path": change.path,
            "label": picked(labels.get(change.path, change.path)),
            "kind": change.kind,
            "before": change.before,
            "after": change.after,
            "pieces": [{"op": piece.op, "text": piece.text} for piece in change.pieces],
        }
        for change in found
    ]


def _version(one: "rows.CharterVersion") -> dict[str, Any]:
    return {
        "number": one.number,
        "note": one.note,
        "published_at": one.published_at,
        "published_by": card(one.published_by) if one.published_by else None,
    }


def _charter(found: queries.PublicCharter) -> dict[str, Any]:
    return {
        "number": found.number,
        "parts": [_section(part) for part in found.parts],
        "sections": [_section(section) for section in found.sections],
    }


def _section(section: queries.Section) -> dict[str, Any]:
    language = get_language() or "en"
    return {
        "id": section.of.id,
        "title": picked(section.of.title),
        "fields": [
            {
                "path": field.path,
                "label": picked(field.label),
                "value": value,
                "said": queries.say_value(field, value, language),
            }
            for field, value in section.fields
        ],
    }


def _step(step: "form.Step", fields: "tuple[form.Field, ...]") -> dict[str, Any]:
    return {
        "id": step.id,
        "chapter": step.chapter,
        "title": picked(step.title),
        "why": picked(step.why),
        "public": step.public,
        "quick": step.quick,
        "fields": [_field(field) for field in fields],
    }


def _field(field: "form.Field") -> dict[str, Any]:
    plain = ("path", "id", "type", "required", "public", "max_length", "max_items", "minimum",
             "maximum")  # fmt: skip
    return {
        **{name: getattr(field, name) for name in plain},
        **{name: picked(getattr(field, name)) for name in ("label", "help", "example")},
        "choices": _choices(field.choices),
        "columns": [
            {
                "id": column.id,
                "label": picked(column.label),
                "type": column.type,
                "required": column.required,
                "choices": _choices(column.choices),
            }
            for column in field.columns
        ],
    }


def _choices(choices: "tuple[form.Choice, ...]") -> "list[Mapping[str, str]]":
    return [
        {
            "id": choice.id,
            "label": picked(choice.label),
            "means": picked(choice.means),
            "changes": picked(choice.changes),
        }
        for choice in choices
    ]
