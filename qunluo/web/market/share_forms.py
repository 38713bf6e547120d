"""Forms of harvest shares: shapes only, the rules are those of the room."""

from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from qunluo.market import queries
from qunluo.market.actions import SeasonPlan
from qunluo.web.market.campaign_forms import moment_field, there
from qunluo.web.market.forms.fields import LINES, MoneyField, add_fields, words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qunluo.community.models import Community
    from qunluo.market.models import PickupPoint, Product, ShareSeason

DAYS = [
    _("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"),
    _("Sunday"),
]  # fmt: skip
TURNS = ("holders_at", "waiting_at", "opens_at")
DESK_ACTS = ("close", "open", "depot", "add_depot", "rise", "edit")
MINE_ACTS = ("skip", "move", "pay", "agree", "decline", "cancel")
DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
CLOCK = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")


class JoinForm(forms.Form):
    """What size, where to fetch it, in how many parts; and the name under the shared risk."""

    def __init__(
        self, *args: Any, view: queries.shares.SeasonView, money: Any, **kwargs: Any
    ) -> None:
        """Take the season, and how amounts are said."""
        super().__init__(*args, **kwargs)
        sizes = [
            (one.variant.pk, f"{one.variant.name or view.season.product.title} · {money(one.now)}")
            for one in view.sizes
        ]
        self.fields["size"] = forms.TypedChoiceField(
            label=_("Size"), coerce=int, choices=sizes, widget=forms.RadioSelect,
            initial=sizes[0][0] if sizes else None,
        )  # fmt: skip
        depots = [(one.depot.pk, _depot(one)) for one in view.depots]
        self.fields["depot"] = forms.TypedChoiceField(
            label=_("Where do you fetch it?"), coerce=int, choices=depots, widget=forms.RadioSelect,
            initial=next((one.depot.pk for one in view.depots if one.free), None),
        )  # fmt: skip
        parts = [(n, _("All at once") if n == 1 else _("In %(n)s parts") % {"n": n})
                 for n in view.season.instalments]  # fmt: skip
        self.fields["parts"] = forms.TypedChoiceField(
            label=_("How do you pay?"), coerce=int, choices=parts, widget=forms.RadioSelect,
            initial=parts[0][0],
        )  # fmt: skip
        if any(not one.free or one.waiting for one in view.depots):
            self.fields["wait"] = forms.BooleanField(
                label=_("If it is full there, let me wait in the queue."), required=False,
                initial=True,
            )  # fmt: skip
        # What was read is what is put one's name to: prices and terms go along.
        self.fields["terms"] = _seen(view.season.terms)
        self.prices = {one.variant.pk: f"price{one.variant.pk}" for one in view.sizes}
        for one in view.sizes:
            self.fields[self.prices[one.variant.pk]] = _seen(one.price)
        self.fields["signed"] = forms.CharField(
            label=_("Your name, with which you share the risk"), max_length=60,
            widget=forms.TextInput(attrs={"autocomplete": "name"}),
        )  # fmt: skip

    def seen(self) -> dict[str, int | None]:
        """Return the price and the terms that were read."""
        chosen = self.cleaned_data
        return {"price": chosen.get(self.prices[chosen["size"]]), "terms": chosen.get("terms")}


class ActForm(forms.Form):
    """What a subscriber does with their share."""

    act = forms.ChoiceField(choices=[(one, one) for one in MINE_ACTS])
    box = forms.IntegerField(min_value=1, required=False)
    place = forms.RegexField(r"^\d{1,18}:\d{1,18}$", required=False)
    part = forms.IntegerField(min_value=1, max_value=999, required=False)
    rise = forms.IntegerField(min_value=1, required=False)
    reason = forms.CharField(max_length=400, required=False)
    refund = forms.BooleanField(required=False)

    def to(self) -> tuple[int, int]:
        """Return the delivery and the depot to which a box is moved."""
        delivery, _colon, depot = self.cleaned_data["place"].partition(":")
        return int(delivery or 0), int(depot or 0)


