"""Put the town of the benchmark of pages into an installation of ours, as an import would."""

from collections import Counter
from html import escape
from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore

from benchmarks.baselines.town import SPACES, VIEWERS, Town
from qunluo.community.actions import create_community, grant
from qunluo.community.models import Community, Membership
from qunluo.community.ports import Seed
from qunluo.conversation.actions import open_space
from qunluo.conversation.models import Numbering, Post, Reaction, Reading, Space, Thread, Tie
from qunluo.conversation.rules.kinds import kind_of
from qunluo.conversation.rules.markup import plain
from qunluo.conversation.rules.ranking import FELT
from qunluo.kernel.clock import now
from qunluo.people.actions import register_person
from qunluo.people.models import Person

BATCH = 2000
BACKEND = "django.contrib.auth.backends.ModelBackend"


def fill(town: Town) -> tuple[Community, list[str]]:
    """Return the community, and sessions of some of its members."""
    owner = register_person(name="Owner", email="owner@example.org")
    made = create_community(
        actor=owner, name="小镇", sentence="我们一起住在这里。", seed=Seed(blueprint="t01")
    )
    Community.objects.filter(pk=made.pk).update(stage="published")
    made.refresh_from_db()
    people = _people(town, made)
    for who in town.badges:
        grant(
            actor=owner, community=made, person=people[who], kind="badge", name="baker", source="x"
        )
    spaces = [_space(owner, made, n) for n in range(SPACES)]
    threads = _threads(town, made, spaces, people)
    _around(town, made, threads, people)
    return made, [session(person) for person in people[:VIEWERS]]


def _people(town: Town, made: Community) -> list[Person]:
    moment = now()
    people = Person.objects.bulk_create(
        (
            Person(name=name, email=f"p{n}@example.org", handle=f"PP{n:06d}", language="zh-hans")
            for n, name in enumerate(town.people)
        ),
        batch_size=BATCH,
    )
    Membership.objects.bulk_create(
        (
            Membership(
                community=made, person=person, number=n + 2, via="invitation", rules_number=0,
                joined_at=moment.replace(year=moment.year - 1, day=1),
                last_active_on=moment.date(),
            )
            for n, person in enumerate(people)
        ),
        batch_size=BATCH,
    )  # fmt: skip
    Community.objects.filter(pk=made.pk).update(member_count=len(people) + 1)
    return people


def _space(owner: Person, made: Community, n: int) -> Space:
    how: dict[str, Any] = {"visibility": "members"}
    if n == SPACES - 1:
        how = {"visibility": "grant", "grant_kind": "badge", "grant_name": "baker"}
    elif n == SPACES - 2:
        how = {"visibility": "public"}
    return open_space(actor=owner, community=made, name=f"广场 {n}", slug=f"s{n}", **how)


def _threads(
    town: Town, made: Community, spaces: list[Space], people: list[Person]
) -> list[Thread]:
    rows = []
    for one in town.threads:
        felt = Counter(name for post in one.posts for name, _who in post.felt)
        first, last = one.posts[0], one.posts[-1]
        count = len(one.posts)
        rows.append(
            Thread(
                community=made, space=spaces[one.space], number=one.number, kind=one.kind,
                state=kind_of(one.kind).start, title=one.title, excerpt=_plain(first.text),
                author=people[first.author], posts=count, replies=count - 1,
                reactions=sum(felt.values()), **{name: felt[name] for name in FELT},
                opened_at=first.at, active_at=last.at, last_author=people[last.author],
                last_excerpt=_plain(last.text) if count > 1 else "",
            )
        )  # fmt: skip
    threads = Thread.objects.bulk_create(rows, batch_size=500)
    Numbering.objects.update_or_create(community=made, defaults={"last": len(threads)})
    posts = [post for one in town.threads for post in one.posts]
    written = Post.objects.bulk_create(
        (
            Post(
                community=made, thread=threads[post.thread - 1], place=post.place,
                author=people[post.author], source=post.text, html=_html(post.text),
                reactions=len(post.felt), written_at=post.at,
            )
            for post in posts
        ),
        batch_size=BATCH,
    )  # fmt: skip
    Reaction.objects.bulk_create(
        (
            Reaction(post=row, person=people[who], name=name, made_at=post.at)
            for post, row in zip(posts, written, strict=True)
            for name, who in post.felt
        ),
        batch_size=BATCH,
    )
    return threads


def _around(town: Town, made: Community, threads: list[Thread], people: list[Person]) -> None:
    Reading.objects.bulk_create(
        (
            Reading(
                person=people[who], thread=threads[number - 1], read=place,
                following="followed" if follows else "normal",
            )
            for who, number, place, follows in town.read
        ),
        batch_size=BATCH,
    )  # fmt: skip
    moment = now()
    pairs = {pair for a, b in town.ties for pair in ((a, b), (b, a))}
    Tie.objects.bulk_create(
        (
            Tie(community=made, person=people[a], other=people[b], talked_at=moment)
            for a, b in sorted(pairs)
        ),
        batch_size=BATCH,
    )


def session(person: Person) -> str:
    """Sign somebody in; return the cookie."""
    store = SessionStore()
    store[SESSION_KEY] = str(person.pk)
    store[BACKEND_SESSION_KEY] = BACKEND
    store[HASH_SESSION_KEY] = person.get_session_auth_hash()
    store.create()
    UserSession.objects.create(user=person, session_key=store.session_key, ip="127.0.0.1")
    return f"{settings.SESSION_COOKIE_NAME}={store.session_key}"


def _html(text: str) -> str:
    return f"<p>{escape(text)}</p>"


def _plain(text: str) -> str:
    return plain(_html(text))
