"""Forms of the operator's desk: shapes only, the rules are the rooms'."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from qunluo.community import queries
from qunluo.governance.queries import measure_limits

Choices = list[tuple[str, str]]
LIMITS = measure_limits()
FILTERS = ("q", "role", "tag", "offers", "via", "host", "label", "rules", "joined_after",
           "joined_before", "dormant_days")  # fmt: skip


class MemberFilter(forms.Form):
    """What the members are looked through for."""

    q = forms.CharField(label=_("Name"), required=False, max_length=60)
    role = forms.ChoiceField(label=_("Role"), required=False)
    tag = forms.CharField(label=_("Tag"), required=False, max_length=30)
    offers = forms.CharField(label=_("Can help with"), required=False, max_length=60)
    via = forms.ChoiceField(
        label=_("Came by"),
        required=False,
        choices=[
            ("", _("any way")),
            ("founding", _("founding")),
            ("open", _("the open door")),
            ("questions", _("answering questions")),
            ("vetting", _("vetting")),
            ("invitation", _("invitation")),
        ],
    )
    host = forms.ChoiceField(label=_("Host"), required=False)
    label = forms.ChoiceField(
        label=_("Label"),
        required=False,
        choices=[
            ("", _("does not matter")),
            ("have", _("has it")),
            ("want", _("wants it")),
            ("none", _("has not said")),
        ],
    )
    rules = forms.ChoiceField(
        label=_("Rules"),
        required=False,
        choices=[("", _("does not matter")), ("outdated", _("current version not accepted yet"))],
    )
    joined_after = forms.DateField(
        label=_("Joined after"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    joined_before = forms.DateField(
        label=_("Joined before"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    dormant_days = forms.IntegerField(
        label=_("Not here for days"), required=False, min_value=1, max_value=3650
    )

    def __init__(self, *args: Any, roles: Choices, hosts: Choices, **kwargs: Any) -> None:
        """Take the roles and the hosts that can be asked for."""
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [("", _("any")), *roles]  # type: ignore[attr-defined]
        self.fields["host"].choices = [  # type: ignore[attr-defined]
            ("", _("anybody")), ("none", _("nobody yet")), *hosts,
        ]  # fmt: skip

    def asked(self) -> dict[str, str]:
        """Return what is asked for, as text; what cannot be understood is left out."""
        self.full_clean()
        return {
            name: str(value) for name, value in self.cleaned_data.items() if value not in ("", None)
        }


class SegmentForm(forms.Form):
    """A name for the filter that is set."""

    name = forms.CharField(label=_("Name of the segment"), max_length=60)


class NoteForm(forms.Form):
    """Something worth remembering about a member."""

    text = forms.CharField(
        label=_("New note"),
        max_length=2000,
        help_text=_("The member finds notes in the archive of their own data: write accordingly."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class TagForm(forms.Form):
    """A tag for a member."""

    name = forms.CharField(label=_("New tag"), max_length=30)


class HostForm(forms.Form):
    """Who looks after a member."""

    host = forms.ChoiceField(label=_("Host"), required=False)

    def __init__(self, *args: Any, hosts: Choices, **kwargs: Any) -> None:
        """Take those who can host."""
        super().__init__(*args, **kwargs)
        self.fields["host"].choices = [("", _("nobody")), *hosts]  # type: ignore[attr-defined]


class DecisionForm(forms.Form):
    """Letting somebody in or not."""

    accept = forms.TypedChoiceField(
        label=_("Decision"),
        coerce=lambda value: value == "yes",
        choices=[("yes", _("Let them in")), ("no", _("Not this time"))],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=400,
        help_text=_("Needed when you decline; they will read it, and can appeal to somebody else."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class AppealDecisionForm(forms.Form):
    """Judging an appeal."""

    grant = forms.TypedChoiceField(
        label=_("Decision"),
        coerce=lambda value: value == "yes",
        choices=[("yes", _("The appeal is right: undo the decision")), ("no", _("It stands"))],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("Reason"), max_length=LIMITS.reason_length, widget=forms.Textarea(attrs={"rows": 3})
    )


class MeasureForm(forms.Form):
    """A measure under a rule that the member accepted."""

    kind = forms.ChoiceField(
        label=_("Measure"),
        choices=[
            ("warn", _("Warn: nothing changes yet")),
            ("suspend", _("Suspend for some days")),
            ("remove", _("Remove from the community")),
        ],
        widget=forms.RadioSelect,
    )
    days = forms.TypedChoiceField(
        label=_("Days of suspension"), coerce=int, required=False, empty_value=None,
        choices=[("", "—"), *[(str(n), str(n)) for n in LIMITS.suspension_days]],
    )  # fmt: skip
    rule_id = forms.ChoiceField(label=_("The rule that was broken"))
    reason = forms.CharField(
        label=_("What happened"),
        max_length=LIMITS.reason_length,
        help_text=_("The member reads this. They can appeal to somebody else than you."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, rules: Choices, **kwargs: Any) -> None:
        """Take the rules that the member accepted."""
        super().__init__(*args, **kwargs)
        self.fields["rule_id"].choices = rules  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """A suspension needs its days."""
        cleaned = super().clean() or {}
        if cleaned.get("kind") == "suspend" and not cleaned.get("days"):
            self.add_error("days", _("Say for how many days."))
        return cleaned


class GrantForm(forms.Form):
    """A role, the CCO seat or a badge for a member."""

    name = forms.ChoiceField(label=_("What"), required=False, widget=forms.RadioSelect)
    badge = forms.CharField(label=_("Name of the badge"), required=False, max_length=40)
    expires_on = forms.DateField(
        label=_("Until"),
        required=False,
        help_text=_("Left empty, it lasts until it is taken back."),
        widget=forms.DateInput(attrs={"type": "date"}),
    )

    def __init__(self, *args: Any, roles: Choices, **kwargs: Any) -> None:
        """Take the roles that can be given."""
        super().__init__(*args, **kwargs)
        self.fields["name"].choices = roles  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """A badge needs a name."""
        cleaned = super().clean() or {}
        if not cleaned.get("name") and not (cleaned.get("badge") or "").strip():
            self.add_error("badge", _("Choose a role, or name a badge."))
        return cleaned


def host_choices(community: Any) -> Choices:
    """Return who may be made a host, as choices."""
    return [(str(card.id), card.name) for card in queries.hosts(community)]
