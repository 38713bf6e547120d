"""How one wants to be reached."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from qunluo.reach.queries import Hours, Wish

MAIL = [("at_once", _("At once")), ("digest", _("One letter a day")), ("none", _("No mail"))]
USUAL, YES, NO = "usual", "yes", "no"
HOURS = [(str(hour), f"{hour:02}:00") for hour in range(24)]


class GeneralForm(forms.Form):
    """What holds everywhere, unless a place or a reason says otherwise."""

    mail = forms.ChoiceField(
        label=_("Mail"), choices=MAIL, widget=forms.RadioSelect,
        help_text=_("On this page you always find everything."),
    )  # fmt: skip
    push = forms.BooleanField(
        label=_("On my devices, too: what calls for me"), required=False,
        help_text=_("Only on devices that you switch on below."),
    )  # fmt: skip
    digest_hour = forms.TypedChoiceField(
        label=_("The daily letter comes at"), choices=HOURS, coerce=int
    )
    quiet_from = forms.TypedChoiceField(label=_("Quiet from"), choices=HOURS, coerce=int)
    quiet_to = forms.TypedChoiceField(label=_("until"), choices=HOURS, coerce=int)


class PlaceForm(forms.Form):
    """What holds in one place, or for one reason."""

    mail = forms.ChoiceField(label=_("Mail"), widget=forms.RadioSelect)
    push = forms.ChoiceField(label=_("Devices"), widget=forms.RadioSelect)
    muted = forms.BooleanField(label=_("Mute: nothing of this, not here either"), required=False)

    def __init__(self, *args: Any, mutable: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        usual = (USUAL, gettext("As everywhere"))
        self._choose("mail", [usual, *MAIL])
        self._choose("push", [usual, (YES, gettext("On")), (NO, gettext("Off"))])
        if not mutable:
            del self.fields["muted"]

    def _choose(self, field: str, choices: list[Any]) -> None:
        self.fields[field].choices = choices  # type: ignore[attr-defined]

    def wishes(self) -> dict[str, Any]:
        """Return the keyword arguments of reach.actions.wish."""
        given = self.cleaned_data
        return {
            "mail": None if given["mail"] == USUAL else given["mail"],
            "push": {YES: True, NO: False}.get(given["push"]),
            "muted": given.get("muted") or None,
        }


class DeviceForm(forms.Form):
    """What a browser says about itself when it may be told."""

    endpoint = forms.CharField(max_length=1000)
    p256dh = forms.CharField(max_length=120)
    auth = forms.CharField(max_length=60)
    name = forms.CharField(max_length=60, required=False)


def initial_of(wish: Wish, hours: Hours) -> dict[str, Any]:
    """Return how the general form stands."""
    return {
        "mail": wish.mail or "digest",
        "push": wish.push is not False,
        "digest_hour": str(hours.digest_hour),
        "quiet_from": str(hours.quiet_from),
        "quiet_to": str(hours.quiet_to),
    }
