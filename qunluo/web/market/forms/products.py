"""Forms of the desk for products."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from qunluo.kernel.money import digits
from qunluo.ledger.queries import plain_amount
from qunluo.market import queries
from qunluo.market.queries import Rule
from qunluo.web.market.forms.fields import LINES, MoneyField, add_fields, amount_in, choices, words

if TYPE_CHECKING:
    from qunluo.market.models import PickupPoint, Product, Shop, Variant


class ProductForm(forms.Form):
    """What is said of a product."""

    def __init__(
        self, *args: Any, shop: "Shop", product: "Product | None" = None, **kwargs: Any
    ) -> None:
        """Take the shop and the product as it is."""
        if product:
            kwargs["initial"] = {
                **{name: getattr(product, name) for name in self.PLAIN},
                "needs": "\n".join(product.needs),
                "parts": "\n".join(
                    f"{one['name']} {plain_amount(one['amount'], digits(shop.currency))}"
                    for one in product.parts
                ),
            }
        super().__init__(*args, **kwargs)
        self.currency = shop.currency
        often, shelves = [("", "–"), *choices(queries.often())], choices(queries.categories())
        add_fields(
            self,
            title=forms.CharField(label=_("Name"), max_length=80),
            kind=forms.ChoiceField(
                label=_("Kind of product"), widget=forms.RadioSelect, initial="physical",
                choices=[("physical", _("A thing that is sent or fetched")),
                         ("virtual", _("Something read, heard or done"))],
            ),
            category=forms.ChoiceField(label=_("Life circle"), choices=shelves, initial="other"),
            lead=words(_("In a sentence"), 200),
            text=words(_("Tell of it"), 20_000, long=True),
            origin=words(_("Origin"), 200),
            defects=words(_("Known defects"), 2_000, long=True,
                           help_text=_("Say them first; trust grows from it.")),
            needs=words(_("Which needs it meets"), 1_200, long=True,
                         help_text=_("One on each line; they stand beside the facts.")),
            need=words(_("The need behind it"), 1_000, long=True,
                        help_text=_("Why members need it, as they would say it.")),
            bought=forms.ChoiceField(label=_("Bought how often"), choices=often, required=False),
            used=forms.ChoiceField(label=_("Used how often"), choices=often, required=False),
            quality=words(_("Evidence of quality"), 2_000, long=True,
                           help_text=_("Tests, certificates, what people say who use it.")),
            function=_value(_("Function"), _("What it does, 0 to 10.")),
            emotion=_value(_("Emotion"), _("How it feels, 0 to 10.")),
            spirit=_value(_("Spirit"), _("What it stands for, 0 to 10.")),
            parts=words(_("What the price is made of"), 800, long=True,
                         help_text=_("A name and an amount on each line, such as: Farmer 32.00")),
            elsewhere=MoneyField(label=_("Price through other channels"), required=False,
                                 currency=shop.currency),
            handed_over=words(_("What buyers then read"), 20_000, long=True,
                               help_text=_("Of something virtual: links, codes, texts.")),
            returnable=forms.BooleanField(
                label=_("It can be returned"), required=False, initial=True
            ),
            no_return=words(_("Why not, if not"), 200),
            surplus=forms.BooleanField(label=_("This is surplus"), required=False),
            symbol=words(_("Symbol that it carries"), 80,
                          help_text=_("Of merchandise: the mark, a mascot, a saying of yours.")),
            royalty_percent=forms.IntegerField(
                label=_("Royalty for it, in percent"), min_value=0, max_value=50, initial=0,
                required=False,
            ),
            royalty_to=words(_("Whom the royalty is for"), 80),
        )  # fmt: skip
        if product and product.kind not in queries.PLAIN_KINDS:
            del self.fields["kind"]  # it has rules of its own and stays what it is

    PLAIN = (
        "title", "kind", "category", "lead", "text", "origin", "defects", "need", "bought", "used",
        "quality", "function", "emotion", "spirit", "elsewhere", "handed_over", "returnable",
        "no_return", "surplus", "symbol", "royalty_percent", "royalty_to",
    )  # fmt: skip

    def clean_royalty_percent(self) -> int:
        """Return 0 for nothing."""
        return self.cleaned_data["royalty_percent"] or 0

    def clean_needs(self) -> list[str]:
        """Return one need for each line."""
        return str(self.cleaned_data["needs"]).splitlines()

    def clean_parts(self) -> list[tuple[str, int]]:
        """Return name and amount for each line."""
        found = []
        for line in str(self.cleaned_data["parts"]).splitlines():
            if not line.strip():
                continue
            name, _space, amount = line.strip().rpartition(" ")
            found.append((name.strip(), amount_in(amount, self.currency)))
        return found


class VariantForm(forms.Form):
    """A form in which a product is bought, its prices, and how many there are."""

    PLAIN = ("name", "sku", "price", "counted", "most", "active")

    def __init__(
        self,
        *args: Any,
        shop: "Shop",
        variant: "Variant | None" = None,
        points: "Sequence[PickupPoint]" = (),
        **kwargs: Any,
    ) -> None:
        """Take the shop, the variant as it is, and the pick-up points."""
        stock: dict[int | None, int] = {}
        if variant:
            kept = variant.stock.filter(campaign=None)
            stock = dict(kept.values_list("point", "amount"))
            kwargs["initial"] = {
                **{name: getattr(variant, name) for name in self.PLAIN},
                "amount": stock.get(None, 0),
                "rules": "\n".join(
                    _rule_said(one, shop.currency) for one in variant.rules.order_by("pk")
                ),
            }  # fmt: skip
        super().__init__(*args, **kwargs)
        self.currency, self.points = shop.currency, points
        add_fields(
            self,
            name=forms.CharField(
                label=_("Name"), max_length=60, required=False, help_text=_("Such as: 5 kg, red, L")
            ),
            sku=forms.CharField(label=_("Your number of it"), max_length=40, required=False),
            price=MoneyField(label=_("Price"), currency=shop.currency),
            rules=forms.CharField(
                label=_("Lower prices"), required=False, widget=LINES, max_length=2000,
                help_text=_(
                    "One on each line: for whom, from how many, how much."
                    " Such as: members 1 29.00, everyone 10 25.00, tier:gold 1 20.00"
                ),
            ),
            counted=forms.BooleanField(label=_("It is counted"), required=False, initial=True),
            amount=forms.IntegerField(
                label=_("How many there are"), min_value=0, max_value=1_000_000, required=False,
                help_text=_("Without what open orders have set aside."),
            ),
            most=forms.IntegerField(
                label=_("At most for one person"), min_value=1, max_value=9_999, required=False
            ),
            active=forms.BooleanField(label=_("Can be bought"), required=False, initial=True),
        )  # fmt: skip
        for one in points:
            self.fields[f"at{one.pk}"] = forms.IntegerField(
                label=gettext("How many at %(point)s") % {"point": one.name}, required=False,
                min_value=0, max_value=1_000_000, initial=stock.get(one.pk),
            )  # fmt: skip

    def clean_rules(self) -> list[Rule]:
        """Return one rule for each line."""
        found = []
        for line in str(self.cleaned_data["rules"]).splitlines():
            if not line.strip():
                continue
            parts = line.split()
            if len(parts) != 3 or not parts[1].isdecimal():
                raise forms.ValidationError(gettext("Write three things on each line."))
            cost = amount_in(parts[2], self.currency)
            found.append(Rule(parts[0], int(parts[1][:6]), cost))
        return found

    def said(self) -> dict[str, Any]:
        """Return what is said of the variant itself."""
        return {name: self.cleaned_data[name] for name in self.PLAIN}


class PictureForm(forms.Form):
    """A picture of a product."""

    picture = forms.FileField(label=_("Picture"))
    alt = forms.CharField(
        label=_("What it shows"), max_length=200, required=False,
        help_text=_("For those who cannot see it."),
    )  # fmt: skip


def _rule_said(one: Any, currency: str) -> str:
    return f"{one.audience} {one.quantity} {plain_amount(one.price, digits(currency))}"


def _value(label: Any, help_text: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label, min_value=0, max_value=10, required=False, help_text=help_text
    )
