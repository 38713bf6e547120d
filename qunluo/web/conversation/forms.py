"""What people fill in to talk: the fields that a kind asks for, replies, moves and spaces."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from qunluo.conversation import queries
from qunluo.kernel.ids import token
from qunluo.kernel.text import pick

if TYPE_CHECKING:
    from qunluo.conversation.models import Draft, Space

TITLE, TEXT, REASON = 120, 20_000, 400
VISIBILITIES = [
    ("members", _("Members")),
    ("public", _("Everybody, strangers too")),
    ("grant", _("Members with a certain role, badge or pass")),
]
RESULTS = [
    ("answered", _("Who has answered")),
    ("always", _("Everybody, at once")),
    ("closed", _("Everybody, when it has ended")),
]
GRANTS = [
    ("role", _("a role")),
    ("badge", _("a badge")),
    ("pass", _("a pass")),
    ("tier", _("a tier")),
    ("seat", _("a seat")),
]


def say(words: Mapping[str, str]) -> str:
    """Return words of a definition in the reader's language."""
    return str(pick(words, get_language() or "en"))


def text_field(rows: int = 6, *, required: bool = True, **more: Any) -> forms.CharField:
    """Return a field for a longer text in Markdown."""
    return forms.CharField(
        widget=forms.Textarea(attrs={"rows": rows}),
        max_length=TEXT,
        required=required,
        error_messages={"required": _("Write something first.")},
        **more,
    )


class SentId(forms.CharField):
    """The id of a message; what begins like one of our own counts as none."""

    def __init__(self, **more: Any) -> None:
        super().__init__(required=False, max_length=40, widget=forms.HiddenInput(), **more)

    def clean(self, value: Any) -> str:
        """Return the id, or nothing."""
        said: str = super().clean(value)
        return "" if queries.reserved(said) else said


class ReplyForm(forms.Form):
    """A reply; the same client_id again is the same message."""

    source = text_field(3, label=_("Your reply"))
    reply_to = forms.IntegerField(required=False, widget=forms.HiddenInput())
    client_id = SentId()

    def wordless(self) -> None:
        """Ask for no words beside files."""
        self.fields["source"].required = False

    def said(self) -> dict[str, Any]:
        """Return the arguments of actions.reply."""
        return {**self.cleaned_data, "reply_to": self.cleaned_data["reply_to"] or 0}


def reply_form(
    data: Any = None, *, draft: "Draft | None" = None, to: int = 0, quoted: str = ""
) -> ReplyForm:
    """Return the form under a thread, with what was begun to write and what is quoted."""
    begun = {"source": (draft.source if draft else "") + quoted, "client_id": token()}
    return ReplyForm(data, initial={**begun, "reply_to": to or None})


