"""Forms of the desk for orders."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from qunluo.web.market.forms.fields import LINES, MoneyField, add_fields

if TYPE_CHECKING:
    pass


class ShipForm(forms.Form):
    """Who brings a parcel, and under which number."""

    carrier = forms.CharField(label=_("Carrier"), max_length=40)
    tracking = forms.CharField(label=_("Tracking number"), max_length=60, required=False)


class CodeForm(forms.Form):
    """What is said at a pick-up point."""

    code = forms.CharField(
        label=_("Pick-up code"), max_length=8,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )  # fmt: skip


class RefundForm(forms.Form):
    """How much goes back, and why."""

    def __init__(self, *args: Any, currency: str, most: int, **kwargs: Any) -> None:
        """Take the currency and what is still there to go back."""
        super().__init__(*args, **kwargs)
        add_fields(
            self,
            amount=MoneyField(label=_("How much goes back"), currency=currency, initial=most),
            reason=forms.CharField(
                label=_("Why"), max_length=400, widget=LINES, help_text=_("The buyer reads it.")
            ),
            restock=forms.BooleanField(label=_("It can be sold again"), required=False),
        )
