"""Forms of bookable services: shapes only, the rules are those of the room."""

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from qunluo.web.market.forms.fields import LINES, MoneyField, add_fields, words

if TYPE_CHECKING:
    from qunluo.market.models import ServicePlan, Shop, Staff

SPAN = re.compile(r"(\d{1,2})[:：](\d{2})\s*[-–—~～至到]\s*(\d{1,2})[:：](\d{2})")
BETWEEN = re.compile(r"[,，;；、\s]*")


class NameForm(forms.Form):
    """A new service."""

    title = forms.CharField(label=_("What is it called?"), max_length=80)


class PlanForm(forms.Form):
    """How a service can be booked."""

    seats = forms.IntegerField(
        label=_("Seats at one time"), min_value=1, max_value=100,
        help_text=_("1 for one person alone, more for a group."),
    )  # fmt: skip
    before = forms.IntegerField(label=_("Minutes kept free before"), min_value=0, max_value=240)
    after = forms.IntegerField(
        label=_("Minutes kept free after"), min_value=0, max_value=240,
        help_text=_("Quarters of an hour."),
    )  # fmt: skip
    notice_hours = forms.IntegerField(
        label=_("Booked at least so many hours ahead"), min_value=0, max_value=720
    )
    days_ahead = forms.IntegerField(
        label=_("Booked at most so many days ahead"), min_value=1, max_value=365
    )
    cancel_hours = forms.IntegerField(
        label=_("Everything comes back until so many hours before"), min_value=0, max_value=720
    )
    late_percent = forms.IntegerField(
        label=_("After that so many percent come back"), min_value=0, max_value=100
    )
    place = words(_("Where"), 200)
    link = words(
        _("Link for who has booked"), 400, help_text=_("Others do not see it. For a call online.")
    )

    def __init__(self, *args: Any, plan: "ServicePlan", **kwargs: Any) -> None:
        """Show how it is now."""
        kwargs["initial"] = {name: getattr(plan, name) for name in self.base_fields}
        super().__init__(*args, **kwargs)


class LengthForm(forms.Form):
    """A length of a service with its price."""

    def __init__(self, *args: Any, shop: "Shop", **kwargs: Any) -> None:
        """Take the currency of the shop."""
        super().__init__(*args, **kwargs)
        add_fields(
            self,
            name=words(_("Name"), 60),
            minutes=forms.IntegerField(
                label=_("Minutes"), min_value=15, max_value=720, initial=60,
                help_text=_("Quarters of an hour."),
            ),
            price=MoneyField(label=_("Price"), currency=shop.currency),
        )  # fmt: skip


class HoursForm(forms.Form):
    """When somebody gives a service, day by day."""

    def __init__(self, *args: Any, staff: "Staff | None", **kwargs: Any) -> None:
        """Show the hours as they are."""
        super().__init__(*args, **kwargs)
        week: Mapping[str, Sequence[Sequence[int]]] = staff.week if staff else {}
        for day, name in WEEKDAYS.items():
            self.fields[f"day{day}"] = forms.CharField(
                label=name, required=False, max_length=200, initial=_spans(week.get(str(day), [])),
                widget=forms.TextInput(attrs={"placeholder": "9:00–12:00, 13:30–17:00"}),
            )  # fmt: skip
        add_fields(
            self,
            days_off=forms.CharField(
                label=_("Days off"), required=False, max_length=3000, widget=LINES,
                initial="\n".join(staff.days_off if staff else []),
                help_text=_("One day on each line, as 2026-12-24."),
            ),
            active=forms.BooleanField(
                label=_("Can be booked"), required=False, initial=staff.active if staff else True
            ),
        )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Read the hours of every day."""
        found = super().clean() or {}
        for day in range(7):
            try:
                found[f"day{day}"] = _minutes(str(found.get(f"day{day}", "")))
            except ValueError:
                self.add_error(
                    f"day{day}",
                    gettext("Give hours as 9:00–12:00, with a comma between several."),
                )
        return found

    def week(self) -> dict[int, list[list[int]]]:
        """Return the hours as the room takes them."""
        return {day: self.cleaned_data[f"day{day}"] for day in range(7)}

    def days_off(self) -> list[str]:
        """Return the days off."""
        return str(self.cleaned_data["days_off"]).split()


class RateForm(forms.Form):
    """How content somebody is."""

    stars = forms.TypedChoiceField(
        label=_("How was it?"), coerce=int, choices=[(n, "★" * n) for n in range(5, 0, -1)],
        widget=forms.RadioSelect,
    )  # fmt: skip
    words = words(_("A word about it, for everybody to read"), 400, long=True)


def _spans(spans: Sequence[Sequence[int]]) -> str:
    return ", ".join(f"{_clock(first)}–{_clock(last)}" for first, last in spans)


def _clock(minute: int) -> str:
    return f"{minute // 60}:{minute % 60:02d}"


def _minutes(text: str) -> list[list[int]]:
    """Return spans of minutes. ValueError where anything else is written."""
    if BETWEEN.sub("", SPAN.sub("", text)):
        raise ValueError(text)
    found = []
    for a, b, c, d in SPAN.findall(text):
        if int(b) > 59 or int(d) > 59:
            raise ValueError(text)
        found.append([int(a) * 60 + int(b), int(c) * 60 + int(d)])
    return found
