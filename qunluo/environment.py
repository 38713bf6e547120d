"""The settings an installation may set: each declared once, with its default and its meaning."""

import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from qunluo.kernel.text import _

NEW_KEY = _(
    "Set it to 50 or more random characters; this prints some: "
    "python3 -c 'import secrets; print(secrets.token_urlsafe(50))'"
)


@dataclass(frozen=True)
class Setting:
    """One environment variable QUNLUO_<name>."""

    name: str
    default: str
    help: str


SETTINGS = {
    s.name: s
    for s in [
        Setting("ENV", "production", "production, demo or test; demo and test relax what production refuses."),
        Setting("DEBUG", "", "1 shows tracebacks in the browser; refused in production."),
        Setting("SECRET_KEY", "", "Signs sessions and links and seals second factors; at least 50 random characters in production."),
        Setting("SITE_URL", "http://127.0.0.1:8000", "The address people type, without a path; https:// switches on HSTS and secure cookies; production refuses http://."),
        Setting("ALLOW_HTTP", "", "1 lets production start with an http:// address; only for a network in which nobody can listen in."),
        Setting("ALLOWED_HOSTS", "127.0.0.1 localhost", "Host names that this installation answers to, separated by spaces; production needs that of SITE_URL and refuses *."),
        Setting("BEHIND_PROXY", "", "1 trusts X-Forwarded-Proto and X-Forwarded-For from a reverse proxy in front."),
        Setting("DATA_DIR", "var", "Folder for the SQLite database, media and collected static files."),
        Setting("DATABASE_URL", "", "postgres://user:password@host/name for PostgreSQL; empty keeps SQLite in DATA_DIR."),
        Setting("TIME_ZONE", "Asia/Shanghai", "Time zone of the installation, and of a new community."),
        Setting("EMAIL_URL", "console:", "smtp://user:password@host:587 (STARTTLS), console: prints mail on the console."),
        Setting("EMAIL_FROM", "Qunluo <noreply@localhost>", "Sender of the mail that the platform sends."),
        Setting("REPLY_ADDRESS", "", "Where answers to letters arrive, such as reply@example.org; the mail server hands reply+…@example.org to `qunluo mail receive`. Empty: letters cannot be answered."),
        Setting("MAIL_KEY", "", "What a mail service proves itself with when it posts letters to /mail/in/, as `Authorization: Bearer …`; at least 20 characters. Empty: only `qunluo mail receive` takes letters."),
        Setting("IMAP_URL", "", "imaps://user:password@host:993/INBOX: a mailbox in which letters for REPLY_ADDRESS lie; it is read every minute, and what was taken is marked as read. What is odd in user or password is written as %40. Empty: no mailbox is read."),
        Setting("MAIL_CHECKER", "", "The name (authserv-id) under which your mail server writes `Authentication-Results` into letters. If it is set, an answer counts only with dmarc=pass, or dkim=pass of the writer's own domain; the mail server has to remove such headers of others. Empty: the mail server refuses forged letters itself."),
        Setting("LOG_LEVEL", "INFO", "Least severe level that is logged."),
        Setting("LISTEN", "127.0.0.1:8000", "Address and port of `qunluo web` and `qunluo serve`."),
        Setting("LIVE_LISTEN", "127.0.0.1:8001", "Address and port of `qunluo live`, which holds open connections; `qunluo serve` takes the next free port after its own."),
        Setting("LIVE_URL", "", "Where browsers reach `qunluo live`: https://host, or :8001 for that port of the same host; empty for the site's own address, where the reverse proxy sends /live/ to it."),
        Setting("WEB_PROCESSES", "1", "Web processes; about one per core on a busy installation."),
        Setting(
            "WEB_THREADS",
            "0",
            "Threads of each web process, each with one database connection; 0: two with SQLite, "
            "four with PostgreSQL.",
        ),
        Setting("NO_RATE_LIMITS", "", "1 switches rate limits off; for tests and the demo, refused in production."),
        Setting("GOOGLE_CLIENT", "", "client-id:secret of a Google OAuth client; offers sign-in with Google."),
        Setting("GITHUB_CLIENT", "", "client-id:secret of a GitHub OAuth app; offers sign-in with GitHub."),
        Setting("WEIXIN_CLIENT", "", "app-id:secret of a Weixin open-platform app; offers sign-in with WeChat."),
    ]
}  # fmt: skip


