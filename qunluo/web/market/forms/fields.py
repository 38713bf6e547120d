"""Fields that several forms of the market have."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import get_language, gettext

from qunluo.kernel.errors import DomainError
from qunluo.kernel.money import Money, digits
from qunluo.kernel.text import pick
from qunluo.ledger.queries import plain_amount

LINES = forms.Textarea(attrs={"rows": 3})


class MoneyField(forms.CharField):
    """An amount as people write it, in the currency of the shop; whole minor units come out."""

    def __init__(self, *, currency: str, **options: Any) -> None:
        """Take the currency."""
        super().__init__(max_length=40, **options)
        self.currency = currency
        self.widget.attrs["inputmode"] = "decimal"

    def prepare_value(self, value: Any) -> Any:
        """Show minor units as an amount."""
        return plain_amount(value, digits(self.currency)) if isinstance(value, int) else value

    def clean(self, value: Any) -> Any:
        """Return minor units, None where nothing is said."""
        text = super().clean(value)
        if not text:
            return None
        minor = amount_in(text, self.currency)
        if minor < 0:
            raise forms.ValidationError(gettext("Give an amount of 0 or more."))
        return minor


def choices(named: Mapping[str, Mapping[str, str]]) -> list[tuple[str, str]]:
    """Return codes with what they are called for the reader."""
    return [(code, str(pick(label, get_language()))) for code, label in named.items()]


def add_fields(form: forms.Form, **fields: forms.Field) -> None:
    """Add fields to a form that knows what they need."""
    form.fields.update(fields)


def amount_in(text: str, currency: str) -> int:
    """Return what somebody wrote as minor units. ValidationError says what is wrong."""
    try:
        return Money.parse(text, currency, get_language() or "en").minor
    except DomainError as error:
        raise forms.ValidationError(" ".join(error.say(gettext))) from None


def words(label: Any, most: int, *, long: bool = False, help_text: Any = "") -> forms.CharField:
    """Return a field for words, of a line or of several."""
    widget = forms.Textarea(attrs={"rows": 3}) if long else forms.TextInput()
    return forms.CharField(
        label=label, max_length=most, required=False, widget=widget, help_text=help_text
    )
