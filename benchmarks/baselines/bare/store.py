"""The pages of a shop, without anything around them."""

import json

from litestar import Litestar, MediaType, Request, get
from sqlalchemy import text

from benchmarks.baselines.bare.app import ME, engine, env, reader

HERE = text(
    "SELECT c.id, c.slug, c.name FROM textbook_membership m"
    " JOIN textbook_community c ON c.id = m.community_id WHERE m.user_id = :me AND c.slug = :slug"
)
CART = text("SELECT coalesce(sum(quantity), 0) FROM textbook_cartitem WHERE user_id = :me")
SHELVES = text(
    "SELECT category, count(*) AS count FROM textbook_good WHERE community_id = :here"
    " GROUP BY category ORDER BY category"
)
GOODS = text(
    "SELECT id, number, title, lead FROM textbook_good WHERE community_id = :here"
    " ORDER BY id DESC LIMIT 24"
)
GOOD = text("SELECT * FROM textbook_good WHERE community_id = :here AND number = :number")
FORMS = (
    "SELECT f.id, f.good_id, f.name, f.price, f.member_price, s.amount FROM textbook_form f"
    " JOIN textbook_stock s ON s.form_id = f.id WHERE f.good_id IN ({goods}) ORDER BY f.place"
)
PICTURES = (
    "SELECT good_id, key, alt FROM textbook_picture WHERE good_id IN ({goods}) ORDER BY place"
)


def parts(connection, ids):
    """The sizes and pictures of goods."""
    some, forms, pictures = ", ".join(str(int(one)) for one in ids) or "0", {}, {}
    for one in connection.execute(text(FORMS.format(goods=some))).mappings():
        forms.setdefault(one["good_id"], []).append(one)
    for one in connection.execute(text(PICTURES.format(goods=some))).mappings():
        pictures.setdefault(one["good_id"], []).append(one)
    return forms, pictures


def around(connection, request, slug):
    """Who looks, where, and what is in their cart."""
    me = reader(connection, request)
    return {
        "me": connection.execute(ME, {"me": me}).mappings().one(),
        "here": connection.execute(HERE, {"me": me, "slug": slug}).mappings().one(),
        "in_cart": connection.execute(CART, {"me": me}).scalar(),
    }


def money(cents):
    """An amount as people read it."""
    return f"¥{cents / 100:,.2f}"


env.filters["money"] = money


@get("/c/{slug:str}/shop/", media_type=MediaType.HTML, sync_to_thread=False)
def shop(request: Request, slug: str) -> str:
    """24 things."""
    with engine.connect() as connection:
        given = around(connection, request, slug)
        here = {"here": given["here"]["id"]}
        goods = connection.execute(GOODS, here).mappings().all()
        shelves = connection.execute(SHELVES, here).mappings().all()
        forms, pictures = parts(connection, [one["id"] for one in goods])
    return env.get_template("shop.html").render(
        **given, goods=goods, shelves=shelves, forms=forms, pictures=pictures
    )


@get("/c/{slug:str}/shop/{number:int}/", media_type=MediaType.HTML, sync_to_thread=False)
def good(request: Request, slug: str, number: int) -> str:
    """One thing."""
    with engine.connect() as connection:
        given = around(connection, request, slug)
        asked = {"here": given["here"]["id"], "number": number}
        one = connection.execute(GOOD, asked).mappings().one()
        forms, pictures = parts(connection, [one["id"]])
    lists = {name: _list(one[name]) for name in ("needs", "parts")}
    return env.get_template("good.html").render(
        **given, good=one, forms=forms[one["id"]], pictures=pictures.get(one["id"], ()), **lists
    )


def _list(value):
    return json.loads(value) if isinstance(value, str) else value


@get("/", media_type=MediaType.HTML, sync_to_thread=False)
def home() -> str:
    """What tells that it answers."""
    return ""


app = Litestar([home, shop, good], openapi_config=None)
