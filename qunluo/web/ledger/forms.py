"""Forms of the books: shapes only, the rules are those of the room."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from qunluo.kernel.text import pick
from qunluo.ledger import queries
from qunluo.ledger.actions import Leg

MOST = Decimal(10) ** 15


def reason_field(**told: Any) -> forms.CharField:
    """Return the field for a reason that stays in the books."""
    return forms.CharField(
        label=_("Reason"), max_length=400, widget=forms.Textarea(attrs={"rows": 2}), **told
    )


class PointsForm(forms.Form):
    """How many points, and what for."""

    points = forms.IntegerField(label=_("Points"), min_value=1, max_value=queries.MOST_POINTS)
    reason = reason_field(help_text=_("They read it beside the points, in their account."))


class PointsNameForm(forms.Form):
    """What points are called."""

    zh = forms.CharField(label=_("In Chinese"), max_length=queries.NAME_LENGTH)
    one = forms.CharField(label=_("In English, one of them"), max_length=queries.NAME_LENGTH)
    many = forms.CharField(label=_("In English, several"), max_length=queries.NAME_LENGTH)


class ReasonForm(forms.Form):
    """Why something is undone."""

    reason = reason_field(help_text=_("It stays in the books, with your name."))


class CorrectionForm(forms.Form):
    """What each account should have gained (or lost, with a minus)."""

    reason = reason_field(help_text=_("It stays in the books, with your name."))

    def __init__(
        self,
        *args: Any,
        legs: "Sequence[queries.LegView]",
        booked: Mapping[int, int],
        **kwargs: Any,
    ) -> None:
        """Take the accounts of the transfer and what is booked on them now."""
        super().__init__(*args, **kwargs)
        points = queries.points_name(legs[0].account.community_id)
        self.legs = {leg.account.pk: leg for leg in legs}
        for pk, leg in self.legs.items():
            unit = leg.account.unit
            whose = leg.person.name if leg.person else leg.account.label
            name = f"{pick(leg.purpose.name, get_language())} {whose}".strip()
            self.fields[f"a{pk}"] = forms.DecimalField(
                label=f"{name} ({queries.unit_said(unit.code, get_language() or 'en', points)})",
                decimal_places=unit.exponent,
                max_value=MOST,
                min_value=-MOST,
                initial=queries.plain_amount(booked.get(pk, 0), unit.exponent),
            )
        self.order_fields([*(f"a{pk}" for pk in self.legs), "reason"])

    def should(self) -> list[Leg]:
        """Return what should be booked, without accounts that should have nothing."""
        said = {
            pk: int(self.cleaned_data[f"a{pk}"].scaleb(leg.account.unit.exponent))
            for pk, leg in self.legs.items()
        }
        return [Leg(self.legs[pk].account, amount) for pk, amount in said.items() if amount]

    def clean(self) -> dict[str, Any]:
        """Say at once when the amounts of a unit do not add up to nothing."""
        cleaned = super().clean() or {}
        sums: dict[str, Decimal] = {}
        for pk, leg in self.legs.items():
            code = leg.account.unit.code
            sums[code] = sums.get(code, Decimal(0)) + (cleaned.get(f"a{pk}") or 0)
        if any(sums.values()) and not self.errors:
            raise forms.ValidationError(gettext("The amounts do not add up to 0."))
        return cleaned