class TermsForm(forms.Form):
    """The terms of a season; those of `SETTLED` stay once a share was asked for."""

    SETTLED = ("first", "last", "weekdays", "starts", "cutoff_hours")

    def __init__(self, *args: Any, community: "Community", turns: bool, **kwargs: Any) -> None:
        """Take whose clock it goes by, and whether some may subscribe before others (`turns`)."""
        super().__init__(*args, **kwargs)
        self.community = community
        add_fields(
            self,
            risk=forms.CharField(
                label=_("The shared risk, to which subscribers put their name"), max_length=2_000,
                widget=LINES,
            ),
            first=forms.DateField(label=_("First day"), widget=DAY),
            last=forms.DateField(label=_("Last day"), widget=DAY),
            weekdays=forms.TypedMultipleChoiceField(
                label=_("Delivered on"), coerce=int, choices=list(enumerate(DAYS)),
                widget=forms.CheckboxSelectMultiple,
            ),
            starts=forms.TimeField(label=_("Boxes are there from"), widget=CLOCK, initial="16:00"),
            cutoff_hours=_number(_("Hours before that in which nothing changes"), 0, 720, 48),
            absences=_number(_("Boxes that each may skip"), 0, 60, 2),
            skip_gives=forms.ChoiceField(
                label=_("What is skipped"), widget=forms.RadioSelect, initial="pool",
                choices=[("pool", _("goes to the pool, for who has less")),
                         ("credit", _("comes back as store credit"))],
            ),
            instalments=forms.RegexField(
                r"^\s*\d{1,2}(\s*[,，、 ]\s*\d{1,2})*\s*$",
                label=_("Paid in so many parts"), initial="1, 3", max_length=60,
                help_text=_("Numbers to choose from, such as: 1, 3, 6"),
            ),
            lead_days=_number(_("Days before its first box that a later part is due"), 0, 90, 7),
            grace_days=_number(_("Days to pay a part before nothing is packed"), 1, 90, 7),
            claim_hours=_number(_("Hours to pay for who moves up from the queue"), 1, 336, 48),
            refunds=forms.BooleanField(
                label=_("Who ends early gets back what was not delivered"), required=False
            ),
        )  # fmt: skip
        if turns:
            asked = (_("Open to its holders from"), _("Open to who waited there from"),
                     _("Open to everybody from"))  # fmt: skip
            for name, label in zip(TURNS, asked, strict=True):
                self.fields[name] = moment_field(label, required=False)

    def terms(self) -> dict[str, Any]:
        """Return the terms as they were chosen, by the names of the season."""
        said = dict(self.cleaned_data)
        told = said["instalments"]
        said["instalments"] = [
            int(n) for n in "".join(c if c.isdecimal() else " " for c in told).split()
        ]
        for name in TURNS:
            moment = said.pop(name, None)
            said[name] = there(moment, self.community) if moment else None
        return said


class SeasonForm(TermsForm):
    """A season to be."""

    def __init__(
        self, *args: Any, community: "Community", products: "Sequence[Product]",
        points: "Sequence[PickupPoint]", seasons: "Sequence[ShareSeason]", **kwargs: Any,
    ) -> None:  # fmt: skip
        """Take what may be subscribed to, where it is fetched, and what it may follow."""
        super().__init__(*args, community=community, turns=bool(seasons), **kwargs)
        self.points = points
        self.products = {one.pk: one for one in products}
        self.seasons = {one.pk: one for one in seasons}
        add_fields(
            self,
            product=forms.TypedChoiceField(
                label=_("What is subscribed to"), coerce=int,
                choices=[(pk, one.title) for pk, one in self.products.items()],
            ),
            title=forms.CharField(label=_("Name of the season"), max_length=80),
            text=words(_("Tell of it"), 8_000, long=True),
            tag=words(_("Topic of the farm diary"), 40,
                      help_text=_("Posts with it stand on the page of the season.")),
        )  # fmt: skip
        for name in ("lead_days", "claim_hours"):  # a season begins with what is usual
            del self.fields[name]
        rooms = [f"room{one.pk}" for one in points]
        for place, one in enumerate(points):
            self.fields[rooms[place]] = forms.IntegerField(
                initial=None if place else 20,
                label=_("Boxes that %(point)s takes on a day") % {"point": one.name}, min_value=0,
                max_value=10_000, required=False,
            )  # fmt: skip
        if seasons:
            self.fields["after"] = forms.TypedChoiceField(
                label=_("Follows on"), coerce=int, required=False, empty_value=None,
                choices=[("", "–"), *((pk, one.title) for pk, one in self.seasons.items())],
            )  # fmt: skip
        self.order_fields([
            "product", "title", "text", "risk", *self.SETTLED, *rooms, "absences", "skip_gives",
            "instalments", "grace_days", "refunds", "tag", "after",
        ])  # fmt: skip

    def plan(self) -> SeasonPlan:
        """Return the season as it was planned."""
        said = self.terms()
        del said["product"]
        rooms = {one.pk: said.pop(f"room{one.pk}") for one in self.points}
        after = self.seasons.get(said.pop("after", None) or 0)
        said["depots"] = {pk: room for pk, room in rooms.items() if room}
        return SeasonPlan(**{**said, "after": after})


