"""allauth's account forms in our words."""

from typing import TYPE_CHECKING, Any

from allauth.account import forms as account
from allauth.socialaccount import forms as social
from django import forms
from django.contrib.auth import get_user_model
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    Base = forms.Form
else:
    Base = object


def label(name: str, form: forms.Form) -> str:
    """Return what a field of that name is called, or an empty string."""
    new = "oldpassword" in form.fields
    return {
        "login": _("E-mail"),
        "email": _("E-mail"),
        "password": _("Password"),
        "oldpassword": _("Current password"),
        "password1": _("New password") if new else _("Password"),
        "password2": _("The same once more"),
        "code": _("Code"),
    }.get(name, "")


class Worded(Base):
    """Labels instead of placeholders, and help that fits on one line."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.label = label(name, self) or field.label
            field.help_text = _("At least 8 characters.") if name == "password1" else ""
            field.widget.attrs.pop("placeholder", None)
        if "code" in self.fields:
            code = self.fields["code"].widget.attrs
            code.update(inputmode="numeric", autocomplete="one-time-code", autofocus=True)


class Login(Worded, account.LoginForm):  # type: ignore[misc]
    """Address and password."""


class Signup(Worded, account.SignupForm):  # type: ignore[misc]
    """Name, address and password."""

    def clean(self) -> dict[str, Any]:
        """Refuse a password like the address or the name, which allauth cannot see here."""
        given: dict[str, Any] = super().clean() or {}
        if password := given.get("password1"):
            someone = get_user_model()(name=given.get("name", ""), email=given.get("email"))
            try:
                validate_password(password, someone)
            except forms.ValidationError as error:
                self.add_error("password1", error)
        return given


class AddEmail(Worded, account.AddEmailForm):  # type: ignore[misc]
    """Another address."""


class ChangePassword(Worded, account.ChangePasswordForm):  # type: ignore[misc]
    """The old password and the new one."""


class SetPassword(Worded, account.SetPasswordForm):  # type: ignore[misc]
    """A first password."""


class ResetPassword(Worded, account.ResetPasswordForm):  # type: ignore[misc]
    """The address of a forgotten password."""


class ResetPasswordKey(Worded, account.ResetPasswordKeyForm):  # type: ignore[misc]
    """A new password after the code."""


class Reauthenticate(Worded, account.ReauthenticateForm):  # type: ignore[misc]
    """The password once more."""


class RequestLoginCode(Worded, account.RequestLoginCodeForm):  # type: ignore[misc]
    """Where to send a sign-in code."""


class ConfirmLoginCode(Worded, account.ConfirmLoginCodeForm):  # type: ignore[misc]
    """The sign-in code."""


class ConfirmPasswordResetCode(Worded, account.ConfirmPasswordResetCodeForm):  # type: ignore[misc]
    """The code that allows a new password."""


class SocialSignup(Worded, social.SignupForm):  # type: ignore[misc]
    """What another house did not tell us."""
