"""Forms of campaigns: shapes only, the rules are those of the room."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.timezone import get_current_timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from qunluo.kernel.errors import DomainError
from qunluo.kernel.money import Money
from qunluo.kernel.text import pick
from qunluo.market import queries
from qunluo.market.actions import Ask, Item, Plan
from qunluo.market.queries import CampaignView, Delivery, Wish

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.market.models import PickupPoint, Shop, Variant

MOST, LONG = 9_999, forms.Textarea(attrs={"rows": 3})
ADDRESS = ("name", "phone", "region", "detail")
NOTHING = _("Choose at least one thing.")


def moment_field(label: Any, **options: Any) -> forms.DateTimeField:
    """Return a field for a moment by the wall clock of the community."""
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label=label, widget=widget, **options)


def there(moment: datetime, community: "Community") -> datetime:
    """Return the moment at which a community's clock shows what somebody typed."""
    wall = moment.astimezone(get_current_timezone())
    return queries.cut_off(wall.date(), wall.time(), community.time_zone)


class QuantitiesForm(forms.Form):
    """How many of each thing in a campaign, and what is said with it."""

    def __init__(self, *args: Any, view: CampaignView, have: Mapping[int, int], **kw: Any) -> None:
        """Take the campaign and what somebody has there already."""
        super().__init__(*args, **kw)
        self.view = view
        for one in view.items:
            variant = one.item.variant
            called = f"{variant.product.title} {variant.name}".strip()
            self.fields[f"q{variant.pk}"] = _number(
                called, have.get(variant.pk, 1 if len(view.items) == 1 else 0)
            )
            if view.kind.cases and not have:
                self.fields[f"more{variant.pk}"] = _number(
                    _("So many more, if that fills a case"), 0
                )
        for number, asked in enumerate(view.campaign.options):
            self.fields[f"option{number}"] = _option(asked)
        self.fields["note"] = forms.CharField(
            label=_("A word beside it"), required=False, max_length=400, widget=LONG
        )

    def wishes(self) -> list[Wish]:
        """Return how many of each thing are wanted, those of which none are wanted left out."""
        return [one for one in self.all_wishes() if one.quantity]

    def all_wishes(self) -> list[Wish]:
        """Return how many of each thing are wanted."""
        said = self.cleaned_data
        pks = [one.item.variant_id for one in self.view.items]
        return [Wish(pk, said.get(f"q{pk}") or 0) for pk in pks]

    def options(self) -> dict[str, str]:
        """Return what is said with it."""
        asked = enumerate(self.view.campaign.options)
        return {one["name"]: self.cleaned_data.get(f"option{n}", "") for n, one in asked}


