"""Forms of those who buy: shapes only, the rules are those of the room."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from qunluo.market.queries import Delivery, addresses
from qunluo.web.market.forms.fields import LINES, add_fields

if TYPE_CHECKING:
    from qunluo.market.models import PickupPoint, Product
    from qunluo.market.queries import OwnCoupon
    from qunluo.people.models import Person


NEW = "new"
ADDRESS = ("name", "phone", "region", "detail")


class Asked(forms.CharField):
    """A field that one way of getting things needs and another does not: never marked optional."""

    asked = True


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
        credit: str = "",
        coupons: "Sequence[tuple[OwnCoupon, str]]" = (),
        **kwargs: Any,
    ) -> None:
        """Take the buyer, where things may be fetched, whether they are sent, and their credit."""
        super().__init__(*args, **kwargs)
        self.person, self.points, self.bodily = person, points, bodily
        self.kept = addresses(person)[:10] if bodily else []
        ways = [("ship", _("Send it to me"))] if sends else []
        ways += [("pickup", _("I fetch it"))] if points else []
        if bodily:
            self._ask_how(ways)
        if no_returns:
            named = "; ".join(f"{one.title}: {one.no_return}" for one in no_returns)
            self.fields["no_return"] = forms.BooleanField(
                label=_("I know that this cannot be returned."), help_text=named
            )
        self._ask_coupon(coupons)
        if credit:
            label = gettext("Pay from store credit (%(amount)s)") % {"amount": credit}
            self.fields["credit"] = forms.BooleanField(label=label, required=False)
        self.fields["note"] = forms.CharField(
            label=_("A word for the shop"), required=False, max_length=400, widget=LINES
        )

    def _ask_coupon(self, mine: "Sequence[tuple[OwnCoupon, str]]") -> None:
        """Ask for one coupon: of those that the buyer was given, or by its code."""
        if mine:
            named = [(one.coupon.uid, f"{one.coupon.title} · {off}") for one, off in mine]
            self.fields["mine"] = forms.ChoiceField(
                label=_("My coupons"), required=False, widget=forms.RadioSelect, initial="",
                choices=[("", gettext("Without one")), *named],
            )  # fmt: skip
        self.fields["coupon"] = forms.CharField(
            label=_("Code of a coupon"), required=False, max_length=20,
            widget=forms.TextInput(attrs={"autocomplete": "off"}),
        )  # fmt: skip

    def coupon(self) -> str:
        """Return the coupon that is asked for, or nothing."""
        return str(self._value("coupon") or self._value("mine") or "").strip()

    def _ask_how(self, ways: "list[tuple[str, Any]]") -> None:
        first = ways[0][0] if ways else ""
        add_fields(
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
        to = "shipping"  # the style sheet knows them by it
        add_fields(
            self,
            name=_text(_("Recipient"), 60, autocomplete=f"{to} name"),
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
    return Asked(label=label, max_length=most, required=False, widget=widget)


class ReasonForm(forms.Form):
    """Why something is called off."""

    reason = forms.CharField(label=_("Why"), max_length=400, required=False, widget=LINES)
