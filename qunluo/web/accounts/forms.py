"""What sign-up asks beyond address and password."""

from typing import TYPE_CHECKING

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from qunluo.people.models import Person


class SignupExtras(forms.Form):
    """Adds the name to allauth's sign-up forms; the adapter stores it."""

    field_order = ("name", "email", "password1")

    name = forms.CharField(
        label=_("Your name"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )

    def signup(self, request: HttpRequest, user: "Person") -> None:
        """Do nothing more: allauth asks for this method, the adapter has already registered."""
