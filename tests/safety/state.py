"""What the database holds, to see whether something changed."""

import re
from contextlib import contextmanager
from hashlib import blake2b

from django.apps import apps
from django.db import connection

# Kept about requests, not about people: sessions and when they were last seen, limits, keys that
# make a form act once, and caches.
ASIDE = {
    "django_session", "usersessions_usersession", "kernel_ratebucket", "kernel_oncekey",
    "kernel_cache",
}  # fmt: skip

LOOKS = re.compile(r"\s*(SELECT|SAVEPOINT|RELEASE|ROLLBACK|PRAGMA|SET|SHOW)\b", re.IGNORECASE)
NAMED = re.compile(r'(?:INTO|UPDATE|FROM)\s+"?(\w+)', re.IGNORECASE)


@contextmanager
def writing():
    """Gather the statements that write anything else than what is kept about requests."""
    statements = []

    def note(execute, sql, params, many, context):
        if not LOOKS.match(str(sql)):
            named = NAMED.search(str(sql))
            if not named or named[1] not in ASIDE:
                statements.append(str(sql))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield statements


def held(tables=None):
    """Return a digest for each table (or each of some), and the length of the longest row."""
    digests, longest = {}, 0
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            table = model._meta.db_table
            if table in ASIDE or table in digests or (tables is not None and table not in tables):
                continue
            cursor.execute(f'SELECT * FROM "{table}"')
            rows = sorted(map(repr, cursor.fetchall()))
            longest = max([longest, *map(len, rows)])
            digests[table] = blake2b("\n".join(rows).encode("utf-8", "backslashreplace")).digest()
    return digests, longest


def written_to(statements):
    """Return every table that the statements name, or None when one of them names none."""
    named = [set(NAMED.findall(one)) for one in statements]
    return set().union(*named) if all(named) else None


def changed(before, statements=None):
    """Return the tables whose rows are not those that were held.

    With the statements that wrote since, only the tables that they name are read.
    """
    now = held(None if statements is None else written_to(statements))[0]
    return sorted(table for table in now if now[table] != before[0].get(table))
