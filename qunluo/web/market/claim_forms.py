"""Forms of returns, complaints and invoices: shapes only, the rules are those of the room."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from qunluo.market import queries
from qunluo.web.market.forms.fields import LINES, MoneyField, add_fields, choices, words

MOST, PICTURES, ALT = 2_000, 3, 200
ACTS = ("withdraw", "agree", "dispute", "send", "decide", "accept", "decline", "take", "offer")


class SeveralFiles(forms.ClearableFileInput):
    """Several files chosen at once."""

    allow_multiple_selected = True


class PicturesField(forms.FileField):
    """Up to three pictures."""

    widget = SeveralFiles

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Return the files that were chosen. ValidationError."""
        if len(data or []) > PICTURES:
            raise forms.ValidationError(_("At most %(n)s pictures.") % {"n": PICTURES})
        return [super(PicturesField, self).clean(one, initial) for one in data or []]


class PicturesForm(forms.Form):
    """Up to three pictures beside what is said."""

    def add_pictures(self) -> None:
        """Add the field, after those that are there."""
        self.fields["pictures"] = PicturesField(
            label=_("Pictures"), required=False, widget=SeveralFiles(attrs={"accept": "image/*"}),
            help_text=_("At most %(n)s pictures.") % {"n": PICTURES},
        )  # fmt: skip
        self.fields["alt"] = forms.CharField(
            label=_("What they show"), max_length=ALT, required=False,
            help_text=_("For those who cannot see it."),
        )  # fmt: skip

    def pictures(self) -> list[bytes]:
        """Return the bytes of the pictures that were chosen."""
        return [one.read() for one in self.cleaned_data.get("pictures") or []]


class ReturnForm(PicturesForm):
    """How many of what go back, and why."""

    def __init__(self, *args: Any, sales: queries.AfterSales, **kwargs: Any) -> None:
        """Take what can still go back."""
        super().__init__(*args, **kwargs)
        self.lines = [(line, most) for line, most in sales.lines if most > 0]
        for line, most in self.lines:
            self.fields[f"q{line.pk}"] = forms.IntegerField(
                label=f"{line.title} {line.variant_name}".strip(), min_value=0, max_value=most,
                initial=most if len(self.lines) == 1 else 0, required=False,
            )  # fmt: skip
        self.fields["words"] = forms.CharField(label=_("Why"), max_length=MOST, widget=LINES)
        self.add_pictures()

    def quantities(self) -> dict[int, int]:
        """Return how many of each line go back."""
        return {line.pk: self.cleaned_data.get(f"q{line.pk}") or 0 for line, _most in self.lines}


class ComplaintForm(PicturesForm):
    """What is wrong with what, and what the buyer wants."""

    def __init__(self, *args: Any, sales: queries.AfterSales, currency: str, **kwargs: Any) -> None:
        """Take the things that were bought."""
        super().__init__(*args, **kwargs)
        self.things = {line.product_id: line.product for line, _most in sales.lines}
        named = [(pk, one.title) for pk, one in self.things.items()]
        add_fields(
            self,
            product=forms.TypedChoiceField(
                label=_("What is it about?"), choices=named, coerce=int, initial=named[0][0],
                widget=forms.RadioSelect if len(named) > 1 else forms.HiddenInput,
            ),
            kind=forms.ChoiceField(
                label=_("What is wrong?"), choices=choices(queries.claim_kinds())
            ),
            words=forms.CharField(label=_("Tell it"), max_length=MOST, widget=LINES),
            wants=forms.ChoiceField(
                label=_("What do you want?"), choices=choices(queries.claim_wants()),
                widget=forms.RadioSelect,
            ),
            amount=MoneyField(
                label=_("How much, where it is a part"), currency=currency, required=False
            ),
        )  # fmt: skip
        self.add_pictures()


class ActForm(forms.Form):
    """What somebody does with a return or complaint."""

    act = forms.ChoiceField(choices=[(one, one) for one in ACTS])
    words = forms.CharField(max_length=MOST, required=False)
    carrier = forms.CharField(max_length=40, required=False)
    tracking = forms.CharField(max_length=60, required=False)
    replaces = forms.BooleanField(required=False)
    restock = forms.BooleanField(required=False)

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        """Take the currency."""
        super().__init__(*args, **kwargs)
        self.fields["amount"] = MoneyField(currency=currency, required=False)


class AnswerForm(forms.Form):
    """The public answer to many, with one remedy for everybody."""

    words = forms.CharField(label=_("Your answer"), max_length=MOST, widget=LINES)
    percent = forms.IntegerField(
        label=_("Percent, where it is a part"), min_value=1, max_value=99, required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer the remedies in the reader's language."""
        super().__init__(*args, **kwargs)
        self.fields["remedy"] = forms.ChoiceField(
            label=_("What everybody gets"), choices=choices(queries.remedies()),
            widget=forms.RadioSelect,
        )  # fmt: skip


class InvoiceForm(forms.Form):
    """What stands in an invoice."""

    sort = forms.ChoiceField(
        label=_("For whom"), choices=[("personal", _("Personal")), ("company", _("Company"))],
        initial="personal", widget=forms.RadioSelect,
    )  # fmt: skip
    title = forms.CharField(label=_("Name on the invoice"), max_length=100)
    tax_number = words(_("Tax number"), 30)
    mail = forms.EmailField(label=_("E-mail"), required=False)


class IssueForm(forms.Form):
    """How an invoice was issued, or why not."""

    number = forms.CharField(max_length=40, required=False)
    file = forms.FileField(required=False)
    reason = forms.CharField(max_length=400, required=False)
    wish = forms.CharField(max_length=10, required=False)
