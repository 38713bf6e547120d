"""What is filled in about tiers."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy

from qunluo.web.market.forms.fields import MoneyField, add_fields

if TYPE_CHECKING:
    from qunluo.market.models import Shop, TierPlan


class TierForm(forms.Form):
    """What a tier brings."""

    name = forms.CharField(
        label=gettext_lazy("Short name of the tier"), max_length=40,
        help_text=gettext_lazy("As spaces and prices call it, such as: gold"),
    )  # fmt: skip
    benefits = forms.CharField(
        label=gettext_lazy("Benefits"), max_length=2_000,
        help_text=gettext_lazy("One on each line."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip
    trial_days = forms.IntegerField(
        label=gettext_lazy("Days to try it for nothing"), min_value=0, max_value=90, initial=0
    )
    refund_days = forms.IntegerField(
        label=gettext_lazy("Days in which it can be taken back"), min_value=0, max_value=90,
        initial=7,
    )  # fmt: skip
    notice_days = forms.IntegerField(
        label=gettext_lazy("Days before its end that one is told"), min_value=0, max_value=90,
        initial=7,
    )  # fmt: skip
    lets_in = forms.BooleanField(
        label=gettext_lazy("Lets in who holds it"), required=False,
        help_text=gettext_lazy("For a community with an entry fee: this is what newcomers buy."),
    )  # fmt: skip

    pause_days = forms.IntegerField(
        label=gettext_lazy("Days for which it can be paused"), min_value=0, max_value=90, initial=0,
        required=False,
    )  # fmt: skip

    def said(self) -> dict[str, Any]:
        """Return the arguments of actions.add_tier and save_tier."""
        said = self.cleaned_data
        return {
            **said, "benefits": said["benefits"].splitlines(),
            "pause_days": said["pause_days"] or 0,
        }  # fmt: skip

    @classmethod
    def starting(cls, plan: "TierPlan") -> dict[str, Any]:
        """Return what a plan says, as the form shows it."""
        told = {name: getattr(plan, name) for name in cls.base_fields}
        return {**told, "benefits": "\n".join(plan.benefits)}


class GiftForm(forms.Form):
    """For whom a tier is bought."""

    handle = forms.CharField(label=gettext_lazy("Name or handle of a member"), max_length=60)
    variant = forms.TypedChoiceField(label=gettext_lazy("Tier and period"), coerce=int)

    def __init__(self, *args: Any, plans: "list[TierPlan]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [
            (one.variant_id, f"{plan.product.title} · {one.variant.name}")
            for plan in plans
            for one in plan.periods.all()
            if one.variant.active
        ]
        field: Any = self.fields["variant"]
        field.choices = choices


class DaysForm(forms.Form):
    """Days that are given by hand, to whom, and why."""

    handle = forms.CharField(label=gettext_lazy("Name or handle of a member"), max_length=60)
    days = forms.IntegerField(label=gettext_lazy("Days"), min_value=1, max_value=1_825, initial=30)
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=200)


class PeriodForm(forms.Form):
    """For how long a tier is sold, and for how much."""

    name = forms.CharField(label=gettext_lazy("Period, as buyers read it"), max_length=60)
    months = forms.IntegerField(label=gettext_lazy("Months"), min_value=0, initial=12)
    days = forms.IntegerField(label=gettext_lazy("Or days"), min_value=0, initial=0)

    def __init__(self, *args: object, shop: "Shop", **kwargs: object) -> None:
        """Take the shop, for its currency."""
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        price = MoneyField(label=gettext_lazy("Price"), currency=shop.currency)
        add_fields(self, price=price)
