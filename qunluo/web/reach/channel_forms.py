"""Forms of channels, made from what each kind of them must be told."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from qunluo.conversation.queries import carriable_spaces, is_confirmed, is_open, spaces_to_write_in
from qunluo.kernel.text import pick
from qunluo.reach.queries import jobs_of_channels, kinds_of_channel

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.reach.models import Channel

CONFIRM = "confirm"
REACH = ("events", "spaces", "space", "invitation")


class ChannelForm(forms.Form):
    """What a channel is called, is for and must be told, and what leaves and comes by it."""

    def __init__(
        self, data: Any, *, community: "Community", kind: str, channel: "Channel | None" = None
    ) -> None:
        self.kind = kinds_of_channel()[kind]
        self.here = carriable_spaces(community)
        inside = [space for space in self.here if not is_open(space)]
        self.inside = [space.pk for space in inside]
        super().__init__(data, initial=_initial(self.kind, channel, inside))
        self._ask_name_and_job()
        self._ask_own(channel)
        if self.kind.carries:
            self._ask_what_leaves()
        if self.kind.into_a_space:
            self._ask_where_to(spaces_to_write_in(community))
        if self.kind.carries:
            self.fields["invitation"] = forms.CharField(
                label=_("Invitation that it carries"),
                required=False,
                max_length=200,
                help_text=_("Link or code; who joins by it is counted. For “Bring people in”."),
            )

    def given(self) -> dict[str, Any]:
        """Return the fields of the kind as the action takes them."""
        return {
            one.name: self.cleaned_data.get(one.name) for one in self.kind.fields if not one.made
        }

    def reach(self) -> dict[str, Any]:
        """Return what leaves and comes by the channel."""
        said = {name: self.cleaned_data[name] for name in REACH if name in self.fields}
        if "spaces" in said:
            said["spaces"] = [int(pk) for pk in said["spaces"]]
            said["confirmed"] = said["spaces"] if self.cleaned_data.get(CONFIRM) else []
        if "space" in said:
            said["space"] = int(said["space"] or 0)
        return said

    def _ask_name_and_job(self) -> None:
        language = get_language()
        self.fields["name"] = forms.CharField(label=_("Name"), max_length=60)
        self.fields["job"] = forms.ChoiceField(
            label=_("What it is for"),
            widget=forms.RadioSelect,
            choices=[
                (job.name, f"{pick(job.label, language)} · {pick(job.help, language)}")
                for job in jobs_of_channels().values()
            ],
        )

    def _ask_own(self, channel: "Channel | None") -> None:
        for one in self.kind.fields:
            if one.made:
                continue
            label, about = pick(one.label, get_language()), pick(one.help, get_language())
            kept = bool(channel and one.secret)
            if kept:
                about = _("Leave it empty to keep what is set.")
            needed = one.needed and not kept
            said: dict[str, Any] = {"label": label, "help_text": about, "required": needed}
            if one.type == "flag":
                field: forms.Field = forms.BooleanField(**{**said, "required": False})
            elif one.type == "number":
                field = forms.IntegerField(min_value=one.least, max_value=one.most, **said)
            else:
                widget = forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"})
                field = forms.CharField(max_length=1000, widget=widget, **said)
            self.fields[one.name] = field

    def _ask_what_leaves(self) -> None:
        self.fields["events"] = forms.MultipleChoiceField(
            label=_("What leaves by it"),
            required=False,
            widget=forms.CheckboxSelectMultiple,
            choices=[(one.name, pick(one.label, get_language())) for one in self.kind.events],
        )
        self.fields["spaces"] = forms.MultipleChoiceField(
            label=_("From which spaces"),
            required=False,
            widget=forms.CheckboxSelectMultiple,
            choices=[(str(space.pk), self._named(space)) for space in self.here],
        )
        if self.inside:
            self.fields[CONFIRM] = forms.BooleanField(
                label=_("What is said in spaces that not everybody reads may leave by it"),
                required=False,
                help_text=_("Members trust that it stays inside: tell them."),
            )
            self.fields["confirmed"] = forms.CharField(required=False, widget=forms.HiddenInput)

    def _ask_where_to(self, offered: Sequence[Any]) -> None:
        nowhere = [("", _("Nowhere: it takes no questions"))] if self.kind.person else []
        self.fields["space"] = forms.ChoiceField(
            label=_("Where it appears"),
            required=not self.kind.person,
            choices=[*nowhere, *((str(space.pk), space.name) for space in offered)],
        )

    def _named(self, space: Any) -> str:
        aside = _("not public")
        return f"{space.name} · {aside}" if space.pk in self.inside else str(space.name)

    def add_error(self, field: str | None, error: Any) -> None:
        """Show what is wrong with the confirmation where it is given."""
        super().add_error(CONFIRM if field == "confirmed" else field, error)


def _initial(kind: Any, channel: "Channel | None", inside: Sequence[Any]) -> dict[str, Any]:
    usual = {one.name: one.usual for one in kind.fields if one.usual != ""}
    if channel is None:
        offered = [one.name for one in kind.events]
        return {**usual, "job": "serve", "events": [one for one in offered if one == "opened"]}
    setup = channel.setup
    chosen = [space for space in inside if space.pk in setup.get("spaces", ())]
    return {
        **usual,
        **setup,
        "name": channel.name,
        "job": channel.job,
        "spaces": [str(pk) for pk in setup.get("spaces", ())],
        "space": str(setup.get("space") or ""),
        CONFIRM: bool(chosen) and all(is_confirmed(setup, space) for space in chosen),
        "confirmed": "",
    }