def terms_form(season: "ShareSeason", settled: bool, data: Any = None) -> TermsForm:  # noqa: FBT001
    """Return the form of the terms of a season; its days are not asked for once they stay."""
    form = TermsForm(data, community=season.community, turns=True)
    unasked = [*(TermsForm.SETTLED if settled else ()),
               *(TURNS[:-1] if season.after_id is None else ())]  # fmt: skip
    for name in unasked:
        del form.fields[name]
    for name in form.fields:
        value = getattr(season, name)
        form.initial[name] = _wall(value, season) if isinstance(value, datetime) else value
    for name in set(TURNS) & set(form.fields):
        form.fields[name].required = True
    form.initial["instalments"] = ", ".join(str(n) for n in season.instalments)
    return form


def changed_terms(form: TermsForm, season: "ShareSeason") -> dict[str, Any]:
    """Return the terms that were chosen; a moment that stayed to the minute stays as it is."""
    said = form.terms()
    for name in TURNS:
        moment = said.pop(name)
        if moment and _wall(moment, season) != _wall(getattr(season, name), season):
            said[name] = moment
    return said


def _wall(moment: datetime, season: "ShareSeason") -> datetime:
    """Return what the community's clock shows at a moment, to the minute."""
    there = moment.astimezone(ZoneInfo(season.community.time_zone))
    return there.replace(second=0, microsecond=0, tzinfo=None)


class DeskActForm(forms.Form):
    """What the desk does with a season or a share."""

    act = forms.ChoiceField(choices=[(one, one) for one in DESK_ACTS])
    depot = forms.IntegerField(min_value=1, required=False)
    point = forms.IntegerField(min_value=1, required=False)
    capacity = forms.IntegerField(min_value=1, max_value=10_000, required=False)
    size = forms.IntegerField(min_value=1, required=False)
    days = forms.IntegerField(min_value=1, max_value=90, required=False)
    reason = forms.CharField(max_length=400, required=False)
    title = forms.CharField(max_length=80, required=False)
    text = forms.CharField(max_length=8_000, required=False)
    tag = forms.CharField(max_length=40, required=False)

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        """Take the currency."""
        super().__init__(*args, **kwargs)
        self.fields["for_box"] = MoneyField(currency=currency, required=False)


class PackForm(forms.Form):
    """What is packed, or whose box is handed out."""

    act = forms.ChoiceField(choices=[("pack", "pack"), ("hand", "hand")])
    depot = forms.IntegerField(min_value=1, required=False)
    code = forms.CharField(max_length=20, required=False)


class BoxForm(forms.Form):
    """What is in the boxes of a delivery."""

    contents = forms.CharField(
        label=_("What is in the box"), max_length=5_000, widget=forms.Textarea(attrs={"rows": 6}),
        required=False,
        help_text=_("A thing on each line, its amount behind a comma, such as: Peas, 1 kg"),
    )  # fmt: skip
    note = words(_("A word to it"), 400, long=True)
    less = words(
        _("Why there is less, if something is gone"), 400, long=True,
        help_text=_("Subscribers read it, and it stays."),
    )  # fmt: skip
    picture = forms.FileField(
        label=_("Picture"), required=False,
        widget=forms.ClearableFileInput(attrs={"accept": "image/*"}),
    )  # fmt: skip
    alt = words(_("What the picture shows"), 200)

    def things(self) -> list[dict[str, str]]:
        """Return what is in the box, a thing of each line."""
        found = []
        for line in self.cleaned_data["contents"].splitlines():
            name, _comma, amount = line.replace("，", ",").partition(",")
            if line.strip():
                found.append({"name": name.strip(), "amount": amount.strip()})
        return found


def _depot(one: queries.shares.DepotView) -> str:
    room = (
        _("%(n)s places left") % {"n": one.free} if one.free and not one.waiting
        else _("full, %(n)s wait") % {"n": one.waiting}
    )  # fmt: skip
    return f"{one.depot.point.name} · {one.depot.point.address} · {room}"


def _seen(value: int) -> forms.IntegerField:
    return forms.IntegerField(
        initial=value, required=False, min_value=0, max_value=2**63 - 1, widget=forms.HiddenInput
    )


def _number(label: Any, least: int, most: int, initial: int) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=least, max_value=most, initial=initial)
