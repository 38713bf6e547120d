"""Forms of coupons and gift cards: shapes only, the rules are those of the room."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from qunluo.market import queries
from qunluo.web.market.forms.fields import LINES, MoneyField, add_fields, amount_in, choices, words

if TYPE_CHECKING:
    from qunluo.market.models import Product, Shop

BETWEEN = r"[\n,;，、；]+"
WHEN = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
AUDIENCES = [
    ("everyone", _("Everybody")),
    ("members", _("Members")),
    ("first", _("Who orders for the first time")),
]
KINDS = [
    ("amount", _("An amount off")),
    ("percent", _("A share off")),
    ("delivery", _("Free sending")),
]


class CouponForm(forms.Form):
    """A coupon to be made."""

    def __init__(
        self, *args: Any, shop: "Shop", products: "Sequence[Product]", **kwargs: Any
    ) -> None:
        """Take the currency of the shop, and what it sells."""
        super().__init__(*args, **kwargs)
        currency = shop.currency
        add_fields(
            self,
            title=forms.CharField(label=_("What is it called?"), max_length=60),
            code=forms.CharField(
                label=_("Its code"), max_length=20, required=False,
                help_text=_("Who knows it uses it. Leave it empty to give the coupon to people."),
            ),
            kind=forms.ChoiceField(
                label=_("What comes off?"), choices=KINDS, initial="amount",
                widget=forms.RadioSelect,
            ),
            amount=MoneyField(
                label=_("Amount"), currency=currency, required=False,
                help_text=_("Of a share or of sending, the most that comes off."),
            ),
            percent=forms.IntegerField(
                label=_("Percent"), min_value=1, max_value=100, required=False
            ),
            least=MoneyField(label=_("Goods from"), currency=currency, required=False),
            audience=forms.ChoiceField(label=_("For whom?"), choices=AUDIENCES),
            categories=forms.MultipleChoiceField(
                label=_("For goods of"), choices=choices(queries.categories()), required=False,
                widget=forms.CheckboxSelectMultiple,
            ),
            products=forms.MultipleChoiceField(
                label=_("For these products"), required=False,
                choices=[(one.uid, one.title) for one in products],
                widget=forms.CheckboxSelectMultiple,
                help_text=_("Nothing chosen: for everything."),
            ),
            starts_at=forms.DateTimeField(label=_("Holds from"), required=False, widget=WHEN),
            ends_at=forms.DateTimeField(label=_("Until"), required=False, widget=WHEN),
            most=forms.IntegerField(label=_("How often in all"), min_value=1, required=False),
            most_each=forms.IntegerField(
                label=_("How often for each person"), min_value=1, required=False, initial=1,
                help_text=_("Empty: as often as they like."),
            ),
        )  # fmt: skip


class GiveForm(forms.Form):
    """To whom a coupon is given."""

    people = forms.CharField(
        label=_("Names or handles of members"), widget=LINES, max_length=4_000,
        help_text=_("One on each line."),
    )  # fmt: skip

    def called(self) -> list[str]:
        """Return whom it is for, by name or handle; several handles may share a line."""
        parts = re.split(BETWEEN, str(self.cleaned_data["people"]))
        shared = [one.split() if one.count("@") > 1 else [one.strip()] for one in parts]
        return [one for some in shared for one in some if one][:201]


class CardProductForm(forms.Form):
    """A gift card that the shop sells."""

    def __init__(self, *args: Any, shop: "Shop", **kwargs: Any) -> None:
        """Take the currency."""
        super().__init__(*args, **kwargs)
        self.currency = shop.currency
        add_fields(
            self,
            title=forms.CharField(label=_("What is it called?"), max_length=80),
            values=forms.CharField(
                label=_("Fixed values"), required=False, max_length=200,
                help_text=_("With a comma between them, such as 50, 100, 200."),
            ),
            least=MoneyField(
                label=_("Or chosen by the buyer, from"), currency=shop.currency, required=False
            ),
            largest=MoneyField(label=_("to"), currency=shop.currency, required=False),
        )  # fmt: skip

    def clean_values(self) -> list[int]:
        """Return the values in minor units."""
        said = str(self.cleaned_data["values"]).replace("，", ",").replace("、", ",")
        return [amount_in(one, self.currency) for one in said.split(",") if one.strip()]

    def bounds(self) -> tuple[int, int] | None:
        """Return within which bounds the buyer chooses, if at all."""
        least, largest = self.cleaned_data["least"], self.cleaned_data["largest"]
        return (least or 0, largest or 0) if least or largest else None


class CardLimitsForm(forms.Form):
    """How much may be out in gift cards."""

    def __init__(self, *args: Any, shop: "Shop", **kwargs: Any) -> None:
        """Take the currency."""
        super().__init__(*args, **kwargs)
        currency = shop.currency
        add_fields(
            self,
            most=MoneyField(label=_("Out at most, in all"), currency=currency, required=False),
            most_each=MoneyField(
                label=_("Out at most, bought by one person"), currency=currency, required=False,
                help_text=_("Empty: no limit."),
            ),
        )  # fmt: skip


class CardForm(forms.Form):
    """Which gift card, how many, and for whom."""

    def __init__(self, *args: Any, shop: "Shop", offered: Sequence[tuple[str, str]],
                 chosen: bool, **kwargs: Any) -> None:  # fmt: skip
        """Take the values on offer, and whether the buyer may choose one."""
        super().__init__(*args, **kwargs)
        add_fields(
            self,
            variant=forms.ChoiceField(
                label=_("Value"), choices=offered, widget=forms.RadioSelect,
                initial=offered[0][0] if offered else "",
            ),
        )  # fmt: skip
        if chosen:
            self.fields["value"] = MoneyField(
                label=_("The value that you choose"), currency=shop.currency, required=False
            )
        add_fields(
            self,
            quantity=forms.IntegerField(
                label=_("How many cards"), min_value=1, max_value=20, initial=1
            ),
            mail=forms.EmailField(
                label=_("Their e-mail address"), required=False, max_length=254,
                help_text=_("Leave it empty to hand the code over yourself."),
            ),
            message=words(_("A word with it"), 400, long=True),
        )  # fmt: skip


class RedeemForm(forms.Form):
    """The code of a gift card."""

    code = forms.CharField(
        label=_("Its code"), max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )  # fmt: skip
