"""Forms of the desk for the shop as a whole."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from qunluo.kernel.text import pick
from qunluo.web.market.forms.fields import LINES, MoneyField, add_fields

if TYPE_CHECKING:
    from qunluo.market.models import DeliveryRate, Shop


class ShopForm(forms.Form):
    """What holds for all orders of a shop."""

    about = forms.CharField(
        label=_("What the shop is about"), required=False, max_length=2000, widget=LINES
    )
    contact = forms.CharField(
        label=_("How buyers reach you"), required=False, max_length=200,
        help_text=_("Beside every order: a person, a telephone, a space."),
    )  # fmt: skip
    pay_minutes = forms.IntegerField(
        label=_("Minutes to pay"), min_value=5, max_value=10_080,
        help_text=_("So long is what was ordered set aside."),
    )  # fmt: skip
    receive_days = forms.IntegerField(
        label=_("Days until it counts as received"), min_value=1, max_value=60
    )
    return_days = forms.IntegerField(
        label=_("Days to return"), min_value=0, max_value=90,
        help_text=_("From receipt on. Until then the money stays in escrow."),
    )  # fmt: skip
    group_from = forms.IntegerField(
        label=_("Buyers who make a group complaint"), min_value=2, max_value=10,
        help_text=_("So many who complain about the same pause the product until you answer."),
    )  # fmt: skip
    answer_days = forms.IntegerField(
        label=_("Days to answer a group complaint"), min_value=1, max_value=14
    )
    confirms = forms.BooleanField(
        label=_("Somebody looks at each order before it counts"), required=False
    )
    trust_members = forms.IntegerField(
        label=_("Trust line: members"), min_value=0, max_value=1000,
        help_text=_("Trust first, sell last: so many must have stayed for some days."),
    )  # fmt: skip
    trust_days = forms.IntegerField(label=_("Trust line: days"), min_value=0, max_value=365)
    trust_pairs = forms.IntegerField(
        label=_("Trust line: pairs who answered each other"), min_value=0, max_value=1000
    )


class OpenForm(forms.Form):
    """Why a shop opens before its trust line is met."""

    reason = forms.CharField(
        label=_("Why it opens all the same"), required=False, max_length=400, widget=LINES,
        help_text=_("Everybody reads it on the page of the shop, with your name."),
    )  # fmt: skip


class PointForm(forms.Form):
    """A pick-up point."""

    name = forms.CharField(label=_("Name"), max_length=80)
    address = forms.CharField(label=_("Where it is"), max_length=200)
    hours = forms.CharField(label=_("When"), max_length=120, required=False)
    phone = forms.CharField(label=_("Telephone"), max_length=40, required=False)
    active = forms.BooleanField(label=_("In use"), required=False, initial=True)


class RateForm(forms.Form):
    """What sending costs."""

    def __init__(
        self, *args: Any, shop: "Shop", rate: "DeliveryRate | None", **kwargs: Any
    ) -> None:
        """Take the shop and the rate as it is."""
        if rate:
            kwargs["initial"] = {
                "name": rate.name, "regions": "\n".join(rate.regions), "fee": rate.fee,
                "free_from": rate.free_from, "active": rate.active,
            }  # fmt: skip
        super().__init__(*args, **kwargs)
        add_fields(
            self,
            name=forms.CharField(label=_("Name"), max_length=80),
            regions=forms.CharField(
                label=_("Regions"), required=False, widget=LINES, max_length=3000,
                help_text=_("One on each line, as addresses begin. None: everywhere else."),
            ),
            fee=MoneyField(label=_("Fee"), currency=shop.currency),
            free_from=MoneyField(
                label=_("Free from"), currency=shop.currency, required=False,
                help_text=_("Orders worth as much are sent for nothing."),
            ),
            active=forms.BooleanField(label=_("In use"), required=False, initial=True),
        )  # fmt: skip

    def clean_regions(self) -> list[str]:
        """Return one region for each line."""
        return str(self.cleaned_data["regions"]).splitlines()


class MerchantForm(forms.Form):
    """An account with a payment provider."""

    def __init__(self, *args: Any, about: Any, account: Any, **kwargs: Any) -> None:
        """Take what the provider says of itself, and the account as it is."""
        super().__init__(*args, **kwargs)
        self.fields["name"] = forms.CharField(
            label=_("What you call it"), max_length=80, required=False,
            initial=account.name if account else "",
        )  # fmt: skip
        stays = gettext("Leave it empty to keep what is there.")
        self.settings = {f"s_{one.name}": one for one in about.settings}
        for name, one in self.settings.items():
            kept = one.secret and account is not None
            known = "" if one.secret or not account else account.settings.get(one.name, "")
            text = str(pick(one.help, get_language()))
            self.fields[name] = forms.CharField(
                label=pick(one.label, get_language()),
                help_text=f"{text} {stays}" if kept else text,
                required=not one.optional and not kept,
                max_length=8000,
                initial=known,
                widget=_widget(secret=one.secret, long=one.long),
            )

    def given(self) -> dict[str, str]:
        """Return what was written, by the names of the settings."""
        return {one.name: self.cleaned_data.get(name, "") for name, one in self.settings.items()}


def _widget(*, secret: bool, long: bool) -> forms.Widget:
    attrs = {"autocomplete": "off", "spellcheck": "false"}
    if long:
        return forms.Textarea(attrs={**attrs, "rows": 4})
    return forms.PasswordInput(attrs=attrs) if secret else forms.TextInput(attrs=attrs)


class CreditForm(forms.Form):
    """Store credit for somebody, and why."""

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        """Take the currency."""
        super().__init__(*args, **kwargs)
        add_fields(
            self,
            amount=MoneyField(label=_("Amount"), currency=currency),
            reason=forms.CharField(
                label=_("Reason"), max_length=400, widget=LINES, help_text=_("They read it.")
            ),
        )
