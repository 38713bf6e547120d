"""Pages that people open all day, beside the same pages written by others' ways, in one run.

Each page is served as `qunluo serve` serves it, for 16 readers at once who are signed in, in a town
of 1,000 members and 10,000 posts. The textbook (baselines/textbook) is Django as one learns it:
gunicorn, Django templates, model objects, default connections. The bare page (baselines/bare) is
Litestar with SQLAlchemy Core. What counts is requests per second of processor time, that of the
database included.
"""

import json
import sys
import tempfile
from pathlib import Path

import django

from benchmarks.row import Row

django.setup()
ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "scripts"))

import datasets  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, connections  # noqa: E402

from benchmarks.baselines.town import POSTS, build  # noqa: E402
from benchmarks.filling import fill  # noqa: E402
from benchmarks.selling import elsewhere  # noqa: E402
from benchmarks.serving import compare, ours, postgres_process, queries, theirs  # noqa: E402
from qunluo.kernel.clock import now  # noqa: E402

THEIRS = {
    "home": "/",
    "thread": "/c/town/1/?after=500",
    "space": "/c/town/in/s1/",
    "door": "/c/town/",
}


def run(database_url: str) -> list[Row]:
    """Fill the town three times over, serve it three times, and read the same pages."""
    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    texts, _origin = datasets.reviews(POSTS)
    moment = now()
    made, sessions = fill(build(texts, moment))
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
    postgres = postgres_process()
    pages = {
        "home": "/",
        "thread": f"/c/{made.slug}/talk/1/?after=500&n=50",
        "space": f"/c/{made.slug}/talk/in/s1/",
        "door": f"/c/{made.slug}/about/",
    }
    asked = queries("home", "/", sessions[0])
    connections.close_all()
    with tempfile.TemporaryDirectory(prefix="qunluo-pages-") as folder:
        given = Path(folder) / "town.json"
        given.write_text(json.dumps({"texts": texts, "now": moment.isoformat()}), encoding="utf-8")
        others = theirs(
            "benchmarks.baselines.textbook.fill", given,
            elsewhere(database_url, "textbook", folder),
            "benchmarks.baselines.bare.app:app", THEIRS,
        )  # fmt: skip
        return [*compare([ours(sessions, pages), *others], postgres), asked]
