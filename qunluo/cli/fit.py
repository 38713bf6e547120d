"""Is this installation fit for people? What is not, and what to do about it."""

import shutil
import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import get_connection
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from qunluo.cli import console
from qunluo.cli.processes import answers
from qunluo.environment import env
from qunluo.kernel import clock, queries
from qunluo.kernel.text import _
from qunluo.reach.queries import mailbox_mark

LEAST_FREE = 2 * 2**30
BACKUP_MARK = "last-backup"
BACKUP_AGE = timedelta(hours=26)


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at; a remedy makes it a fault."""

    what: str
    remedy: str = ""


def findings() -> Iterator[Finding]:
    """Look at everything; later questions are asked only when earlier ones make sense."""
    yield from _environment()
    yield from _addresses()
    yield from _mail()
    yield from _disk()
    with _patience(seconds=5):
        reachable, found = _database()
        yield from found
        if reachable:
            yield from _background()
            yield from _mailbox()
            yield from _live()


@contextmanager
def _patience(seconds: int) -> Iterator[None]:
    """Wait for an unreachable PostgreSQL only so long."""
    if connection.vendor == "postgresql":
        connection.settings_dict["OPTIONS"] = {
            **connection.settings_dict.get("OPTIONS", {}),
            "connect_timeout": seconds,
        }
    yield


def _environment() -> Iterator[Finding]:
    if settings.ENV != "production":
        yield Finding(
            console.say(_("QUNLUO_ENV is {env}: this is not for real people."), env=settings.ENV),
            _("Leave it out, or set it to production."),
        )
    unsafe = env.unsafe()
    for fault in [*unsafe, *env.doubtful()]:
        yield Finding(
            console.say(fault.what, **fault.values), console.say(fault.remedy, **fault.values)
        )
    if not unsafe:
        yield Finding(
            console.say(_("The secret key is strong; debugging is off and rate limits are on."))
        )


def _addresses() -> Iterator[Finding]:
    site = urlsplit(settings.SITE_URL)
    if site.scheme != "https":
        if settings.ENV != "production" or env.flag("ALLOW_HTTP"):
            yield Finding(
                console.say(_("The address {url} is not encrypted."), url=settings.SITE_URL),
                _(
                    "Put a reverse proxy with a certificate in front and set QUNLUO_SITE_URL=https://…"
                ),
            )
        return
    yield Finding(console.say(_("The address is {url}."), url=settings.SITE_URL))
    if not env.flag("BEHIND_PROXY"):
        yield Finding(
            console.say(_("Nothing says that a reverse proxy ends the encryption.")),
            _("Set QUNLUO_BEHIND_PROXY=1 when one does; without it every page redirects."),
        )


def _mail() -> Iterator[Finding]:
    if "smtp" not in settings.EMAIL_BACKEND:
        yield Finding(
            console.say(_("No mail server: codes and invitations reach nobody.")),
            _("Set QUNLUO_EMAIL_URL=smtp://user:password@host:587 and QUNLUO_EMAIL_FROM."),
        )
        return
    try:
        server = get_connection(timeout=5)
        server.open()
        server.close()
    except (OSError, smtplib.SMTPException) as error:
        yield Finding(
            console.say(
                _("The mail server {host} does not take our mail ({reason})."),
                host=settings.EMAIL_HOST,
                reason=str(error),
            ),
            _("Check QUNLUO_EMAIL_URL: user, password, host and port."),
        )
    else:
        yield Finding(console.say(_("The mail server {host} answers."), host=settings.EMAIL_HOST))
    if settings.DEFAULT_FROM_EMAIL.rstrip(">").endswith("@localhost"):
        yield Finding(
            console.say(_("Mail would come from {sender}."), sender=settings.DEFAULT_FROM_EMAIL),
            _("Set QUNLUO_EMAIL_FROM to an address of your domain."),
        )


def _disk() -> Iterator[Finding]:
    folder: Path = settings.DATA_DIR
    free = shutil.disk_usage(folder).free
    text = console.say(
        _("{free} GB are free in {folder}."), free=f"{free / 2**30:.1f}", folder=folder
    )
    yield Finding(text, _("Make room; pictures and exports need it.") if free < LEAST_FREE else "")
    if not (
        settings.WHITENOISE_USE_FINDERS or (settings.STATIC_ROOT / "staticfiles.json").exists()
    ):
        yield Finding(
            console.say(_("The static files are not collected: pages would have no style.")),
            _("Run `qunluo migrate`."),
        )
    mark = folder / BACKUP_MARK
    age = clock.now().timestamp() - mark.stat().st_mtime if mark.exists() else None
    if age is None:
        yield Finding(
            console.say(_("No backup was ever reported.")),
            _("Run deploy/backup.sh every night; docs/how-to/production.md shows how."),
        )
    elif age > BACKUP_AGE.total_seconds():
        yield Finding(
            console.say(_("The last backup is {hours} hours old."), hours=f"{age / 3600:.0f}"),
            _("Look why deploy/backup.sh did not run."),
        )
    else:
        yield Finding(
            console.say(_("The last backup is {hours} hours old."), hours=f"{age / 3600:.0f}")
        )


def _database() -> tuple[bool, list[Finding]]:
    try:
        connection.ensure_connection()
        executor = MigrationExecutor(connection)
        steps = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    except DatabaseError as error:
        reason = str(error).strip().split("\n")[0]
        return False, [
            Finding(
                console.say(_("The database cannot be reached ({reason})."), reason=reason),
                _("Check QUNLUO_DATABASE_URL and whether the database server runs."),
            )
        ]
    if steps:
        text = console.say(_("The database lacks {steps} migrations."), steps=steps)
        return False, [Finding(text, _("Run `qunluo migrate`."))]
    name = "PostgreSQL" if connection.vendor == "postgresql" else "SQLite"
    return True, [Finding(console.say(_("The database ({name}) is up to date."), name=name))]


def _live() -> Iterator[Finding]:
    """Ask the live process where it listens, as the reverse proxy does."""
    host, _colon, port = env.text("LIVE_LISTEN").rpartition(":")
    near = "127.0.0.1" if host in {"", "0.0.0.0", "[::]"} else host  # noqa: S104
    url = f"http://{near}:{port}/live/health"
    if answers(url):
        yield Finding(console.say(_("The live process answers at {url}."), url=url))
    else:
        text = _(
            "The live process does not answer at {url}: pages look for news only now and then."
        )
        yield Finding(
            console.say(text, url=url),
            _("Start `qunluo serve`, or `qunluo live` beside `qunluo web`."),
        )


def _mailbox() -> Iterator[Finding]:
    """Say how the mailbox is in which answers lie, where there is one."""
    if not settings.IMAP_URL:
        return
    if not settings.REPLY_ADDRESS:
        yield Finding(
            console.say(_("A mailbox is set, but no address for answers: it is not read.")),
            _("Set QUNLUO_REPLY_ADDRESS to the address whose letters lie there."),
        )
        return
    mark = mailbox_mark()
    if mark is not None and mark.last_error:
        yield Finding(
            console.say(_("The mailbox cannot be read ({reason})."), reason=mark.last_error),
            _("Check QUNLUO_IMAP_URL; `qunluo mail fetch` tries it."),
        )
    elif mark is None or mark.read_at is None:
        yield Finding(
            console.say(_("The mailbox was not read yet.")), _("`qunluo mail fetch` tries it.")
        )
    else:
        minutes = int((clock.now() - mark.read_at).total_seconds() // 60)
        yield Finding(
            console.say(_("The mailbox was read {minutes} minutes ago."), minutes=minutes)
        )


def _background() -> Iterator[Finding]:
    state = queries.worker_state()
    if state.alive:
        yield Finding(
            console.say(
                _("A worker is alive; {behind} events are on their way."), behind=state.behind
            )
        )
    else:
        yield Finding(
            console.say(_("No worker is alive: nothing is delivered and no mail leaves.")),
            _("Start `qunluo serve`, or `qunluo worker` beside `qunluo web`."),
        )
    if state.dead:
        yield Finding(
            console.say(_("{count} events were given up on."), count=state.dead),
            _("Read and replay them on the operator's desk, under undelivered events."),
        )
    for job in state.failing_jobs:
        yield Finding(
            console.say(_("The job {job} fails."), job=job), _("The log of the worker says why.")
        )
