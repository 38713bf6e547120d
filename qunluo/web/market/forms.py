"""Forms of the market: shapes only, the rules are those of the room."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from qunluo.kernel.errors import DomainError
from qunluo.kernel.money import Money, digits
from qunluo.kernel.text import pick
from qunluo.ledger.queries import plain_amount
from qunluo.market import queries
from qunluo.market.queries import Delivery, Rule

if TYPE_CHECKING:
    from qunluo.market.models import DeliveryRate, PickupPoint, Product, Shop, Variant
    from qunluo.people.models import Person

NEW = "new"
ADDRESS = ("name", "phone", "region", "detail")
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
        try:
            minor = Money.parse(text, self.currency, get_language() or "en").minor
        except DomainError as error:
            raise forms.ValidationError(" ".join(error.say(gettext))) from None
        if minor < 0:
            raise forms.ValidationError(gettext("Give an amount of 0 or more."))
        return minor


def _fields(form: forms.Form, **fields: forms.Field) -> None:
    form.fields.update(fields)


class CheckoutForm(forms.Form):
    """How an order reaches its buyer."""

    def __init__(
        self,
        *args: Any,
        person: "Person",
        points: "Sequence[PickupPoint]",
        sends: bool,
        bodily: bool,
        no_returns: "Sequence[Product]",
        **kwargs: Any,
    ) -> None:
        """Take the buyer, where things may be fetched, and whether they are sent."""
        super().__init__(*args, **kwargs)
        self.person, self.points, self.bodily = person, points, bodily
        self.kept = list(person.addresses.order_by("-used_at")[:10]) if bodily else []
        ways = [("ship", _("Send it to me"))] if sends else []
        ways += [("pickup", _("I fetch it"))] if points else []
        if bodily:
            self._ask_how(ways)
        if no_returns:
            named = "; ".join(f"{one.title}: {one.no_return}" for one in no_returns)
            self.fields["no_return"] = forms.BooleanField(
                label=_("I know that this cannot be returned."), help_text=named
            )
        self.fields["note"] = forms.CharField(
            label=_("A word for the shop"), required=False, max_length=400, widget=LINES
        )

    def _ask_how(self, ways: "list[tuple[str, Any]]") -> None:
        first = ways[0][0] if ways else ""
        _fields(
            self,
            method=forms.ChoiceField(
                label=_("How do you get it?"),
                choices=ways,
                initial=first,
                widget=forms.RadioSelect if len(ways) > 1 else forms.HiddenInput,
            ),
        )
        if self.points:
            named = [(one.pk, f"{one.name} · {one.address}") for one in self.points]
            self.fields["point"] = forms.TypedChoiceField(
                label=_("Where?"), choices=named, coerce=int, empty_value=None, required=False,
                initial=named[0][0], widget=forms.RadioSelect,
            )  # fmt: skip
        if any(way == "ship" for way, _label in ways):
            self._ask_where()

    def _ask_where(self) -> None:
        kept = [
            (str(one.pk), f"{one.name} · {one.phone} · {one.region} {one.detail}")
            for one in self.kept
        ]
        if kept:
            self.fields["address"] = forms.ChoiceField(
                label=_("Send it to"), choices=[*kept, (NEW, _("Another address"))],
                initial=kept[0][0], required=False, widget=forms.RadioSelect,
            )  # fmt: skip
        to = "shipping"
        _fields(
            self,
            name=_text(_("Name"), 60, autocomplete=f"{to} name"),
            phone=_text(_("Telephone"), 40, autocomplete=f"{to} tel", type="tel"),
            region=_text(
                _("Province, city, district"),
                80,
                autocomplete=f"{to} address-level1",
            ),
            detail=_text(_("Street and house"), 200, autocomplete=f"{to} street-address"),
        )

    def delivery(self) -> Delivery:
        """Return how the order reaches its buyer, as far as it is said."""
        method = self._value("method")
        if not self.bodily:
            return Delivery("virtual")
        if method == "pickup":
            point = self._value("point")
            return Delivery("pickup", point=int(point) if str(point).isdecimal() else None)
        chosen = next((one for one in self.kept if str(one.pk) == self._value("address")), None)
        if chosen:
            return Delivery("ship", {name: getattr(chosen, name) for name in ADDRESS})
        return Delivery("ship", {name: str(self._value(name) or "") for name in ADDRESS})

    def knows_where(self) -> bool:
        """Tell whether enough was said that what is wrong is worth saying."""
        wanted = self.delivery()
        return wanted.method != "ship" or all(wanted.address.values())

    def _value(self, name: str) -> Any:
        if name not in self.fields:
            return ""
        return self[name].value()


def _text(label: Any, most: int, *, type: str = "text", **attrs: str) -> forms.CharField:
    widget = forms.TextInput(attrs={**attrs, "type": type})
    return forms.CharField(label=label, max_length=most, required=False, widget=widget)


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
        _fields(
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
        _fields(
            self,
            amount=MoneyField(label=_("Amount"), currency=currency),
            reason=forms.CharField(
                label=_("Reason"), max_length=400, widget=LINES, help_text=_("They read it.")
            ),
        )


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
        language = get_language()
        often = [("", "–"), *((k, pick(v, language)) for k, v in queries.often().items())]
        shelves = [(k, pick(v, language)) for k, v in queries.categories().items()]
        _fields(
            self,
            title=forms.CharField(label=_("Name"), max_length=80),
            kind=forms.ChoiceField(
                label=_("Kind of product"), widget=forms.RadioSelect, initial="physical",
                choices=[("physical", _("A thing that is sent or fetched")),
                         ("virtual", _("Something read, heard or done"))],
            ),
            category=forms.ChoiceField(label=_("Life circle"), choices=shelves, initial="other"),
            lead=_words(_("In a sentence"), 200),
            text=_words(_("Tell of it"), 20_000, long=True),
            origin=_words(_("Origin"), 200),
            defects=_words(_("Known defects"), 2_000, long=True,
                           help_text=_("Say them first; trust grows from it.")),
            needs=_words(_("Which needs it meets"), 1_200, long=True,
                         help_text=_("One on each line; they stand beside the facts.")),
            need=_words(_("The need behind it"), 1_000, long=True,
                        help_text=_("Why members need it, as they would say it.")),
            bought=forms.ChoiceField(label=_("Bought how often"), choices=often, required=False),
            used=forms.ChoiceField(label=_("Used how often"), choices=often, required=False),
            quality=_words(_("Evidence of quality"), 2_000, long=True,
                           help_text=_("Tests, certificates, what people say who use it.")),
            function=_value(_("Function"), _("What it does, 0 to 10.")),
            emotion=_value(_("Emotion"), _("How it feels, 0 to 10.")),
            spirit=_value(_("Spirit"), _("What it stands for, 0 to 10.")),
            parts=_words(_("What the price is made of"), 800, long=True,
                         help_text=_("A name and an amount on each line, such as: Farmer 32.00")),
            elsewhere=MoneyField(label=_("Price through other channels"), required=False,
                                 currency=shop.currency),
            handed_over=_words(_("What buyers then read"), 20_000, long=True,
                               help_text=_("Of something virtual: links, codes, texts.")),
            returnable=forms.BooleanField(
                label=_("It can be returned"), required=False, initial=True
            ),
            no_return=_words(_("Why not, if not"), 200),
            surplus=forms.BooleanField(label=_("This is surplus"), required=False),
        )  # fmt: skip

    PLAIN = (
        "title", "kind", "category", "lead", "text", "origin", "defects", "need", "bought", "used",
        "quality", "function", "emotion", "spirit", "elsewhere", "handed_over", "returnable",
        "no_return", "surplus",
    )  # fmt: skip

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
            try:
                minor = Money.parse(amount, self.currency, get_language() or "en").minor
            except DomainError as error:
                raise forms.ValidationError(" ".join(error.say(gettext))) from None
            found.append((name.strip(), minor))
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
            stock = dict(variant.stock.values_list("point", "amount"))
            kwargs["initial"] = {
                **{name: getattr(variant, name) for name in self.PLAIN},
                "amount": stock.get(None, 0),
                "rules": "\n".join(
                    _rule_said(one, shop.currency) for one in variant.rules.order_by("pk")
                ),
            }  # fmt: skip
        super().__init__(*args, **kwargs)
        self.currency, self.points = shop.currency, points
        _fields(
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
            try:
                cost = Money.parse(parts[2], self.currency, get_language() or "en").minor
            except DomainError as error:
                raise forms.ValidationError(" ".join(error.say(gettext))) from None
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
        _fields(
            self,
            amount=MoneyField(label=_("How much goes back"), currency=currency, initial=most),
            reason=forms.CharField(
                label=_("Why"), max_length=400, widget=LINES, help_text=_("The buyer reads it.")
            ),
            restock=forms.BooleanField(label=_("It can be sold again"), required=False),
        )


class ReasonForm(forms.Form):
    """Why something is called off."""

    reason = forms.CharField(label=_("Why"), max_length=400, required=False, widget=LINES)


def _rule_said(one: Any, currency: str) -> str:
    return f"{one.audience} {one.quantity} {plain_amount(one.price, digits(currency))}"


def _words(label: Any, most: int, *, long: bool = False, help_text: Any = "") -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": 3}) if long else forms.TextInput()
    return forms.CharField(
        label=label, max_length=most, required=False, widget=widget, help_text=help_text
    )


def _value(label: Any, help_text: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label, min_value=0, max_value=10, required=False, help_text=help_text
    )