class WriteForm(forms.Form):
    """A new thread of a kind: title, text, and what the kind asks for."""

    title = forms.CharField(label=_("Title"), max_length=TITLE)
    source = text_field(8, label=_("Text"))
    client_id = SentId()
    options = forms.CharField(
        label=_("Answers to choose from"), required=False, max_length=1000,
        help_text=_("One on each line, two to ten."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip
    multiple = forms.BooleanField(label=_("Several answers may be chosen"), required=False)
    results = forms.ChoiceField(label=_("Who sees the results"), choices=RESULTS, required=False)
    until = forms.DateTimeField(
        label=_("Until when"), required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )  # fmt: skip

    def __init__(self, *args: Any, kind: Any, slots: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        if slots:
            self.fields["advert"] = forms.BooleanField(
                label=_("This is an advert"), required=False,
                help_text=_("It takes one of the slots that this space has, and is labelled."),
            )  # fmt: skip
        self.fields["title"].required = kind.title == "needed"
        self.fields["source"].label = say(kind.prompt)
        for one in kind.asked:
            self.fields[one.name] = _field(one)

    def wordless(self) -> None:
        """Ask for no words beside files."""
        self.fields["source"].required = False

    def asked(self) -> list[forms.BoundField]:
        """Return the fields that only this kind has."""
        return [self[one.name] for one in self.kind.asked if one.type != "product"]

    def said(self) -> dict[str, Any]:
        """Return the arguments of actions.write_post."""
        given = self.cleaned_data
        fields = {one.name: str(given.get(one.name) or "") for one in self.kind.asked}
        return {name: given[name] for name in ("title", "source", "client_id")} | {
            "kind": self.kind.name,
            "fields": fields,
            "advert": bool(given.get("advert")),
        }


def _field(one: Any) -> forms.Field:
    told: dict[str, Any] = {"label": say(one.label), "required": one.needed}
    if one.type == "choice":
        choices = [(choice.name, say(choice.label)) for choice in one.choices]
        return forms.ChoiceField(
            choices=choices if one.needed else [("", gettext("Does not matter")), *choices], **told
        )
    if one.type == "points":
        free = _("0 or nothing: it is free.")
        return forms.IntegerField(min_value=0, max_value=1_000_000, help_text=free, **told)
    if one.type == "date":
        return day_field(**told)
    if one.type == "person":
        return person_field(**told)
    if one.type == "product":  # brought along by a link, never typed in
        return forms.CharField(max_length=12, widget=forms.HiddenInput(), **told)
    if one.type in {"long", "lines", "moments"}:
        rows = forms.Textarea(attrs={"rows": 4 if one.type == "long" else 3})
        hints = {
            "lines": _("One on each line."),
            "moments": _("Begin each line with the moment, as 01:30 What happens."),
        }
        hint = hints.get(one.type, "")
        return forms.CharField(widget=rows, max_length=6000, help_text=hint, **told)
    if one.type == "link":
        return forms.CharField(
            widget=forms.URLInput(attrs={"placeholder": "https://"}), max_length=500, **told
        )
    return forms.CharField(max_length=200, **told)


def day_field(**told: Any) -> forms.DateField:
    """Return a field for a day."""
    return forms.DateField(
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **told
    )


def person_field(**told: Any) -> forms.CharField:
    """Return a field for a member, by name or handle."""
    return forms.CharField(
        max_length=60, help_text=_("The name as it stands in the list of members, or a handle."),
        **told,
    )  # fmt: skip


class MoveForm(forms.Form):
    """What a step needs beside the tap."""

    def __init__(self, data: Any = None, *, step: Any, kind: Any) -> None:
        super().__init__(data, auto_id=f"id_{step.name}_%s")
        self.asked = [one.name for one in kind.asked_by(step.name)]
        for one in kind.asked_by(step.name):
            self.fields[one.name] = _field(one)
        if "person" in step.needs:
            self.fields["person"] = person_field(label=_("Who?"))
        if "due_on" in step.needs:
            self.fields["due_on"] = day_field(label=_("By which day?"))
        if "reply" in step.needs:
            self.fields["text"] = text_field(3, label=_("What you say about it"))

    def said(self) -> dict[str, Any]:
        """Return the arguments of actions.move_state."""
        given = dict(self.cleaned_data)
        fields = {name: str(given.pop(name) or "") for name in self.asked}
        return given | ({"fields": fields} if fields else {})


class StepForm(MoveForm):
    """What a step of a request for a service needs; several may stand on one page."""

    def __init__(self, data: Any = None, *, step: Any, kind: Any, of: object) -> None:
        super().__init__(data, step=step, kind=kind)
        self.auto_id = f"id_{of}_{step.name}_%s"


class RequestForm(forms.Form):
    """A request for a service, at the price that was shown."""

    text = text_field(3, label=_("What you need, and when"))
    price = forms.IntegerField(min_value=0, widget=forms.HiddenInput())

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, auto_id="id_request_%s", **kwargs)


class RelocateForm(forms.Form):
    """Where a thread goes."""

    space = forms.ChoiceField(label=_("Into which space"), widget=forms.RadioSelect)
    confirm = forms.BooleanField(
        label=_("People may read it there who cannot read it now"), required=False
    )

    def __init__(self, *args: Any, spaces: Iterable["Space"], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(one.slug, one.name) for one in spaces]
        self.fields["space"].choices = choices  # type: ignore[attr-defined]


class SplitForm(RelocateForm):
    """Which posts become a thread of their own, and what it is called."""

    title = forms.CharField(label=_("Title of the new thread"), max_length=TITLE)
    places = forms.MultipleChoiceField(error_messages={"required": _("Choose at least one post.")})

    def __init__(self, *args: Any, places: Iterable[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        numbers = [(str(place), str(place)) for place in places]
        self.fields["places"].choices = numbers  # type: ignore[attr-defined]
        self.order_fields(["title", "space", "confirm", "places"])


class EditForm(forms.Form):
    """A post, changed by who wrote it."""

    source = text_field(8, label=_("Text"))

    def __init__(self, *args: Any, titled: bool, needed: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if titled:
            self.fields["title"] = forms.CharField(
                label=_("Title"), max_length=TITLE, required=needed
            )
            self.order_fields(["title", "source"])


class RemoveForm(forms.Form):
    """The rule that a post breaks, and what stands in its place."""

    rule_id = forms.ChoiceField(label=_("Which rule does it break?"), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("What everybody reads in its place"),
        help_text=_("Say what was wrong about the post, not about the person."),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=REASON,
    )

    def __init__(self, *args: Any, rules: Iterable[Mapping[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["rule_id"].choices = [  # type: ignore[attr-defined]
            (str(rule.get("id")), str(rule.get("title"))) for rule in rules
        ]


class SpaceForm(forms.Form):
    """A space: name, purpose and who sees it; type and address when it is opened."""

    name = forms.CharField(label=_("Name of the space"), max_length=60)
    purpose = forms.CharField(
        label=_("What it is for"),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=300,
        required=False,
    )
    visibility = forms.ChoiceField(
        label=_("Who sees it"), choices=VISIBILITIES, widget=forms.RadioSelect, initial="members"
    )
    grant_kind = forms.ChoiceField(
        label=_("It opens for who holds"), choices=GRANTS, required=False,
        help_text=_("Only for a space that is not for all members."),
    )  # fmt: skip
    grant_name = forms.CharField(
        label=_("of the name"), max_length=40, required=False,
        help_text=_("As it is called when it is given, for example host."),
    )  # fmt: skip
    position = forms.IntegerField(
        label=_("Place in the list"), min_value=0, max_value=30_000, required=False
    )
    advert_share = forms.IntegerField(
        label=_("Slots for adverts, in per cent of new threads"),
        help_text=_(
            "0: no adverts and no product cards here. At most 50. It holds for the operators too."
        ),
        min_value=0, max_value=50, required=False,
    )  # fmt: skip
    advert_daily = forms.IntegerField(
        label=_("Adverts a day from one person"), min_value=1, max_value=20, required=False
    )

    def __init__(self, *args: Any, space: "Space | None" = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if space is not None:
            self.initial = {name: getattr(space, name) for name in self.fields}
            return
        for name in ("position", "advert_share", "advert_daily"):
            del self.fields[name]
        types = [(one.name, f"{say(one.label)} · {say(one.help)}")
                 for one in queries.types_of_spaces()]  # fmt: skip
        self.fields["type"] = forms.ChoiceField(
            label=_("What kind of place"), choices=types, widget=forms.RadioSelect, initial="board"
        )
        self.fields["slug"] = forms.CharField(
            label=_("Address of the space"), required=False, max_length=40,
            help_text=_("Small letters, digits and hyphens. Leave it empty and one is made."),
        )  # fmt: skip
        self.order_fields(["name", "type", "purpose", "visibility", "grant_kind", "grant_name"])

    def said(self) -> dict[str, Any]:
        """Return the arguments of open_space or edit_space."""
        return {name: value for name, value in self.cleaned_data.items() if value is not None}


class SayForm(forms.Form):
    """A message in a room; the same client_id again is the same message."""

    source = text_field(1, label=_("Your message"))
    reply_to = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput())
    client_id = SentId(initial=token)

    def wordless(self) -> None:
        """Ask for no words beside files."""
        self.fields["source"].required = False

    def said(self) -> dict[str, Any]:
        """Return what is to be sent."""
        given = self.cleaned_data
        return {**given, "reply_to": min(given["reply_to"] or 0, 2**31 - 1)}


class CircleForm(forms.Form):
    """A small circle: its name, what it is for, its own rules, and whom to bring in."""

    name = forms.CharField(label=_("Name"), max_length=60)
    purpose = forms.CharField(label=_("What it is for"), max_length=300, required=False)
    rules = forms.CharField(
        label=_("Rules of its own"),
        help_text=_("They stand beside those of the community, never against them."),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    listed = forms.BooleanField(
        label=_("Show it on the map of cells"),
        help_text=_("Every member reads its name, purpose, rules, host and size; nothing else."),
        required=False,
    )
    people = forms.CharField(
        label=_("Whom to bring in"),
        help_text=_("Names of members, separated by commas."),
        max_length=2000,
        required=False,
    )

    def __init__(self, data: Any = None, *, host: bool = True, **more: Any) -> None:
        super().__init__(data, **more)
        if not host:
            for name in ("name", "purpose", "rules", "listed"):
                del self.fields[name]

    def said(self) -> dict[str, Any]:
        """Return the circle as the action takes it."""
        given = dict(self.cleaned_data)
        named = given.pop("people").replace("，", ",").replace("、", ",")
        people = [word.strip() for word in named.split(",") if word.strip()]
        rules = {"rules_text": given.pop("rules")} if "rules" in given else {}
        return {**given, **rules, "people": people}
