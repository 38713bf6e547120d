"""The guide: the form of the charter, and the draft that founders write."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from django.utils.translation import gettext
from ninja import Path
from pydantic import Field

from qunluo.api.area import Area
from qunluo.api.caller import Caller
from qunluo.api.community import Gate, SlugPath, community_of, show_gate
from qunluo.api.shapes import Given, Shown
from qunluo.api.texts import picked
from qunluo.community import actions, queries
from qunluo.kernel.text import _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qunluo.community.rules import charter as form

area = Area("charter", "Charter")
StepName = Annotated[str, Path(max_length=40, pattern=r"^[a-z_]+$")]


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
