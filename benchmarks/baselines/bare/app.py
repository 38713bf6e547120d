"""The pages, without anything around them."""

import os
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

from jinja2 import Environment, FileSystemLoader
from litestar import Litestar, MediaType, Request, get
from litestar.exceptions import NotAuthorizedException, NotFoundException
from sqlalchemy import create_engine, text

CARDS, LISTED, WINDOW = 20, 15, 50
_where = urlsplit(os.environ["BENCH_DATABASE_URL"])
SQLITE = _where.scheme.startswith("sqlite")
if SQLITE:
    engine = create_engine(f"sqlite:///{_where.path[1:]}")
else:
    engine = create_engine(
        f"postgresql+psycopg://{_where.username}@/{_where.path.strip('/')}",
        connect_args={"host": unquote(_where.hostname or ""), "port": _where.port or 5432},
        pool_size=2,
    )
env = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True, trim_blocks=True)
SESSION = text("SELECT user_id FROM bare_session WHERE key = :key")
ME = text(
    "SELECT u.first_name, (SELECT count(*) FROM textbook_notice n WHERE n.user_id = u.id"
    " AND NOT n.seen) AS bell FROM auth_user u WHERE u.id = :me"
)
SPACES = text(
    "SELECT s.id, s.slug, s.name, s.visibility, s.badge, m.badges, c.slug AS town, c.name AS called"
    " FROM textbook_membership m JOIN textbook_community c ON c.id = m.community_id"
    " JOIN textbook_space s ON s.community_id = c.id WHERE m.user_id = :me"
)
THREADS = (
    "SELECT t.id, t.number, t.kind, t.title, t.body, t.comment_count, t.useful, t.fun, t.warm,"
    " t.active_at, t.space_id, u.first_name AS who, coalesce(r.place, 0) AS place, r.follows"
    " FROM textbook_thread t JOIN auth_user u ON u.id = t.author_id"
    " LEFT JOIN textbook_read r ON r.thread_id = t.id AND r.user_id = :me"
    " WHERE t.space_id IN ({spaces}) ORDER BY t.active_at DESC LIMIT {count}"
)
LAST = (
    "SELECT c.thread_id, c.body, u.first_name AS who FROM textbook_comment c"
    " JOIN textbook_thread t ON t.id = c.thread_id JOIN auth_user u ON u.id = c.author_id"
    " WHERE c.thread_id IN ({threads}) AND c.place > t.comment_count - 1 ORDER BY c.place"
)
THREAD = text(
    "SELECT t.*, s.visibility, s.badge FROM textbook_thread t"
    " JOIN textbook_space s ON s.id = t.space_id WHERE t.number = :number"
)
COMMENTS = text(
    "SELECT c.id, c.place, c.author_id, c.body, c.written_at, u.first_name AS who"
    " FROM textbook_comment c JOIN auth_user u ON u.id = c.author_id"
    " WHERE c.thread_id = :thread AND c.place > :after ORDER BY c.place LIMIT 50"
)
FELT = (
    "SELECT comment_id, name, count(*) AS times,"
    " max(CASE WHEN user_id = :me THEN 1 ELSE 0 END) AS own FROM textbook_reaction"
    " WHERE comment_id IN ({comments}) GROUP BY comment_id, name"
)
DOOR = text("SELECT id, name, sentence FROM textbook_community WHERE slug = :slug")
FACES = text(
    "SELECT u.first_name AS who FROM textbook_membership m JOIN auth_user u ON u.id = m.user_id"
    " WHERE m.community_id = :here ORDER BY m.joined_at LIMIT 24"
)
COUNT = text("SELECT count(*) FROM textbook_membership WHERE community_id = :here")


def reader(connection, request):
    """The id of who is signed in."""
    key = request.cookies.get("sessionid", "")
    found = connection.execute(SESSION, {"key": key}).scalar()
    if found is None:
        raise NotAuthorizedException
    return found


