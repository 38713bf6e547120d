"""The forms of a person's own pages."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from qunluo.kernel.errors import DomainError
from qunluo.people.queries import AUDIENCES, LENGTHS, SCOPES, TOKEN_DAYS, VISIBLE
from qunluo.web.me.zones import zone_choices

if TYPE_CHECKING:
    from qunluo.people.models import Person

LARGE = forms.Textarea(attrs={"rows": 4})


def take(form: forms.Form, error: DomainError) -> None:
    """Show a refusal of ours at the fields it is about."""
    fields = error.say_fields(gettext)
    for name, lines in fields.items():
        for line in lines:
            form.add_error(name if name in form.fields else None, line)
    if not fields:
        form.add_error(None, " ".join(filter(None, error.say(gettext))))


class Lines(forms.CharField):
    """A list written as lines, or separated by commas."""

    def __init__(self, *, separators: str, **kwargs: Any) -> None:
        self.separators = separators
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        """Show a list as text."""
        joint = "\n" if self.separators == "\n" else gettext(", ")
        return joint.join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:
        """Return the entries."""
        text = super().clean(value)
        for separator in self.separators[1:]:
            text = text.replace(separator, self.separators[0])
        return [part for part in text.split(self.separators[0]) if part.strip()]


class ProfileForm(forms.Form):
    """Who I am, and who may see what of it."""

    name = forms.CharField(
        label=_("Name"), max_length=LENGTHS["name"],
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )  # fmt: skip
    intro = forms.CharField(
        label=_("In one or two sentences"), max_length=LENGTHS["intro"], required=False,
        help_text=_("What you would say when you join a table."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip
    offers = Lines(
        label=_("What I do for others"), required=False, separators="\n",
        help_text=_("One per line: repairing bicycles, tasting tea, listening…"),
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip
    thoughts = forms.CharField(
        label=_("What I am thinking about"), max_length=LENGTHS["thoughts"], required=False,
        widget=LARGE,
    )  # fmt: skip
    wishes = forms.CharField(
        label=_("What I wish for"), max_length=LENGTHS["wishes"], required=False, widget=LARGE
    )
    worries = forms.CharField(
        label=_("What worries me"), max_length=LENGTHS["worries"], required=False, widget=LARGE
    )
    tags = Lines(
        label=_("Tags"), required=False, separators="\n,，、;；",
        help_text=_("Separated by commas: Hangzhou, gardening, night owl"),
        widget=forms.TextInput(),
    )  # fmt: skip

    def __init__(self, data: Any = None, *, person: "Person") -> None:
        initial = {field: getattr(person, field) for field in self.base_fields}
        super().__init__(data, initial=initial)
        for field, usual in VISIBLE.items():
            self.fields[f"see_{field}"] = forms.ChoiceField(
                label=_("Who sees it"),
                choices=[(value, gettext(said)) for value, said in AUDIENCES.items()],
                initial=person.visibility.get(field, usual),
            )

    def rows(self) -> Iterator[tuple[forms.BoundField, forms.BoundField | None]]:
        """Yield each field with the choice of who sees it."""
        for name in self.base_fields:
            yield self[name], self[f"see_{name}"] if name in VISIBLE else None

    def values(self) -> dict[str, Any]:
        """Return the keyword arguments of people.actions.update_profile."""
        given = self.cleaned_data
        visibility = {field: given[f"see_{field}"] for field in VISIBLE}
        return {**{name: given[name] for name in self.base_fields}, "visibility": visibility}


class PreferencesForm(forms.Form):
    """How the site speaks to me, and in whose time."""

    language = forms.ChoiceField(
        label=_("Language"), choices=[("zh-hans", "简体中文"), ("en", "English")],
        widget=forms.RadioSelect,
    )  # fmt: skip
    time_zone = forms.ChoiceField(
        label=_("Time zone"), help_text=_("Dates and quiet hours follow it."),
        choices=lambda: zone_choices(get_language() or "zh-hans"),
    )  # fmt: skip


class PictureForm(forms.Form):
    """A picture of myself."""

    picture = forms.FileField(
        label=_("Choose a picture"),
        help_text=_("JPEG, PNG or WebP, up to 8 MB. We keep only the pixels: no place, no camera."),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp,image/gif"}),
    )


class TokenForm(forms.Form):
    """What a program may do in my name."""

    name = forms.CharField(
        label=_("What is it for?"), max_length=LENGTHS["name"],
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    scopes = forms.MultipleChoiceField(
        label=_("What may it do?"),
        help_text=_("As little as it needs. It can never do more than you can."),
        widget=forms.CheckboxSelectMultiple,
    )
    days = forms.TypedChoiceField(label=_("How long does it live?"), coerce=int, initial=90)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._choose("scopes", ((scope.name, gettext(scope.label)) for scope in SCOPES))
        self._choose("days", ((str(days), gettext("%d days") % days) for days in TOKEN_DAYS))

    def _choose(self, field: str, choices: Iterable[tuple[str, str]]) -> None:
        self.fields[field].choices = list(choices)  # type: ignore[attr-defined]


class EraseForm(forms.Form):
    """The last word."""

    sure = forms.BooleanField(label=_("Yes, erase my account. I know that nobody can undo it."))
