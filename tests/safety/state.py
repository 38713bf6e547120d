"""What the database holds, to see whether something changed."""

from hashlib import blake2b

from django.apps import apps
from django.db import connection

# Kept about requests, not about people: sessions and when they were last seen, limits, keys that
# make a form act once, and caches.
ASIDE = {
    "django_session", "usersessions_usersession", "kernel_ratebucket", "kernel_oncekey",
    "kernel_cache",
}  # fmt: skip


def held():
    """Return a digest for each table, and the length of the longest row of all."""
    digests, longest = {}, 0
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            table = model._meta.db_table
            if table in ASIDE or table in digests:
                continue
            cursor.execute(f'SELECT * FROM "{table}"')
            rows = sorted(map(repr, cursor.fetchall()))
            longest = max([longest, *map(len, rows)])
            digests[table] = blake2b("\n".join(rows).encode("utf-8", "backslashreplace")).digest()
    return digests, longest


def changed(before):
    """Return the tables whose rows are not those that were held."""
    now = held()[0]
    return sorted(table for table in now if now[table] != before[0].get(table))
