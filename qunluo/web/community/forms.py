"""What people fill in to find, join and leave."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from qunluo.kernel.text import pick

CLAIMS = [
    ("have", _("That is me already")),
    ("want", _("I want to become that")),
    ("", _("Neither")),
]


def _proof(proof: str) -> str:
    return gettext("How it is verified: %(proof)s") % {"proof": proof} if proof else ""


class JoinForm(forms.Form):
    """The questions, the criterion, the label and the rules, as the charter declares them."""

    def __init__(self, *args: Any, terms: Any, rules: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for question in terms.questions:
            self.fields[question.id] = forms.CharField(
                label=pick(question.text, get_language()),
                widget=forms.Textarea(attrs={"rows": 3}),
                max_length=1000,
            )
        if terms.criterion:
            self.fields["criterion_claim"] = forms.CharField(
                label=gettext("It is for: %(criterion)s. What shows that you belong?")
                % {"criterion": terms.criterion},
                help_text=_proof(terms.proof),
                widget=forms.Textarea(attrs={"rows": 2}),
                max_length=500,
            )
        if terms.label:
            self.fields["label_claim"] = forms.ChoiceField(
                label=gettext("We call ourselves “%(label)s”. Are you?") % {"label": terms.label},
                choices=CLAIMS,
                widget=forms.RadioSelect,
                required=False,
            )
        if rules:
            self.fields["accepted_rules"] = forms.BooleanField(
                label=gettext(
                    "I have read what this community stands for, and will keep its rules"
                ),
                error_messages={"required": gettext("Please accept the rules.")},
            )
        self.fields["despite_scope"] = forms.BooleanField(
            required=False, widget=forms.HiddenInput()
        )

    def said(self, rules_number: int) -> dict[str, Any]:
        """Return the arguments of actions.apply."""
        answers = {
            name: value
            for name, value in self.cleaned_data.items()
            if name not in {"criterion_claim", "label_claim", "accepted_rules", "despite_scope"}
        }
        return {
            "answers": answers,
            "accepted_rules": rules_number if self.cleaned_data.get("accepted_rules") else 0,
            "label_claim": self.cleaned_data.get("label_claim", ""),
            "criterion_claim": self.cleaned_data.get("criterion_claim", ""),
            "despite_scope": self.cleaned_data.get("despite_scope", False),
        }


class DirectoryForm(forms.Form):
    """What members may look for."""

    q = forms.CharField(label=_("Name"), required=False, max_length=60)
    offers = forms.CharField(label=_("What they can do for others"), required=False, max_length=60)
    tag = forms.CharField(label=_("Tag"), required=False, max_length=30)
    role = forms.ChoiceField(label=_("Role"), required=False)

    def __init__(self, *args: Any, roles: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [("", gettext("Everyone")), *roles]  # type: ignore[attr-defined]

    def filters(self) -> dict[str, str]:
        """Return the filters that were filled in."""
        return {k: v for k, v in self.cleaned_data.items() if v} if self.is_valid() else {}


class LeaveForm(forms.Form):
    """Leaving needs no reason; one helps those who stay."""

    reason = forms.CharField(
        label=_("Would you tell us why?"),
        help_text=_("Only those who look after members read it. You may leave it empty."),
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
        max_length=200,
    )


class AppealForm(forms.Form):
    """Why a decision was wrong, in one's own words."""

    text = forms.CharField(
        label=_("Why was this wrong?"),
        help_text=_("In your own words. Somebody who did not take the decision reads it."),
        widget=forms.Textarea(attrs={"rows": 5}),
        max_length=2000,
    )


class PledgeForm(forms.Form):
    """A counted act for the change that is wanted."""

    action = forms.ChoiceField(label=_("I pledge"))
    count = forms.IntegerField(label=_("How many"), min_value=1, initial=1)

    def __init__(self, *args: Any, acts: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["action"].choices = [(act, act) for act in acts]  # type: ignore[attr-defined]
