"""What people fill in to plan: an item of the calendar, its time, and what is asked of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from qunluo.conversation import queries
from qunluo.web.conversation.forms import GRANTS, WriteForm, say

if TYPE_CHECKING:
    from qunluo.conversation.models import CalendarSettings, PlannedItem

UNASKED = ("until", "client_id")
POLL = ("options", "multiple", "results", "days")
ATTRIBUTES = ("useful", "fun", "warm", "beneficial")
POINTS = [(0, _("no")), (1, _("a little")), (2, _("clearly")), (3, _("very"))]
RATINGS = [(1, "1"), (2, "2"), (3, "3"), (4, "4"), (5, "5")]


class Moment(forms.DateTimeField):
    """A day and time as people of a community say it, whatever zone the browser is in."""

    def __init__(self, zone: ZoneInfo, **more: Any) -> None:
        told = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        super().__init__(widget=told, required=False, **more)
        self.zone = zone

    def prepare_value(self, value: Any) -> Any:
        """Show it in the zone of the community."""
        if isinstance(value, datetime) and timezone.is_aware(value):
            return value.astimezone(self.zone).replace(tzinfo=None)
        return value

    def to_python(self, value: Any) -> datetime | None:
        """Read it in the zone of the community."""
        with timezone.override(self.zone):
            return super().to_python(value)


def _choices(group: str, *, empty: Any = None) -> list[tuple[str, Any]]:
    named = [(name, say(label)) for name, label in queries.named(group).items()]
    return named if empty is None else [("", empty), *named]


class ItemForm(WriteForm):
    """An item: what is said, for whom, what it carries and when it appears."""

    def __init__(
        self, *args: Any, zone: ZoneInfo, values: list[str], leads: bool, own: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        for name in UNASKED:
            del self.fields[name]
        added: dict[str, forms.Field] = {
            "days": forms.IntegerField(
                label=_("For how many days"), required=False, min_value=1, max_value=90,
                help_text=_("From the moment it appears; empty: for good."),
            ),
            "target": forms.CharField(
                label=_("For whom"), max_length=120, required=False,
                help_text=_("Which trade, which people: parents who bake, for example."),
            ),
            "values": forms.MultipleChoiceField(
                label=_("Values it carries"), choices=[(one, one) for one in values],
                widget=forms.CheckboxSelectMultiple, required=False,
            ),
            **{
                name: forms.TypedChoiceField(
                    label=say(label), choices=POINTS, coerce=int, required=False
                )
                for name, label in queries.named("attributes").items()
            },
            "causes": forms.MultipleChoiceField(
                label=_("What draws people to it"), choices=_choices("causes"),
                widget=forms.CheckboxSelectMultiple, required=False,
            ),
            "motive": forms.ChoiceField(
                label=_("Why they would read it"), required=False,
                choices=_choices("motives", empty=_("Does not matter")),
            ),
            "together": forms.CharField(
                label=_("Written together with"), required=False, max_length=600,
                help_text=_("Names of members, separated by commas."),
            ),
            "licence": forms.ChoiceField(label=_("Licence"), choices=_choices("licences")),
            "originality": forms.ChoiceField(
                label=_("Where it comes from"), choices=_choices("originality")
            ),
            "publish_at": Moment(
                zone, label=_("When it appears"),
                help_text=_("In the time of the community: %(zone)s.") % {"zone": zone.key},
            ),
        }  # fmt: skip
        if leads:
            added |= {
                "early_kind": forms.ChoiceField(
                    label=_("Who reads it first"), required=False,
                    choices=[("", _("Everybody at once")), ("members", _("Members")), *GRANTS],
                ),
                "early_name": forms.CharField(
                    label=_("Name of the role, badge, pass or tier"), max_length=40, required=False
                ),
                "open_at": Moment(zone, label=_("When everybody else reads it")),
            }  # fmt: skip
        if not values:
            del added["values"]
        if not own:
            del added["together"]
        self.fields.update(added)

    def groups(self, *names: str) -> list[forms.BoundField]:
        """Return those of the fields that there are."""
        return [self[name] for name in names if name in self.fields]

    def plan(self) -> dict[str, Any]:
        """Return what plan_item and change_item take."""
        given: dict[str, Any] = {**self.cleaned_data}
        given.pop("advert", None)
        given["poll"] = _poll({name: given.pop(name, None) for name in POLL})
        fields = {one.name: str(given.pop(one.name, None) or "") for one in self.kind.asked}
        for name in ATTRIBUTES:
            given[name] = given[name] or 0
        if "together" in given:
            named = given["together"].replace("，", ",").replace("、", ",")
            given["together"] = [one.strip() for one in named.split(",") if one.strip()]
        return given | {"fields": fields}


def _poll(given: dict[str, Any]) -> dict[str, Any] | None:
    """Return the poll that a form asks for, or None when it names no answers."""
    options = [line for line in str(given["options"] or "").splitlines() if line.strip()]
    return {**given, "options": options} if options else None


def begun(item: "PlannedItem", together: list[str]) -> dict[str, Any]:
    """Return how a form about an item begins."""
    names = (
        "title", "source", "target", "values", "useful", "fun", "warm", "beneficial", "causes",
        "motive", "licence", "originality", "publish_at", "early_kind", "early_name", "open_at",
    )  # fmt: skip
    given = {name: getattr(item, name) for name in names}
    poll = {**item.poll, "options": "\n".join(item.poll["options"])} if item.poll else {}
    return {**given, **poll, **item.fields, "together": ", ".join(together)}


class CalendarForm(forms.Form):
    """What a community asks before something appears."""

    checklist = forms.CharField(
        label=_("What is asked by hand"), required=False, max_length=2000,
        help_text=_("One sentence on each line. Empty: the sentences that everybody begins with."),
        widget=forms.Textarea(attrs={"rows": 5}),
    )  # fmt: skip
    gap_days = forms.IntegerField(
        label=_("Days without a value before you are told"), min_value=1, max_value=90
    )
    line = forms.DecimalField(
        label=_("Line for useful, fun and warm (0 to 3)"), min_value=0, max_value=3,
        decimal_places=1,
        help_text=_("Below it, what is mainly about benefit is warned of."),
    )  # fmt: skip
    holds = forms.BooleanField(label=_("Stop it instead of warning"), required=False)

    def __init__(self, *args: Any, asked: "CalendarSettings", **kwargs: Any) -> None:
        initial: Mapping[str, Any] = {
            "checklist": "\n".join(asked.checklist), "gap_days": asked.gap_days,
            "line": f"{asked.line / 10:.1f}", "holds": asked.holds,
        }  # fmt: skip
        super().__init__(*args, **{**kwargs, "initial": dict(initial)})

    def said(self) -> dict[str, Any]:
        """Return what change_calendar takes."""
        given = self.cleaned_data
        return {
            "checklist": given["checklist"].splitlines(), "gap_days": given["gap_days"],
            "line": int(given["line"] * 10), "holds": given["holds"],
        }  # fmt: skip