def seen(connection, me):
    """The spaces that a member may read."""
    rows = connection.execute(SPACES, {"me": me}).mappings().all()
    return [one for one in rows if one["visibility"] != "grant" or one["badge"] in one["badges"]]


def listed(connection, me, ids, count=CARDS):
    """The newest threads with their last comments."""
    some = ", ".join(str(int(one)) for one in ids)
    asked = text(THREADS.format(spaces=some, count=count))
    threads = connection.execute(asked, {"me": me}).mappings().all()
    some = ", ".join(str(one["id"]) for one in threads) or "0"
    last = {}
    for one in connection.execute(text(LAST.format(threads=some))).mappings():
        last.setdefault(one["thread_id"], []).append(one)
    return threads, last


def ago(value):
    """How long ago, in Chinese."""
    value = datetime.fromisoformat(value) if isinstance(value, str) else value
    value = value.replace(tzinfo=value.tzinfo or UTC)
    hours = int((datetime.now(UTC) - value).total_seconds() // 3600)
    return f"{hours // 24} 天前" if hours >= 24 else f"{hours} 小时前"


env.filters["ago"] = ago


@get("/", media_type=MediaType.HTML, sync_to_thread=False)
def home(request: Request) -> str:
    """The stream of 20 cards."""
    with engine.connect() as connection:
        me = reader(connection, request)
        about = connection.execute(ME, {"me": me}).mappings().one()
        spaces = seen(connection, me)
        threads, last = listed(connection, me, [one["id"] for one in spaces])
    names = {one["id"]: one["called"] for one in spaces}
    return env.get_template("home.html").render(
        me=about, title="小镇", towns={(one["town"], one["called"]) for one in spaces},
        threads=threads, last=last, names=names, slug=spaces[0]["town"],
    )  # fmt: skip


@get("/c/{slug:str}/in/{space:str}/", media_type=MediaType.HTML, sync_to_thread=False)
def space(request: Request, slug: str, space: str) -> str:
    """15 threads of a space."""
    with engine.connect() as connection:
        me = reader(connection, request)
        about = connection.execute(ME, {"me": me}).mappings().one()
        spaces = seen(connection, me)
        found = next((one for one in spaces if one["slug"] == space), None)
        if found is None:
            raise NotFoundException
        threads, last = listed(connection, me, [found["id"]], LISTED)
    return env.get_template("home.html").render(
        me=about, title=found["name"], towns={(slug, found["called"])}, threads=threads, last=last,
        names={found["id"]: found["name"]}, slug=slug,
    )  # fmt: skip


@get("/c/{slug:str}/{number:int}/", media_type=MediaType.HTML, sync_to_thread=False)
def thread(request: Request, slug: str, number: int, after: int = 0) -> str:
    """50 comments of a thread."""
    with engine.connect() as connection:
        me = reader(connection, request)
        about = connection.execute(ME, {"me": me}).mappings().one()
        found = connection.execute(THREAD, {"number": number}).mappings().one()
        if found["space_id"] not in {one["id"] for one in seen(connection, me)}:
            raise NotFoundException
        window = {"thread": found["id"], "after": after}
        comments = connection.execute(COMMENTS, window).mappings().all()
        some = ", ".join(str(one["id"]) for one in comments) or "0"
        felt = {}
        for one in connection.execute(text(FELT.format(comments=some)), {"me": me}).mappings():
            felt.setdefault(one["comment_id"], []).append(one)
    return env.get_template("thread.html").render(
        me=about, mine=me, thread=found, comments=comments, felt=felt, slug=slug
    )


@get("/c/{slug:str}/", media_type=MediaType.HTML, sync_to_thread=False)
def door(slug: str) -> str:
    """The public page of a community."""
    with engine.connect() as connection:
        here = connection.execute(DOOR, {"slug": slug}).mappings().one()
        faces = connection.execute(FACES, {"here": here["id"]}).mappings().all()
        count = connection.execute(COUNT, {"here": here["id"]}).scalar()
    return env.get_template("door.html").render(me=None, here=here, faces=faces, count=count)


app = Litestar([home, space, thread, door], openapi_config=None)
