"""Forms of order: shapes only, the rules are those of the room."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from qunluo.governance import queries
from qunluo.kernel.text import pick

Choices = list[tuple[str, str]]
LIMITS = queries.measure_limits()
VOTES = queries.vote_limits()


def area(rows: int, limit: int, label: Any, *, help: Any = "", needed: bool = True) -> Any:
    """Return a field for a longer text."""
    return forms.CharField(
        label=label,
        help_text=help,
        max_length=limit,
        required=needed,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


class ReportForm(forms.Form):
    """What is wrong: a rule, or words, or both."""

    rule_id = forms.ChoiceField(
        label=_("Which rule is broken?"), required=False, widget=forms.RadioSelect
    )
    text = area(
        3, 1000, _("What is wrong?"), help=_("Those who decide read it; the author does not."),
        needed=False,
    )  # fmt: skip

    def __init__(self, *args: Any, rules: Sequence[Mapping[str, str]], **kwargs: Any) -> None:
        """Take the rules that count now."""
        super().__init__(*args, **kwargs)
        titles = [(str(rule["id"]), str(rule["title"])) for rule in rules]
        choices = [*titles, ("", gettext("Something else: I say it in words"))]
        self.fields["rule_id"].choices = choices  # type: ignore[attr-defined]


class CaseForm(forms.Form):
    """What is done about something: the mildest that helps, under a rule, with a reason."""

    outcome = forms.ChoiceField(label=_("What is done"), widget=forms.RadioSelect)
    days = forms.TypedChoiceField(
        label=_("Days of suspension"), coerce=int, required=False,
        choices=[(str(n), str(n)) for n in LIMITS.suspension_days], initial="7",
    )  # fmt: skip
    rule_id = forms.ChoiceField(label=_("The rule that was broken"), required=False)
    reason = area(
        3, LIMITS.reason_length, _("What happened"),
        help=_(
            "Author and reporters read this. Criticism, and a link to somewhere else, are no "
            "reason."
        ),
        needed=False,
    )  # fmt: skip

    def __init__(self, *args: Any, outcomes: Sequence[str], rules: Choices, **kwargs: Any) -> None:
        """Take what can be decided here, and the rules that the author accepted."""
        super().__init__(*args, **kwargs)
        known = outcome_labels()
        self.fields["outcome"].choices = [  # type: ignore[attr-defined]
            (name, known[name]) for name in outcomes
        ]
        if "suspend" not in outcomes:
            del self.fields["days"]
        self.fields["rule_id"].choices = [("", "—"), *rules]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Suspend for a week when nothing else is said."""
        cleaned = super().clean() or {}
        return {**cleaned, "days": cleaned.get("days") or 7}


def outcome_labels() -> dict[str, str]:
    """Return what each decision is called."""
    return {
        "nothing": gettext("Nothing: no rule is broken"),
        "label": gettext("Put a note with the rule beside it; everybody still reads it"),
        "remove": gettext("Do not show it; its author reads rule and reason"),
        "warn": gettext("Warn the author; nothing is removed"),
        "suspend": gettext("Suspend the author for some days"),
        "expel": gettext("Remove the author from the community"),
        "release": gettext("Let it through"),
    }


