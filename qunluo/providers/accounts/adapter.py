"""allauth's hooks: persons are made by people.actions, mail goes through reach."""

import logging
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from allauth.account import app_settings as account_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.models import EmailAddress
from allauth.account.signals import email_changed, email_confirmed, email_removed
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.totp.internal.auth import generate_totp_secret
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.forms import BaseForm
from django.http import HttpRequest
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import get_language, gettext_lazy

from qunluo.kernel.clock import now
from qunluo.kernel.ratelimit import limit
from qunluo.kernel.sealing import Unreadable, seal, unseal
from qunluo.people import actions as people
from qunluo.people import queries
from qunluo.reach import actions as reach

if TYPE_CHECKING:
    from allauth.socialaccount.models import SocialLogin
    from django.contrib.auth.models import AnonymousUser

    from qunluo.people.models import Person

MAIL = "accounts/mail/account"
SAID = ("code", "ip", "from_email", "to_email", "deleted_email", "provider", "signup_url",
        "password_reset_url", "activate_url")  # fmt: skip
WAIT = 300  # seconds after too many wrong passwords
CODE_LIVES = timedelta(minutes=15)
CODES = {"login_code", "password_reset_code"}
# Houses that themselves check the addresses they vouch for.
VOUCHING = {"google", "github"}
# Signing in by these shows who it is; another house may have let somebody in without asking.
PROOFS = {"password", "code", "mfa"}
SECOND_FACTOR = "second-factor"  # what they are sealed for; people's migration says the same
logger = logging.getLogger(__name__)


def spoken() -> str:
    """Return the language of this request as we store it."""
    return "en" if (get_language() or "").startswith("en") else "zh-hans"


def say(name: str) -> Any:
    """Return one of our sentences about signing in, translated when it is shown."""
    sentence = queries.SIGN_IN[name]
    return gettext_lazy(sentence)


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts with an address."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        **{name: say(name) for name in queries.SIGN_IN},
    }

    def validation_error(self, code: str, *args: Any) -> Any:
        """Return the sentence; of too many attempts, the status of the page tells as well."""
        if code == "too_many_login_attempts" and context.request is not None:
            context.request.too_often = WAIT
        return super().validation_error(code, *args)

    def save_user(
        self,
        request: HttpRequest,
        user: "Person",
        form: BaseForm,
        commit: bool = True,  # noqa: FBT001, FBT002 -- allauth's signature
    ) -> "Person":
        """Register the person; the address stays a claim until it is confirmed."""
        limit("signup", self.get_client_ip(request), times=60, seconds=3600)
        return people.register_person(
            name=form.cleaned_data["name"],
            password=form.cleaned_data.get("password1"),
            language=spoken(),
        )

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Hand the mail to reach, with only what its words need."""
        what = template_prefix.rsplit("/", 1)[-1]
        code = what in CODES
        reach.send_email(
            to=email,
            template=MAIL,
            context=_words(what, email, context),
            language=spoken(),
            expires_at=now() + CODE_LIVES if code else None,
        )

    def send_confirmation_mail(
        self,
        request: HttpRequest,
        emailconfirmation: Any,
        signup: bool,  # noqa: FBT001 -- allauth's signature
    ) -> None:
        """Send the link; whoever has long proven the address is told about their account instead.

        Only the mailbox shows the difference, so the page gives nobody away.
        """
        address = emailconfirmation.email_address
        if queries.people_by_email([address.email]) and not address.verified:
            self.send_account_already_exists_mail(address.email)
        else:
            super().send_confirmation_mail(request, emailconfirmation, signup)

    def get_email_verification_redirect_url(self, email_address: EmailAddress) -> str:
        """Go to the page that shows the address as confirmed."""
        return reverse("account_email")

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Go back to the overview of sign-in and security."""
        return reverse("me:security")

    def is_reauthentication_required(self, *, app: str, **more: Any) -> bool:
        """Ask for no second proof right after the first: allauth counts only what came later."""
        if not super().is_reauthentication_required(app=app, **more):
            return False
        since = time.time() - account_settings.REAUTHENTICATION_TIMEOUT
        return not any(
            proof["at"] > since and proof["method"] in PROOFS
            for proof in get_authentication_records(self.request, self.request.user)
        )

    def get_reauthentication_methods(self, user: "Person | AnonymousUser") -> list[dict[str, Any]]:
        """Return allauth's methods with our words."""
        return [
            {**method, "description": say(method["id"])}
            for method in super().get_reauthentication_methods(user)
        ]


