"""What founders fill in outside the charter."""

from functools import lru_cache
from importlib.resources import files
from typing import Any
from zoneinfo import available_timezones

from babel import Locale
from babel.dates import get_timezone_location
from babel.numbers import get_currency_name
from django import forms
from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from qunluo.blueprints.queries import blueprints
from qunluo.kernel.text import pick
from qunluo.web.core.say import locale

CURRENCIES = ("CNY", "USD", "EUR", "GBP", "HKD", "TWD", "JPY", "SGD", "MYR", "CAD", "AUD")
SELECTIONS = [
    ("invitation", _("By invitation")),
    ("open", _("Open to everyone")),
    ("questions", _("By questions")),
    ("vetting", _("By vetting")),
    ("fee", _("By an entry fee")),
]


def currencies() -> list[tuple[str, str]]:
    """Return the offered currencies under their names."""
    return [(code, f"{get_currency_name(code, locale=locale())} ({code})") for code in CURRENCIES]


def zones(kept: str = "") -> list[tuple[str, str]]:
    """Return the time zones by name of place: those that differ since 1970, and the one kept."""
    found = _zones(locale())
    if kept in dict(found) or kept not in available_timezones():
        return found
    return sorted([*found, (kept, _located(kept, locale()))])


@lru_cache(maxsize=8)
def _zones(said_in: Locale) -> list[tuple[str, str]]:
    table = files("tzdata") / "zoneinfo" / "zone1970.tab"
    rows = (row.split("\t") for row in table.read_text("utf-8").splitlines() if row[0] != "#")
    return sorted((row[2].strip(), _located(row[2].strip(), said_in)) for row in rows)


def _located(name: str, said_in: Locale) -> str:
    return str(get_timezone_location(name, locale=said_in))


class StartForm(forms.Form):
    """A name, a blueprint and one sentence."""

    name = forms.CharField(
        label=_("What is it called?"),
        help_text=_("It can change at any time."),
        min_length=2,
        max_length=60,
    )
    sentence = forms.CharField(
        label=_("What is it, in one sentence?"),
        help_text=_("As you would tell a friend who has ten seconds."),
        min_length=2,
        max_length=200,
    )
    blueprint = forms.ChoiceField(
        label=_("What comes closest?"),
        help_text=_("A blueprint only fills in a beginning. Everything can be changed."),
        widget=forms.RadioSelect,
    )
    language = forms.ChoiceField(label=_("Language of the community"), choices=settings.LANGUAGES)
    currency = forms.ChoiceField(label=_("Currency"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        language = get_language() or "zh-hans"
        kwargs["initial"] = {
            "language": language,
            "currency": "CNY" if language.startswith("zh") else "USD",
            **kwargs.get("initial", {}),
        }
        super().__init__(*args, **kwargs)
        offered = [(one.id, pick(one.name, language)) for one in blueprints().values()]
        self.fields["blueprint"].choices = offered  # type: ignore[attr-defined]
        self.fields["currency"].choices = currencies()  # type: ignore[attr-defined]


class SettingsForm(forms.Form):
    """Name, address and look of a community."""

    name = forms.CharField(label=_("Name of the community"), min_length=2, max_length=60)
    sentence = forms.CharField(label=_("One sentence"), min_length=2, max_length=200)
    slug = forms.CharField(
        label=_("Address"),
        help_text=_("The last part of the link. It stays once the community is published."),
        max_length=40,
    )
    brand_colour = forms.CharField(
        label=_("Brand colour"),
        help_text=_("Any colour will do: texts stay readable on light and dark pages."),
        widget=forms.TextInput(attrs={"type": "color"}),
    )
    language = forms.ChoiceField(label=_("Language of the community"), choices=settings.LANGUAGES)
    time_zone = forms.ChoiceField(label=_("Time zone"))

    def __init__(self, *args: Any, fixed: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kept = self.initial.get("time_zone", "")
        self.fields["time_zone"].choices = zones(kept)  # type: ignore[attr-defined]
        if fixed:
            self.fields["slug"].disabled = True
            self.fields["slug"].help_text = _("Links and posters carry it, so it stays.")


class OfferForm(forms.Form):
    """What two founders agree on."""

    terms = forms.CharField(
        label=_("What have you agreed?"),
        help_text=_("Who does what, who decides what, and what happens when one of you leaves."),
        widget=forms.Textarea(attrs={"rows": 4}),
        min_length=10,
        max_length=400,
    )
    share_percent = forms.IntegerField(
        label=_("Their share of what is ever shared, in percent"), min_value=0, max_value=100
    )


class NoteForm(forms.Form):
    """A word on a new version of the charter."""

    note = forms.CharField(
        label=_("What is new?"),
        help_text=_("One sentence for the public history."),
        required=False,
        max_length=200,
    )


class CloseForm(forms.Form):
    """Why a community ends, and its name as a brake."""

    reason = forms.CharField(
        label=_("Why does it end?"),
        help_text=_("Every member reads this."),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=400,
    )
    name = forms.CharField(
        label=_("Type the name of the community"),
        help_text=_("So that nobody closes one by mistake."),
        max_length=60,
    )
