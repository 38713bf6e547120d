"""What people fill in while their community grows."""

import unicodedata
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from qunluo.community.queries import hosts
from qunluo.growth.queries import FileChoices, known_columns, policy_of
from qunluo.kernel.errors import DomainError
from qunluo.kernel.money import Money
from qunluo.kernel.text import pick

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.growth.models import Customer
    from qunluo.growth.queries import FilePreview

STATES = [
    ("", _("Everybody")),
    ("dormant", _("Asleep")),
    ("buying", _("Buying")),
    ("member", _("Members")),
    ("returned", _("Reactivated")),
]
READING = ("has_header", "sheet", "encoding", "month_first")
CONSENTS = [("", _("Not known")), ("yes", _("Agreed")), ("no", _("Refused"))]


class AcceptForm(forms.Form):
    """Accepting the rules, where there are any."""

    def __init__(self, *args: Any, rules: Any, label: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if label:
            self.fields["label_claim"] = forms.ChoiceField(
                label=gettext("We call ourselves “%(label)s”. Are you?") % {"label": label},
                choices=[
                    ("have", gettext("That is me already")),
                    ("want", gettext("I want to become that")),
                    ("", gettext("Neither")),
                ],
                widget=forms.RadioSelect,
                required=False,
            )
        if rules:
            self.fields["accepted_rules"] = forms.BooleanField(
                label=gettext(
                    "I have read what this community stands for, and will keep its rules"
                ),
                error_messages={"required": gettext("Please accept the rules.")},
            )


class CodeForm(forms.Form):
    """The code of an invitation, as somebody said it on the telephone."""

    code = forms.CharField(
        label=_("Invitation code"),
        help_text=_("Capital or small letters, with or without spaces."),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )

    def clean_code(self) -> str:
        """Return the code alone; a whole link may be pasted too."""
        said = unicodedata.normalize("NFKC", str(self.cleaned_data["code"])).split("?")[0]
        last = said.rstrip("/ ").rsplit("/", 1)[-1]
        return "".join(char for char in last if char.isalnum()).upper()


class InvitationForm(forms.Form):
    """A link for one person or for several."""

    note = forms.CharField(
        label=_("For whom, or why you thought of them"),
        help_text=_("They read it on the page of the invitation."),
        max_length=200,
        required=False,
    )
    max_uses = forms.IntegerField(
        label=_("How many people may come by it"), min_value=1, max_value=500, initial=1
    )


class PlacesForm(forms.Form):
    """How many places somebody may give beyond the quota of everybody."""

    extra = forms.IntegerField(label=_("More places"), min_value=0, max_value=500)


class CustomerFilterForm(forms.Form):
    """Looking for customers."""

    q = forms.CharField(label=_("Name, number, phone or e-mail"), required=False, max_length=80)
    state = forms.ChoiceField(label=_("State"), choices=STATES, required=False)
    host = forms.ChoiceField(label=_("Host"), required=False)
    source = forms.ChoiceField(label=_("Source"), required=False)
    tag = forms.CharField(label=_("Tag"), required=False, max_length=30)
    reachable = forms.BooleanField(label=_("May be written to by e-mail"), required=False)

    def __init__(
        self, *args: Any, community: "Community", sources: list[str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        people = [(str(card.id), card.name) for card in hosts(community)]
        self.fields["host"].choices = [  # type: ignore[attr-defined]
            ("", gettext("Any")), ("none", gettext("Nobody yet")), *people,
        ]  # fmt: skip
        self.fields["source"].choices = [  # type: ignore[attr-defined]
            ("", gettext("Any")), *((source, source) for source in sources),
        ]  # fmt: skip

    def said(self) -> dict[str, str]:
        """Return the filters that are set; what cannot be read filters nothing."""
        self.is_valid()
        found = {name: value for name, value in self.cleaned_data.items() if value}
        return {name: "1" if value is True else str(value) for name, value in found.items()}


class TogetherForm(forms.Form):
    """One thing done for all customers that the filters leave."""

    host = forms.ChoiceField(label=_("Host"), required=False)
    tag = forms.CharField(label=_("Tag"), required=False, max_length=30)

    def __init__(self, *args: Any, community: "Community", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = [(str(card.id), card.name) for card in hosts(community)]
        self.fields["host"].choices = [("", "—"), *people]  # type: ignore[attr-defined]


class CustomerForm(forms.Form):
    """What is known of one customer."""

    name = forms.CharField(label=_("Name"), max_length=120, required=False)
    phone = forms.CharField(label=_("Phone"), max_length=40, required=False)
    email = forms.EmailField(label=_("E-mail"), required=False)
    source = forms.CharField(label=_("Source"), max_length=80, required=False)
    consent = forms.ChoiceField(
        label=_("Agreed to be written to"), choices=CONSENTS, required=False
    )
    consent_source = forms.CharField(
        label=_("How and when they agreed"), max_length=160, required=False
    )
    note = forms.CharField(
        label=_("Note"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    @classmethod
    def of(cls, customer: "Customer", data: Any) -> "CustomerForm":
        """Return the form filled with what is known."""
        names = ("name", "phone", "email", "source", "consent_source", "note")
        known = {name: getattr(customer, name) for name in names}
        known["consent"] = {"given": "yes", "refused": "no"}.get(customer.consent, "")
        return cls(data, initial=known)


class OrderForm(forms.Form):
    """A purchase agreed elsewhere."""

    amount = forms.CharField(label=_("Amount"), max_length=20)
    on = forms.DateField(
        label=_("Day"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    quantity = forms.DecimalField(
        label=_("Quantity"), initial=Decimal(1), decimal_places=3, max_digits=12
    )
    item = forms.CharField(label=_("What was bought"), max_length=200, required=False)

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency = currency

    def clean_amount(self) -> Money:
        """Read the amount as people write it."""
        try:
            return Money.parse(self.cleaned_data["amount"], self.currency, get_language() or "en")
        except DomainError as error:
            raise forms.ValidationError(" ".join(error.say(gettext))) from None


class UploadForm(forms.Form):
    """The files of an import."""

    file = forms.FileField(
        label=_("Customers"),
        help_text=_("CSV, text or Excel; UTF-8 or GB18030. Purchases may be in the same file."),
    )
    orders = forms.FileField(
        label=_("Purchases"),
        required=False,
        help_text=_("A second file with customer, date, quantity and amount, if you have one."),
    )


class PlanForm(forms.Form):
    """How the files are read, and what holds for every row."""

    consent = forms.BooleanField(
        label=_("These people agreed to be written to, unless a row says otherwise"),
        required=False,
    )
    consent_source = forms.CharField(
        label=_("How and when they agreed"),
        help_text=_("For example: sign-up sheet in the shop, spring 2023. Kept with each person."),
        max_length=160,
        required=False,
    )
    source = forms.CharField(
        label=_("Where these customers come from"), max_length=80, required=False
    )
    all_or_nothing = forms.BooleanField(
        label=_("Take nothing over if a single row is wrong"),
        help_text=_("Otherwise only the wrong rows stay out."),
        required=False,
    )

    def __init__(self, *args: Any, previews: list["FilePreview"], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.previews = previews
        for preview in previews:
            self._add_columns(preview)
            self._add_reading(preview)

    def _add_columns(self, preview: "FilePreview") -> None:
        language = get_language()
        known = [(n, pick(c.label, language)) for n, c in known_columns().items()]
        for index, title in enumerate(preview.titles):
            self.fields[f"{preview.role}-{index}"] = forms.ChoiceField(
                label=title,
                choices=[("", gettext("Leave out")), *known],
                initial=preview.holds(index),
                required=False,
            )

    def _add_reading(self, preview: "FilePreview") -> None:
        role, table = preview.role, preview.table
        self.fields[f"{role}-has_header"] = forms.BooleanField(
            label=gettext("The first row names the columns"),
            initial=bool(preview.header),
            required=False,
        )
        if preview.dates_unsure or preview.month_first:
            self.fields[f"{role}-month_first"] = forms.BooleanField(
                label=gettext("3/4/2024 means the 4th of March"),
                initial=preview.month_first,
                required=False,
            )
        if len(table.sheets) > 1:
            self.fields[f"{role}-sheet"] = forms.ChoiceField(
                label=gettext("Sheet"),
                choices=[(name, name) for name in table.sheets],
                initial=table.sheet,
            )
        elif not table.sheet:
            known = ["utf-8", "gb18030", "utf-16", "big5", table.encoding]
            self.fields[f"{role}-encoding"] = forms.ChoiceField(
                label=gettext("Encoding"),
                choices=[(name, name.upper()) for name in dict.fromkeys(known)],
                initial=table.encoding,
            )

    def file_choices(self, role: str) -> FileChoices:
        """Return what was said about one file."""
        said = self.cleaned_data
        held = {
            value: f"#{int(name.removeprefix(f'{role}-')) + 1}"
            for name, value in said.items()
            if value and name.removeprefix(f"{role}-").isdecimal() and name.startswith(role)
        }
        return FileChoices(
            mapping=dict.fromkeys(known_columns(), "") | held,
            encoding=said.get(f"{role}-encoding", ""),
            sheet=said.get(f"{role}-sheet", ""),
            month_first=said.get(f"{role}-month_first"),
            has_header=said.get(f"{role}-has_header"),
        )

    def columns_of(self, preview: "FilePreview") -> list[tuple[int, Any]]:
        """Return place and field of a file's columns, in order, without those that we added."""
        return [(index, self[f"{preview.role}-{index}"]) for index in preview.places]

    def reading_of(self, preview: "FilePreview") -> list[Any]:
        """Return the other fields of a file."""
        names = [f"{preview.role}-{part}" for part in READING]
        return [self[name] for name in names if name in self.fields]

    def general(self) -> list[Any]:
        """Return the fields that hold for every row."""
        return [self[name] for name in ("consent", "consent_source", "source", "all_or_nothing")]


class BatchForm(forms.Form):
    """A letter to many, or links to hand out."""

    way = forms.ChoiceField(
        label=_("How"),
        choices=[
            ("email", _("By e-mail, to those who agreed")),
            ("link", _("As personal links, to hand out yourself")),
        ],
        initial="email",
        widget=forms.RadioSelect,
    )
    limit = forms.IntegerField(
        label=_("At most"),
        help_text=_("Those who spent the most come first. Begin small: you want to answer."),
        min_value=1,
        max_value=2000,
        initial=100,
    )
    subject = forms.CharField(label=_("Subject"), max_length=120, required=False)
    text = forms.CharField(
        label=_("Letter"),
        help_text=_(
            "{name} becomes the customer's name. The link and a way to unsubscribe follow."
        ),
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 9}),
    )


class PolicyForm(forms.Form):
    """The numbers that growth works with."""

    member_quota = forms.IntegerField(
        label=_("People a member may invite"), min_value=0, max_value=500
    )
    invitation_days = forms.IntegerField(
        label=_("Days an invitation holds"), min_value=1, max_value=365
    )
    dormant_days = forms.IntegerField(
        label=_("Days without a purchase until a customer is asleep"), min_value=1, max_value=3650
    )
    reactivation_days = forms.IntegerField(
        label=_("Days over which reactivation is counted"), min_value=1, max_value=3650
    )
    phone_region = forms.RegexField(
        r"^[A-Za-z]{2}$",
        label=_("Country of phone numbers without a code"),
        help_text=_("Two letters: CN, GB, US …"),
    )

    @classmethod
    def of(cls, community: "Community", data: Any) -> "PolicyForm":
        """Return the form filled with the present numbers."""
        policy = policy_of(community)
        return cls(data, initial={name: getattr(policy, name) for name in cls.base_fields})

    def clean_phone_region(self) -> str:
        """Return the country code as it is written."""
        return str(self.cleaned_data["phone_region"]).upper()


class ContactForm(forms.Form):
    """Somebody we want among the first hundred."""

    name = forms.CharField(label=_("Name"), max_length=80)
    contact = forms.CharField(label=_("How to reach them"), max_length=120, required=False)
    why = forms.CharField(
        label=_("Why them"),
        help_text=_("One sentence. You will say it to them."),
        max_length=300,
    )


class OutreachForm(forms.Form):
    """One time somebody reached out."""

    outcome = forms.ChoiceField(
        label=_("What came of it"),
        choices=[
            ("sent", _("Message sent")),
            ("talked", _("We talked")),
            ("interested", _("Interested")),
            ("declined", _("Declined")),
            ("no_answer", _("No answer")),
        ],
    )
    channel = forms.CharField(label=_("By which way"), max_length=40, required=False)
    text = forms.CharField(
        label=_("Worth remembering"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