def _words(what: str, email: str, context: dict[str, Any]) -> dict[str, Any]:
    """Return the values of a mail that may be stored until it has left: plain strings."""
    said = {key: str(context.get(key) or "") for key in SAID}
    at = date_format(localtime(now()), "DATETIME_FORMAT")
    return {"mail": {"what": what, "email": email, "site_url": settings.SITE_URL, "at": at, **said}}


class SocialAccountAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Accounts of other houses."""

    def pre_social_login(self, request: HttpRequest, sociallogin: "SocialLogin") -> None:
        """Know a WeChat person by the unionid, which is the same in every app of an owner."""
        account = sociallogin.account
        union = account.extra_data.get("unionid") if account.provider == "weixin" else None
        if not union or account.uid == union:
            return
        account.uid = union
        if sociallogin.is_existing:
            account.save(update_fields=["uid"])
        else:
            sociallogin.lookup()

    def can_authenticate_by_email(self, login: "SocialLogin", email: str) -> bool:
        """Let a proven address of a vouching house open the account that has proven the same."""
        return login.account.provider in VOUCHING and bool(queries.people_by_email([email]))

    def populate_user(
        self, request: HttpRequest, sociallogin: "SocialLogin", data: dict[str, Any]
    ) -> Any:
        """Take over the name that the provider knows."""
        user = super().populate_user(request, sociallogin, data)
        full = " ".join(filter(None, (data.get("first_name"), data.get("last_name"))))
        name = data.get("name") or full or data.get("username") or ""
        user.name = queries.clean_text(str(name))[: queries.LENGTHS["name"]]
        return user

    def is_auto_signup_allowed(self, request: HttpRequest, sociallogin: "SocialLogin") -> bool:
        """Ask nothing more when the provider has told us a name."""
        return bool(sociallogin.user.name) and super().is_auto_signup_allowed(request, sociallogin)

    def get_signup_form_initial_data(self, sociallogin: "SocialLogin") -> dict[str, Any]:
        """Offer the name that the provider knows."""
        initial = super().get_signup_form_initial_data(sociallogin)
        return {**initial, "name": sociallogin.user.name}

    def save_user(
        self, request: HttpRequest, sociallogin: "SocialLogin", form: BaseForm | None = None
    ) -> "Person":
        """Register the person; an address that somebody else has proven is left out."""
        ip = self._account_adapter(request).get_client_ip(request)
        limit("signup", ip, times=60, seconds=3600)
        name = form.cleaned_data["name"] if form else sociallogin.user.name
        person = people.register_person(name=name, language=spoken())
        sociallogin.user = person
        addresses = sociallogin.email_addresses
        taken = queries.people_by_email(a.email for a in addresses)
        sociallogin.email_addresses = [a for a in addresses if a.email.lower() not in taken]
        sociallogin.save(request)
        people.sync_email(person=person)
        return person

    def _account_adapter(self, request: HttpRequest) -> AccountAdapter:
        return AccountAdapter(request)


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Second factors and passkeys."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": say("incorrect_code"),
    }

    def generate_authenticator_name(self, user: "Person", type: Any) -> str:
        """Offer a name for a new passkey."""
        return str(say("passkey"))

    def encrypt(self, text: str) -> str:
        """Seal the secret of an app or of recovery codes: the database alone opens no account."""
        return seal(text, SECOND_FACTOR)

    def decrypt(self, encrypted_text: str) -> str:
        """Return the secret; one that cannot be read becomes one that no code ever matches."""
        try:
            return unseal(encrypted_text, SECOND_FACTOR)
        except Unreadable:
            logger.warning("A second factor cannot be read: was QUNLUO_SECRET_KEY replaced?")
            return str(generate_totp_secret())

    def _get_user_identifier(self, user: "Person") -> str:
        return queries.address_of(user) or user.name


def _follow_address(user: "Person | None" = None, **said: Any) -> None:
    """Keep Person.email in step when allauth reports that an address changed hands or state."""
    address = said.get("email_address") or said.get("to_email_address")
    person = user or (address.user if address else None)
    if person is not None:
        people.sync_email(person=person)


# The only signals we hear: allauth has no other hook for "an address is proven now".
for _signal in (email_confirmed, email_changed, email_removed):
    _signal.connect(_follow_address, dispatch_uid=f"qunluo.sync_email.{id(_signal)}")
