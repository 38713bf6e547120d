"""allauth's forms for second factors and passkeys in our words."""

from typing import Any

from allauth.mfa.base import forms as base
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from django.utils.translation import gettext as _

from qunluo.web.accounts.worded import Worded


class Authenticate(Worded, base.AuthenticateForm):  # type: ignore[misc]
    """A code of the app, or a recovery code."""


class ReauthenticateByCode(Worded, base.ReauthenticateForm):  # type: ignore[misc]
    """The same, to confirm something delicate."""


class ActivateTotp(Worded, totp.ActivateTOTPForm):  # type: ignore[misc]
    """The first code of a new app."""


class AddPasskey(webauthn.AddWebAuthnForm):  # type: ignore[misc]
    """A passkey or security key."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("What you call this device or key")
        if "passwordless" in self.fields:
            field = self.fields["passwordless"]
            field.label = _("Sign in with it alone, without a password")
            field.help_text = _("The device then asks for your finger, your face or its PIN.")
            field.initial = True


class EditPasskey(webauthn.EditWebAuthnForm):  # type: ignore[misc]
    """The name of a passkey."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("What you call this device or key")
