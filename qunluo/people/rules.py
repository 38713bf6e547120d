"""What a profile may hold and who may see it; plain Python."""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import available_timezones

from qunluo.kernel.text import _

EVERYONE, MEMBERS, ME = "everyone", "members", "me"
AUDIENCES = {
    EVERYONE: _("Everyone"),
    MEMBERS: _("My communities"),
    ME: _("Only me"),
}
VISIBLE = {
    "intro": EVERYONE,
    "offers": MEMBERS,
    "thoughts": MEMBERS,
    "worries": ME,
    "wishes": MEMBERS,
    "tags": MEMBERS,
}
LENGTHS = {"name": 60, "intro": 300, "thoughts": 2000, "worries": 2000, "wishes": 2000}
LISTS = {"offers": (12, 80), "tags": (20, 30)}  # at most so many, each at most so long
LANGUAGES = ("zh-hans", "en")
EMAIL_MISSING = _("Enter an e-mail address.")
# What the adapter of allauth says; marked here, because providers have no catalog.
SIGN_IN = {
    "email_password_mismatch": _("Address and password do not go together. Look at both once more."),
    "incorrect_code": _("That is not the code. Look at the newest mail, or at the app, once more."),
    "incorrect_password": _("That is not your password."),
    "enter_current_password": _("That is not your current password."),
    "too_many_login_attempts": _("Too many attempts. Wait five minutes, then try again."),
    "rate_limited": _("That was too often in a short time. Wait a little, then try again."),
    "same_as_current": _("That is what you have now."),
    "reauthenticate": _("Use your password"),
    "mfa_reauthenticate": _("Use your authenticator app or a recovery code"),
    "mfa_reauthenticate:webauthn": _("Use a passkey"),
    "passkey": _("This device"),
}
OWN_DATA_HOLDS = _(
    "Your profile and picture, your addresses, devices, linked accounts and tokens (without secrets)"
)
ERASED_NAMES = {"zh-hans": "已注销", "en": "Erased account"}
TOKEN_PREFIX = "qlt_"  # noqa: S105 - tells our tokens apart when one leaks
TOKEN_DAYS = (7, 30, 90, 365)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True)
class Scope:
    """What a token may do."""

    name: str
    label: str


# <area>:write includes <area>:read; `read` and `write` cover every area.
SCOPES = (
    Scope("read", _("Read everything you can read")),
    Scope("write", _("Do everything you can do")),
    Scope("profile:read", _("Read your profile, settings and own data")),
    Scope("profile:write", _("Change your profile and settings")),
    Scope("communities:read", _("Read your communities and their charters")),
    Scope("communities:write", _("Found, join, run and leave communities")),
    Scope("members:read", _("Read members, applications and grants")),
    Scope("members:write", _("Look after members, decide on applications, give roles")),
    Scope("invitations:read", _("Read invitations and the founding hundred")),
    Scope("invitations:write", _("Invite people")),
    Scope("customers:read", _("Read imported customers")),
    Scope("customers:write", _("Import, change and invite customers")),
    Scope("desk:read", _("Read the audit log, removals and failed deliveries")),
    Scope("desk:write", _("Remove members, decide appeals, replay failed deliveries")),
    Scope("export:read", _("Download whole communities as archives")),
    Scope("export:write", _("Start an archive of a community")),
)


def default_visibility() -> dict[str, str]:
    """Return who sees which part of a new profile."""
    return dict(VISIBLE)


def normal_email(email: str | None) -> str | None:
    """Return the address as it is compared and stored, or None."""
    return (email or "").strip().lower() or None


def clean_text(value: str, *, lines: bool = False) -> str:
    """Return the text without control and direction-override characters, as one line or many."""
    value = _CONTROL.sub("", value).strip()
    return (
        re.sub(r"\n{3,}", "\n\n", value.replace("\r\n", "\n")) if lines else " ".join(value.split())
    )


def clean_list(values: Iterable[str]) -> list[str]:
    """Return the entries trimmed, without empty ones and repetitions, in order."""
    return list(dict.fromkeys(v for v in map(clean_text, values) if v))


def faults(values: Mapping[str, object]) -> dict[str, list[str]]:
    """Return what is wrong with profile values, by field; empty when all is well."""
    wrong: dict[str, list[str]] = {}
    if not values.get("name", "x"):
        wrong["name"] = [_("Tell us what to call you.")]
    for field, longest in LENGTHS.items():
        if len(str(values.get(field, ""))) > longest:
            wrong[field] = [_("This is too long.")]
    for field, (most, longest) in LISTS.items():
        entries = values.get(field)
        if not isinstance(entries, list):
            continue
        if len(entries) > most or any(len(entry) > longest for entry in entries):
            wrong[field] = [_("Too many entries, or one of them is too long.")]
    return wrong | _setting_faults(values)


def _setting_faults(values: Mapping[str, object]) -> dict[str, list[str]]:
    wrong = {}
    if values.get("language", LANGUAGES[0]) not in LANGUAGES:
        wrong["language"] = [_("We do not speak this language yet.")]
    if "time_zone" in values and values["time_zone"] not in available_timezones():
        wrong["time_zone"] = [_("We do not know this time zone.")]
    visibility = values.get("visibility", {})
    if not isinstance(visibility, Mapping) or not (
        set(visibility) <= set(VISIBLE) and set(visibility.values()) <= set(AUDIENCES)
    ):
        wrong["visibility"] = [_("Choose who may see this.")]
    return wrong


def audiences_open_to(*, own: bool, shares: bool) -> frozenset[str]:
    """Return the audiences a viewer belongs to."""
    if own:
        return frozenset(AUDIENCES)
    return frozenset({EVERYONE, MEMBERS} if shares else {EVERYONE})


def digest(secret: str) -> str:
    """Return what is stored of a token; a plain hash suffices for 256 random bits."""
    return hashlib.sha256(secret.encode()).hexdigest()


def token_faults(
    name: str, scopes: Sequence[str], days: int | None, *, live: int, most: int
) -> dict[str, list[str]]:
    """Return what is wrong with a wish for a token, by field."""
    wrong: dict[str, list[str]] = {}
    if not 1 <= len(name) <= LENGTHS["name"]:
        wrong["name"] = [_("Name the program or purpose this token is for.")]
    elif live >= most:
        wrong["name"] = [_("You have very many tokens; revoke one you no longer use.")]
    if not scopes or not set(scopes) <= {scope.name for scope in SCOPES}:
        wrong["scopes"] = [_("Choose at least one permission.")]
    if days is not None and not 1 <= days <= max(TOKEN_DAYS):
        wrong["days"] = [_("Choose how long the token lives, at most a year.")]
    return wrong


EXPORT_README = """\
群落 · 我的数据

这份压缩包里是本站保存的、与你有关的全部内容。
每个 .json 文件都是 UTF-8 编码的文本，任何程序都能读取；manifest.json 列出了所有文件。
media/ 里是你上传的图片。时间均为 UTC。

Qunluo · your own data

This archive holds everything this site keeps about you.
Every .json file is UTF-8 text that any program can read; manifest.json lists them all.
media/ holds the pictures you uploaded. Times are UTC.
"""
