"""Bring the database, the translations and the collected static files up to date."""

import argparse
import io
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from qunluo.cli import catalogs, console
from qunluo.cli.sparing import starting_state
from qunluo.kernel.delivery import ensure_cursors
from qunluo.kernel.text import _

HELP = _("Bring the database and the static files up to date; safe to run again.")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "--no-static",
        action="store_true",
        help=console.say(_("leave the static files alone")),
    )


def run(args: argparse.Namespace) -> int:
    """Migrate and collect."""
    bring_up_to_date()
    if not (args.no_static or settings.WHITENOISE_USE_FINDERS):
        with console.Progress(_("Collecting the static files")):
            call_command("collectstatic", interactive=False, verbosity=0)
    return 0


def pending() -> int:
    """How many migrations the database still lacks."""
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def bring_up_to_date() -> None:
    """Apply the migrations that are missing and make the table of the cache."""
    catalogs.compile_stale()
    steps = pending()
    if steps:
        with console.Progress(_("Bringing the database up to date")) as progress:
            done = 0

            def show(action: str, migration: Any = None, _fake: bool | None = None) -> None:  # noqa: FBT001
                nonlocal done
                done += action == "apply_success"
                progress(done, steps, str(migration or ""))

            executor = MigrationExecutor(connection, show)
            executor.migrate(executor.loader.graph.leaf_nodes(), state=starting_state(executor))
        # Permissions and content types, which Django makes after a migration.
        call_command("migrate", interactive=False, verbosity=0)
    if settings.CACHES["default"]["LOCATION"] not in connection.introspection.table_names():
        call_command("createcachetable", verbosity=0, stdout=io.StringIO())
    # A reaction that is new in this version gets the events from now on.
    ensure_cursors()