class JoinForm(QuantitiesForm):
    """Everything that joining asks for."""

    def __init__(self, *args: Any, points: "Sequence[PickupPoint]", sends: bool, **kw: Any) -> None:
        """Take where things may be fetched, and whether they are sent."""
        super().__init__(*args, **kw)
        bodily = any(one.item.variant.product.kind == "physical" for one in self.view.items)
        ways = [("pickup", _("I fetch it"))] if points and bodily else []
        ways += [("ship", _("Send it to me"))] if sends and bodily else []
        if ways:
            self.fields["method"] = forms.ChoiceField(
                label=_("How do you get it?"), choices=ways, initial=ways[0][0],
                widget=forms.RadioSelect if len(ways) > 1 else forms.HiddenInput,
            )  # fmt: skip
        if points and bodily:
            self.fields["point"] = forms.TypedChoiceField(
                label=_("Where?"), coerce=int, empty_value=None, required=False,
                choices=[(one.pk, f"{one.name} · {one.address}") for one in points],
                initial=points[0].pk, widget=forms.RadioSelect,
            )  # fmt: skip
        if sends and bodily:
            labels = (_("Name"), _("Telephone"), _("Province, city, district"),
                      _("Street and house"))  # fmt: skip
            for name, label in zip(ADDRESS, labels, strict=True):
                self.fields[name] = forms.CharField(label=label, required=False, max_length=200)
        kept = {one.item.variant.product for one in self.view.items}
        if named := [f"{one.title}: {one.no_return}" for one in kept if not one.returnable]:
            self.fields["no_return"] = forms.BooleanField(
                label=_("I know that this cannot be returned."), help_text="; ".join(named)
            )
        if self.view.kind.queue:
            self.fields["wait"] = forms.BooleanField(
                label=_("If there is none left, let me wait in the queue."), required=False,
                initial=True,
            )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Ask for at least one thing."""
        said = super().clean() or {}
        if not self.errors and not self.wishes():
            raise forms.ValidationError(NOTHING)
        return said

    def ask(self) -> Ask:
        """Return what is asked of the campaign."""
        said = self.cleaned_data
        method = said.get("method") or "virtual"
        address = {name: said.get(name, "") for name in ADDRESS} if method == "ship" else {}
        more = {one.variant: said.get(f"more{one.variant}") or 0 for one in self.wishes()}
        return Ask(
            self.wishes(),
            Delivery(method, address, said.get("point") if method == "pickup" else None),
            {pk: n for pk, n in more.items() if n},
            self.options(),
            said.get("note", ""),
        )


class LeadForm(forms.Form):
    """What a member says of the campaign they want to lead."""

    title = forms.CharField(label=_("Title"), max_length=80)
    text = forms.CharField(label=_("What others should know"), required=False, widget=LONG)
    starts_at = moment_field(_("Begins"))
    ends_at = moment_field(_("Ends"))


class ChooseForm(forms.Form):
    """Of which kind a campaign is, and what it sells."""

    def __init__(self, *args: Any, variants: "Sequence[Variant]", **kw: Any) -> None:
        """Take what can be sold."""
        super().__init__(*args, **kw)
        language = get_language()
        named = [
            (code, f"{pick(kind.label, language)} · {pick(kind.about, language)}")
            for code, kind in queries.kinds().items()
        ]
        self.fields["kind"] = forms.ChoiceField(
            label=_("What kind?"), choices=named, widget=forms.RadioSelect
        )
        sold = [(one.pk, f"{one.product.title} {one.name}".strip()) for one in variants]
        self.fields["v"] = forms.TypedMultipleChoiceField(
            label=_("What is sold?"), choices=sold, coerce=int,
            widget=forms.CheckboxSelectMultiple,
        )  # fmt: skip


class StartForm(forms.Form):
    """Everything about a campaign of a kind."""

    title = forms.CharField(label=_("Title"), max_length=80)
    text = forms.CharField(label=_("What others should know"), required=False, widget=LONG)
    starts_at = moment_field(_("Begins"))
    ends_at = moment_field(_("Ends"))

    def __init__(
        self, *args: Any, shop: "Shop", kind: str, variants: "Sequence[Variant]", **kw: Any
    ) -> None:
        """Take the shop, the kind, and what was chosen to be sold."""
        super().__init__(*args, **kw)
        self.shop, self.kind, self.variants = shop, queries.kinds()[kind], variants
        for one in variants:
            self._ask_of(one)
        if self.kind.teams:
            self.fields["size"] = _number(_("Seats of a team"), 3, least=2, required=True)
            self.fields["window"] = _number(
                _("Minutes to fill a team"), 1440, least=1, most=43_200, required=True
            )
        if self.kind.thresholds:
            names = {"units": _("Pieces"), "amount": _("Money"), "buyers": _("Buyers")}
            ways: list[Any] = [] if self.kind.needs_threshold else [("", _("No minimum"))]
            self.fields["threshold_kind"] = forms.ChoiceField(
                label=_("In what is the minimum counted?"), required=self.kind.needs_threshold,
                choices=[*ways, *((one, names[one]) for one in self.kind.thresholds)],
            )  # fmt: skip
            self.fields["threshold"] = forms.CharField(
                label=_("The minimum"), required=self.kind.needs_threshold, max_length=20
            )
        self.fields["most"] = _number(_("At most so many for each person"), None, least=1)
        self.fields["options"] = forms.CharField(
            label=_("What has to be said with each order"), required=False, widget=LONG,
            help_text=_("One on each line; choices after a colon: Size: S, M, L. * if it must."),
        )  # fmt: skip
        self.fields["masked"] = forms.BooleanField(
            label=_("Show only the first letter of names."), required=False
        )
        if self.kind.hosted:
            self.fields["offer"] = forms.BooleanField(
                label=_("Offer it, so that members may lead one like it."), required=False
            )

    def _ask_of(self, one: "Variant") -> None:
        called = {"name": f"{one.product.title} {one.name}".strip()}
        fields = self.fields
        fields[f"price{one.pk}"] = forms.CharField(label=gettext("%(name)s: price") % called)
        if self.kind.ladder:
            fields[f"steps{one.pk}"] = forms.CharField(
                label=gettext("%(name)s: lower prices") % called, required=False,
                help_text=_("From so many on, as 10=8.50, 50=7; the difference goes back."),
            )  # fmt: skip
        if self.kind.cases:
            fields[f"case{one.pk}"] = _number(
                gettext("%(name)s: pieces in a case") % called, 1, least=1
            )
        if self.kind.batches:
            fields[f"batches{one.pk}"] = forms.CharField(
                label=gettext("%(name)s: batches") % called, widget=LONG,
                help_text=_("How many are set aside: 100, or on each line a time: 20:00=50."),
            )  # fmt: skip

    def plan(self) -> Plan:
        """Return the plan of the campaign. ValidationError where an amount cannot be read."""
        said, community = self.cleaned_data, self.shop.community
        starts = there(said["starts_at"], community)
        kind_of = said.get("threshold_kind", "")
        return Plan(
            kind=self.kind.code,
            title=said["title"],
            text=said["text"],
            starts_at=starts,
            ends_at=there(said["ends_at"], community),
            items=[self._item(one, starts) for one in self.variants],
            size=said.get("size"),
            window=said.get("window"),
            threshold_kind=kind_of,
            threshold=self._threshold(kind_of, said.get("threshold", "")),
            most=said["most"],
            options=_options(said["options"]),
            masked=said["masked"],
        )

    def _item(self, one: "Variant", starts: datetime) -> Item:
        said = self.cleaned_data
        own, batches = self._batches(said.get(f"batches{one.pk}", ""), starts)
        return Item(
            one.pk,
            self._amount(said[f"price{one.pk}"]),
            steps=self._steps(said.get(f"steps{one.pk}", "")),
            own=own,
            case=said.get(f"case{one.pk}") or 1,
            batches=batches,
        )

    def _threshold(self, kind: str, text: str) -> int:
        if not kind:
            return 0
        return self._amount(text) if kind == "amount" else _whole(text)

    def _amount(self, text: str) -> int:
        try:
            return Money.parse(text, self.shop.currency, get_language() or "en").minor
        except DomainError as error:
            raise forms.ValidationError(" ".join(error.say(gettext))) from None

    def _steps(self, text: str) -> list[tuple[int, int]]:
        pairs = [one.partition("=") for one in text.replace("，", ",").split(",") if one.strip()]
        return [(_whole(units), self._amount(cost)) for units, _equals, cost in pairs]

    def _batches(
        self, text: str, starts: datetime
    ) -> tuple[int | None, list[tuple[datetime, int]]]:
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        if not lines:
            return None, []
        if len(lines) == 1 and "=" not in lines[0]:
            return _whole(lines[0]), []
        found = []
        for line in lines:
            at, _equals, number = line.partition("=")
            try:
                clock = datetime.strptime(at.strip(), "%H:%M").time()  # noqa: DTZ007 - a wall clock
            except ValueError:
                raise forms.ValidationError(gettext("Give times as 20:00.")) from None
            found.append((starts.replace(hour=clock.hour, minute=clock.minute), _whole(number)))
        return None, found


class ActForm(forms.Form):
    """What is decided about a campaign at the desk."""

    act = forms.ChoiceField(
        choices=[(one, one) for one in ("approve", "decline", "close", "cancel", "lower")]
    )
    reason = forms.CharField(required=False, max_length=400)
    to = forms.IntegerField(required=False)
    team = forms.SlugField(required=False)


def _number(
    label: Any, initial: int | None, *, least: int = 0, most: int = MOST, required: bool = False
) -> forms.IntegerField:
    return forms.IntegerField(
        label=label, initial=initial, min_value=least, max_value=most, required=required,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )  # fmt: skip


def _option(asked: Mapping[str, Any]) -> forms.Field:
    choices = asked.get("choices") or []
    needed = bool(asked.get("required"))
    if choices:
        shown = [*([] if needed else [("", "–")]), *((one, one) for one in choices)]
        return forms.ChoiceField(label=asked["name"], choices=shown, required=needed)
    return forms.CharField(label=asked["name"], max_length=200, required=needed)


def _options(text: str) -> list[dict[str, Any]]:
    found = []
    for line in text.replace("：", ":").splitlines():
        name, _colon, choices = line.partition(":")
        if not name.strip():
            continue
        found.append({
            "name": name.replace("*", "").strip(),
            "required": "*" in name,
            "choices": [c.strip() for c in choices.replace("，", ",").split(",") if c.strip()],
        })  # fmt: skip
    return found


def _whole(text: str) -> int:
    found = text.strip()
    if not (found.isascii() and found.isdecimal() and len(found) < 12):
        raise forms.ValidationError(gettext("Give a number from 1 on."))
    return int(found)