SHORTEST_KEY = 50
# Where keys begin that stand in a data folder or in public code.
KNOWN_KEYS = ("demo-", "for-the-tests-only-", "django-insecure-")


@dataclass(frozen=True)
class Fault:
    """What is wrong with the settings and what to do, to be translated and filled by who says it."""

    what: str
    remedy: str
    values: dict[str, object] = field(default_factory=dict)


class Environment:
    """Reads the declared settings; an undeclared name is a KeyError, so none stays undocumented."""

    def text(self, name: str) -> str:
        """Return the value as given, or its default; an empty value counts as not given."""
        return os.environ.get(f"QUNLUO_{name}", "").strip() or SETTINGS[name].default

    def flag(self, name: str) -> bool:
        """Return True for 1, true, yes or on."""
        return self.text(name).lower() in {"1", "true", "yes", "on"}

    def words(self, name: str) -> list[str]:
        """Return the words, separated by spaces or commas."""
        return self.text(name).replace(",", " ").split()

    def choice(self, name: str) -> str:
        """Return the deployment kind; anything unknown counts as production."""
        value = self.text(name)
        return value if value in {"production", "demo", "test"} else "production"

    def path(self, name: str) -> Path:
        """Return an absolute folder, created if missing."""
        folder = Path(self.text(name)).expanduser().resolve()
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def secret(self, name: str) -> str:
        """Return the key; outside production a random one is kept in the data folder."""
        if value := self.text(name):
            return value
        if self.choice("ENV") == "production":
            return ""
        keep = self.path("DATA_DIR") / "secret-key"
        if not keep.exists():
            keep.write_text(f"demo-{secrets.token_urlsafe(50)}")
            keep.chmod(0o600)
        return keep.read_text()

    def number(self, name: str) -> int:
        """Return a whole number of at least 1; the default when it is none."""
        value = self.text(name)
        return int(value) if value.isdigit() and int(value) else int(SETTINGS[name].default)

    def unsafe(self) -> list[Fault]:
        """Return all that production refuses to start with."""
        if self.choice("ENV") != "production":
            return []
        found = [*self._weak_key(), *self._open_addresses()]
        if self.flag("DEBUG"):
            what = _("QUNLUO_DEBUG shows the inside of the installation to strangers.")
            found.append(Fault(what, _("Leave it out.")))
        if self.flag("NO_RATE_LIMITS"):
            what = _("QUNLUO_NO_RATE_LIMITS lets strangers guess passwords.")
            found.append(Fault(what, _("Leave it out.")))
        return found

    def doubtful(self) -> list[Fault]:
        """Return what production starts with all the same, saying so."""
        kind, _slashes, file = self.text("DATABASE_URL").partition(":///")
        if self.choice("ENV") != "production" or kind not in {"", "sqlite"}:
            return []
        path = Path(file) if file else self.path("DATA_DIR") / "qunluo.sqlite3"
        # Every folder on the way must let others through before they can read the file.
        if not path.exists() or not path.stat().st_mode & 0o004:
            return []
        if all(above.stat().st_mode & 0o001 for above in path.resolve().parents):
            what = _("Every account of this machine can read the database {path}.")
            remedy = _("Close its folder to others: chmod o-rwx {folder}")
            return [Fault(what, remedy, {"path": path, "folder": path.parent})]
        return []

    def _weak_key(self) -> list[Fault]:
        key = self.text("SECRET_KEY")
        if not key:
            return [Fault(_("QUNLUO_SECRET_KEY is empty."), NEW_KEY)]
        if key.startswith(KNOWN_KEYS) or len(key) < SHORTEST_KEY or len(set(key)) < 10:
            what = _("QUNLUO_SECRET_KEY can be guessed: it is a demo key or too short.")
            return [Fault(what, NEW_KEY)]
        return []

    def _open_addresses(self) -> list[Fault]:
        url, hosts = self.text("SITE_URL"), [host.lower() for host in self.words("ALLOWED_HOSTS")]
        scheme, host = _parts(url)
        if scheme not in {"http", "https"} or not host:
            what = _("QUNLUO_SITE_URL is no address: {url}.")
            return [
                Fault(what, _("Set it to the address that people type: https://…"), {"url": url})
            ]
        found = []
        if scheme == "http" and not self.flag("ALLOW_HTTP"):
            what = _(
                "The address {url} is not encrypted: passwords and sessions can be read on the way."
            )
            remedy = _(
                "Put a reverse proxy with a certificate in front and set QUNLUO_SITE_URL=https://…; "
                "in a network of your own, QUNLUO_ALLOW_HTTP=1 starts without."
            )
            found.append(Fault(what, remedy, {"url": url}))
        if "*" in hosts:
            what = _("QUNLUO_ALLOWED_HOSTS accepts any name: strangers could forge links in mail.")
            found.append(Fault(what, _("List the host names that people type.")))
        elif not any(host == one.strip("[]") or _below(host, one) for one in hosts):
            what = _("QUNLUO_ALLOWED_HOSTS lacks {host}: every page would be refused.")
            found.append(Fault(what, _("Add it."), {"host": host}))
        return found

    def providers(self) -> list[str]:
        """Return the allauth provider apps whose client is configured."""
        return [
            f"allauth.socialaccount.providers.{provider}"
            for provider in ("google", "github", "weixin")
            if self.text(f"{provider.upper()}_CLIENT")
        ]

    def provider_origins(self) -> list[str]:
        """Return where a sign-in form may lead: the houses of the configured providers."""
        origins = {"google": "https://accounts.google.com", "github": "https://github.com",
                   "weixin": "https://open.weixin.qq.com"}  # fmt: skip
        return [origins[app.rpartition(".")[2]] for app in self.providers()]

    def provider_settings(self) -> dict[str, Any]:
        """Return SOCIALACCOUNT_PROVIDERS for the configured clients."""
        found = {}
        for provider in ("google", "github", "weixin"):
            client, _, key = self.text(f"{provider.upper()}_CLIENT").partition(":")
            if client:
                found[provider] = {"APPS": [{"client_id": client, "secret": key}]}
        return found

    def email(self) -> dict[str, Any]:
        """Return Django's mail settings from EMAIL_URL."""
        scheme, _, rest = self.text("EMAIL_URL").partition(":")
        if scheme not in {"smtp", "smtps"}:
            backend = "console" if scheme == "console" else scheme
            return {"backend": f"django.core.mail.backends.{backend}.EmailBackend",
                    "host": "", "port": 25, "user": "", "password": "", "tls": False}  # fmt: skip
        login, _, server = rest.removeprefix("//").rpartition("@")
        user, _, password = login.partition(":")
        host, _, port = server.partition(":")
        return {"backend": "django.core.mail.backends.smtp.EmailBackend", "host": host,
                "port": int(port or 587), "user": user, "password": password, "tls": True}  # fmt: skip


def _below(host: str, domain: str) -> bool:
    """Tell whether `domain` is .example.org and the host that or a name in it."""
    return domain.startswith(".") and f".{host}".endswith(domain)


def _parts(url: str) -> tuple[str, str]:
    """Return scheme and host in small letters, empty where there is none."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "", ""
    return parts.scheme, parts.hostname or ""


env = Environment()