class ChecksForm(forms.Form):
    """Which lists are looked at, and the community's own words."""

    on = forms.MultipleChoiceField(
        label=_("Look at these lists"), required=False, widget=forms.CheckboxSelectMultiple
    )
    own = forms.CharField(
        label=_("Words of our own"),
        help_text=_("One word or phrase a line, of 2 to 40 characters, at most 200."),
        required=False,
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 6}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer the lists of the software."""
        super().__init__(*args, **kwargs)
        language = get_language() or "en"
        self.fields["on"].choices = [  # type: ignore[attr-defined]
            (one.name, f"{pick(one.label, language)} · {pick(one.rule, language)}")
            for one in queries.word_lists()
        ]


class BallotForm(forms.Form):
    """One choice, for good."""

    choice = forms.ChoiceField(label=_("Your vote"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, choices: Choices, **kwargs: Any) -> None:
        """Take what can be chosen."""
        super().__init__(*args, **kwargs)
        self.fields["choice"].choices = choices  # type: ignore[attr-defined]


class VoteForm(forms.Form):
    """A question to everybody; a proposal brings its question along."""

    question = forms.CharField(label=_("The question"), max_length=120)
    text = area(4, 4000, _("What it is about"), needed=False)
    options = area(
        4, 1000, _("Options"), needed=False,
        help=_("One a line. Leave it empty for yes, no or abstain."),
    )  # fmt: skip
    secret = forms.TypedChoiceField(
        label=_("Secret or open"),
        coerce=lambda said: said == "1",
        choices=[("1", _("Secret: nobody can ever tell who chose what")),
                 ("0", _("Open: everybody reads the names when it is over"))],
        initial="1",
        widget=forms.RadioSelect,
    )  # fmt: skip
    days = forms.TypedChoiceField(
        label=_("Days to vote"),
        coerce=int,
        initial="7",
        choices=[(str(n), str(n)) for n in VOTES.days],
    )
    quorum = forms.IntegerField(
        label=_("At least this per cent must vote"),
        min_value=0,
        max_value=100,
        initial=VOTES.quorum,
    )
    majority = forms.TypedChoiceField(
        label=_("Passes with more than this per cent"), coerce=int, initial="50",
        choices=[(str(n), f"{n} %") for n in VOTES.majorities],
    )  # fmt: skip
    task = forms.CharField(
        label=_("A yes binds to this"), max_length=300, required=False,
        help_text=_("What will be done, by whom and until when. Everybody sees whether it was."),
    )  # fmt: skip
    task_person = forms.CharField(
        label=_("Who does it"), max_length=60, required=False,
        help_text=_("Name or handle of a member."),
    )  # fmt: skip
    task_due_on = forms.DateField(
        label=_("Done by"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, *args: Any, proposal: bool = False, **kwargs: Any) -> None:
        """Leave out what a proposal has said already."""
        super().__init__(*args, **kwargs)
        if proposal:
            for name in ("question", "text", "options"):
                del self.fields[name]


class NoteForm(forms.Form):
    """What came of a task."""

    note = area(3, 400, _("What came of it"), help=_("Everybody reads it."))


class PleaForm(forms.Form):
    """What an author says to a post that waits."""

    text = area(2, 400, _("Say something to it"), help=_("Who looks at it reads this."))


class ActForm(forms.Form):
    """Something that happened, the value it shows, and one sentence on how."""

    about = forms.CharField(
        label=_("What happened"),
        max_length=300,
        help_text=_("The number of a thread, such as #12, or the address of a post or a vote."),
    )
    value = forms.ChoiceField(label=_("Which value does it show?"), widget=forms.RadioSelect)
    sentence = forms.CharField(
        label=_("In one sentence: what was done?"),
        max_length=200,
        help_text=_("Everybody here reads it, whoever did it first of all."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, values: Sequence[str], **kwargs: Any) -> None:
        """Take the values of the charter that counts."""
        super().__init__(*args, **kwargs)
        self.fields["value"].choices = [(one, one) for one in values]  # type: ignore[attr-defined]


class ActRemovalForm(forms.Form):
    """The rule that a sentence in the log breaks, and what happened."""

    rule_id = forms.ChoiceField(label=_("The rule that was broken"))
    reason = area(3, LIMITS.reason_length, _("What happened"))

    def __init__(self, *args: Any, rules: Choices, **kwargs: Any) -> None:
        """Take the rules that the author accepted."""
        super().__init__(*args, **kwargs)
        self.fields["rule_id"].choices = rules  # type: ignore[attr-defined]


class GoalForm(forms.Form):
    """Another goal in place of the one that counts, and why."""

    statement = forms.CharField(label=_("The goal in one sentence"), max_length=160, required=False)
    metric = forms.CharField(label=_("What is counted"), max_length=80)
    target = forms.IntegerField(label=_("Target"), min_value=1, max_value=2**62)
    due_on = forms.DateField(label=_("By when"), widget=forms.DateInput(attrs={"type": "date"}))
    why = area(4, 4000, _("Why change it?"), help=_("Everybody reads it before they vote."))
    days = forms.TypedChoiceField(
        label=_("Days to vote"),
        coerce=int,
        initial="7",
        choices=[(str(n), str(n)) for n in VOTES.days],
    )
