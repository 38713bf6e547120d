"""A town of 1,000 people and 10,000 posts, the same for every page that is measured."""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta

PEOPLE, THREADS, POSTS, LONG = 1_000, 2_000, 10_000, 1_000
SPACES = 8  # the last for who holds a badge, the one before it open to everybody
REACTIONS, READ, TIES, VIEWERS = 12_000, 40, 15, 16
DAYS = 85
NAMES = ["useful", "fun", "warm", "thanks"]
SURNAMES, GIVEN = "林王李陈周吴郑赵孙何", "小满采薇若溪明远安禾知秋青禾南星云舒晓风"


@dataclass
class Post:
    """A message; place 1 opens its thread."""

    thread: int
    place: int
    author: int
    text: str
    at: datetime
    felt: list[tuple[str, int]] = field(default_factory=list)


@dataclass
class Thread:
    """A thread and its posts."""

    number: int
    space: int
    kind: str
    title: str
    posts: list[Post] = field(default_factory=list)


@dataclass
class Town:
    """Everybody and everything."""

    people: list[str]
    threads: list[Thread]
    read: list[tuple[int, int, int, bool]]  # person, thread, place, follows
    ties: list[tuple[int, int]]
    badges: list[int]


def build(texts: list[str], now: datetime) -> Town:
    """Return the town; the same for the same texts and the same moment."""
    chance = random.Random(11)  # noqa: S311 - the same town in every run
    words = iter(texts)
    people = [
        chance.choice(SURNAMES) + chance.choice(GIVEN) + chance.choice(GIVEN)
        for _one in range(PEOPLE)
    ]
    threads = []
    for number in range(1, THREADS + 1):
        kind = chance.choices(["talk", "question", "offer_want"], [7, 2, 1])[0]
        text = next(words)
        title = text[:24] if kind != "talk" or chance.random() < 0.5 else ""
        opened = now - timedelta(minutes=chance.randrange(60, DAYS * 24 * 60))
        made = Thread(number, 0 if number == 1 else chance.randrange(SPACES), kind, title)
        made.posts.append(Post(number, 1, chance.randrange(PEOPLE), text, opened))
        threads.append(made)
    for count in range(POSTS - THREADS):
        made = threads[0] if count < LONG else chance.choice(threads[1:])
        last = made.posts[-1].at
        at = last + (now - last) * chance.random() * 0.3
        place = len(made.posts) + 1
        made.posts.append(Post(made.number, place, chance.randrange(PEOPLE), next(words), at))
    posts = [post for thread in threads for post in thread.posts]
    seen = set()
    for _one in range(REACTIONS):
        post, name, who = chance.choice(posts), chance.choice(NAMES), chance.randrange(PEOPLE)
        if (id(post), name, who) not in seen:
            seen.add((id(post), name, who))
            post.felt.append((name, who))
    read = []
    for who in range(PEOPLE):
        for thread in chance.sample(threads, READ):
            place = chance.randrange(1, len(thread.posts) + 1)
            read.append((who, thread.number, place, chance.random() < 0.3))
    ties = [(who, other) for who in range(PEOPLE) for other in chance.sample(range(PEOPLE), TIES)]
    badges = [who for who in range(PEOPLE) if chance.random() < 0.1]
    return Town(people, threads, read, [(a, b) for a, b in ties if a != b], badges)
