"""The settings an installation may set: each declared once, with its default and its meaning."""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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
        Setting("SECRET_KEY", "", "Signs sessions and links; at least 50 random characters in production."),
        Setting("SITE_URL", "http://127.0.0.1:8000", "The address people type, without a path; https:// switches on HSTS and secure cookies."),
        Setting("ALLOWED_HOSTS", "127.0.0.1 localhost", "Host names that this installation answers to, separated by spaces."),
        Setting("BEHIND_PROXY", "", "1 trusts X-Forwarded-Proto and X-Forwarded-For from a reverse proxy in front."),
        Setting("DATA_DIR", "var", "Folder for the SQLite database, media and collected static files."),
        Setting("DATABASE_URL", "", "postgres://user:password@host/name for PostgreSQL; empty keeps SQLite in DATA_DIR."),
        Setting("TIME_ZONE", "Asia/Shanghai", "Time zone of the installation, and of a new community."),
        Setting("EMAIL_URL", "console:", "smtp://user:password@host:587 (STARTTLS), console: prints mail on the console."),
        Setting("EMAIL_FROM", "Qunluo <noreply@localhost>", "Sender of the mail that the platform sends."),
        Setting("LOG_LEVEL", "INFO", "Least severe level that is logged."),
        Setting("LISTEN", "127.0.0.1:8000", "Address and port of `qunluo web` and `qunluo serve`."),
        Setting("WEB_PROCESSES", "1", "Web processes; about one per core on a busy PostgreSQL installation."),
        Setting("WEB_THREADS", "8", "Threads of each web process; each keeps one database connection."),
        Setting("NO_RATE_LIMITS", "", "1 switches rate limits off; for tests and the demo, refused in production."),
        Setting("GOOGLE_CLIENT", "", "client-id:secret of a Google OAuth client; offers sign-in with Google."),
        Setting("GITHUB_CLIENT", "", "client-id:secret of a GitHub OAuth app; offers sign-in with GitHub."),
        Setting("WEIXIN_CLIENT", "", "app-id:secret of a Weixin open-platform app; offers sign-in with WeChat."),
    ]
}  # fmt: skip


SHORTEST_KEY = 50


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

    def unsafe(self) -> list[tuple[str, str]]:
        """Return (what is unsafe, what to do) for all that production refuses to start with."""
        if self.choice("ENV") != "production":
            return []
        key, found = self.text("SECRET_KEY"), []
        if not key:
            found.append((_("QUNLUO_SECRET_KEY is empty."), NEW_KEY))
        elif key.startswith("demo-") or len(key) < SHORTEST_KEY or len(set(key)) < 10:
            found.append(
                (_("QUNLUO_SECRET_KEY can be guessed: it is a demo key or too short."), NEW_KEY)
            )
        if self.flag("DEBUG"):
            found.append(
                (
                    _("QUNLUO_DEBUG shows the inside of the installation to strangers."),
                    _("Leave it out."),
                )
            )
        if self.flag("NO_RATE_LIMITS"):
            found.append(
                (_("QUNLUO_NO_RATE_LIMITS lets strangers guess passwords."), _("Leave it out."))
            )
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


env = Environment()
