"""allauth's hooks: persons are made by people.actions, mail goes through reach."""

from typing import TYPE_CHECKING, Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.forms import BaseForm
from django.http import HttpRequest
from django.utils.translation import get_language

from qunluo.people import actions as people

if TYPE_CHECKING:
    from qunluo.people.models import Person


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts with an address."""

    def save_user(
        self, request: HttpRequest, user: "Person", form: BaseForm, commit: bool = True
    ) -> "Person":
        """Register the person; the address stays a claim until it is confirmed."""
        return people.register_person(
            name=form.cleaned_data["name"],
            password=form.cleaned_data.get("password1"),
            language="en" if (get_language() or "").startswith("en") else "zh-hans",
        )


class SocialAccountAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Accounts of other houses."""

    def get_signup_form_initial_data(self, sociallogin: Any) -> dict[str, Any]:
        """Offer the name that the provider knows."""
        return {**super().get_signup_form_initial_data(sociallogin), "name": ""}
