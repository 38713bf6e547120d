"""Make the tables, put the town into them, and print sessions of some readers."""

import json
import os
import sys
from collections import Counter
from datetime import datetime

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.baselines.textbook.settings")
django.setup()

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.auth.models import User  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from benchmarks.baselines.textbook import models as rows  # noqa: E402
from benchmarks.baselines.town import SPACES, VIEWERS, build  # noqa: E402

BATCH = 2000


def main(path):
    """Fill from the texts and the moment in a file."""
    with open(path, encoding="utf-8") as file:
        given = json.load(file)
    call_command("migrate", verbosity=0)  # first what the tables of the town refer to
    call_command("migrate", run_syncdb=True, verbosity=0)
    town = build(given["texts"], datetime.fromisoformat(given["now"]))
    people = User.objects.bulk_create(
        (
            User(username=f"p{n}", first_name=name, password="!")
            for n, name in enumerate(town.people)
        ),
        batch_size=BATCH,
    )
    rows.Profile.objects.bulk_create(
        (rows.Profile(user=user, handle=f"PP{n:06d}") for n, user in enumerate(people)),
        batch_size=BATCH,
    )
    here = rows.Community.objects.create(slug="town", name="小镇", sentence="我们一起住在这里。")
    badges = set(town.badges)
    rows.Membership.objects.bulk_create(
        (
            rows.Membership(
                community=here, user=user, joined_at=given["now"],
                badges=["baker"] if n in badges else [],
            )
            for n, user in enumerate(people)
        ),
        batch_size=BATCH,
    )  # fmt: skip
    how = {SPACES - 1: "grant", SPACES - 2: "public"}
    spaces = rows.Space.objects.bulk_create(
        rows.Space(
            community=here, slug=f"s{n}", name=f"广场 {n}", visibility=how.get(n, "members"),
            badge="baker",
        )
        for n in range(SPACES)
    )  # fmt: skip
    threads = []
    for one in town.threads:
        felt = Counter(name for post in one.posts for name, _who in post.felt)
        first, last = one.posts[0], one.posts[-1]
        threads.append(
            rows.Thread(
                space=spaces[one.space], number=one.number, author=people[first.author],
                kind=one.kind, title=one.title, body=first.text,
                comment_count=len(one.posts) - 1, opened_at=first.at, active_at=last.at,
                useful=felt["useful"], fun=felt["fun"], warm=felt["warm"],
            )
        )  # fmt: skip
    threads = rows.Thread.objects.bulk_create(threads, batch_size=BATCH)
    said = [post for one in town.threads for post in one.posts[1:]]
    comments = rows.Comment.objects.bulk_create(
        (
            rows.Comment(
                thread=threads[post.thread - 1], place=post.place, author=people[post.author],
                body=post.text, written_at=post.at,
            )
            for post in said
        ),
        batch_size=BATCH,
    )  # fmt: skip
    rows.Reaction.objects.bulk_create(
        (
            rows.Reaction(comment=row, user=people[who], name=name)
            for post, row in zip(said, comments, strict=True)
            for name, who in post.felt
        ),
        batch_size=BATCH,
    )
    rows.Read.objects.bulk_create(
        (
            rows.Read(user=people[who], thread=threads[number - 1], place=place, follows=follows)
            for who, number, place, follows in town.read
        ),
        batch_size=BATCH,
    )
    settle()
    print(json.dumps(signed_in(people[:VIEWERS])))


def settle():
    """Let the database settle on what it holds."""
    with connection.cursor() as cursor:
        postgres = connection.vendor == "postgresql"
        cursor.execute("VACUUM ANALYZE" if postgres else "PRAGMA journal_mode=WAL")


def signed_in(people):
    """Sign them in, also where the bare pages look; return their cookies."""
    keys = {session(user): user.pk for user in people}
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bare_session (key varchar(40) PRIMARY KEY, user_id bigint)")
        for key, user_id in keys.items():
            cursor.execute("INSERT INTO bare_session VALUES (%s, %s)", [key, user_id])
    return [f"sessionid={key}" for key in keys]


def session(user):
    """Sign somebody in."""
    store = SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.create()
    return store.session_key


if __name__ == "__main__":
    main(sys.argv[1])
