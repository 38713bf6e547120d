"""The shop and a product, beside the same pages written by others' ways, in one run.

As benchmarks/pages.py does with the pages that people talk on: a shop of 72 things in up to three
sizes, with pictures, prices for members, stock, a cart and what is to be known of each, looked at
by 16 members at once.
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

from benchmarks.baselines.store import PEOPLE, Good, build  # noqa: E402
from benchmarks.filling import session  # noqa: E402
from benchmarks.selling import FIT, Shop, elsewhere  # noqa: E402
from benchmarks.serving import compare, ours, postgres_process, queries, theirs  # noqa: E402
from qunluo.market import actions  # noqa: E402
from qunluo.market.models import Picture, Product  # noqa: E402
from qunluo.market.queries import Rule  # noqa: E402
from qunluo.people.models import Person  # noqa: E402

TEXTS = 1_000
SAID = ("title", "lead", "text", "category", "origin", "quality", "defects", "needs", "parts")
THEIRS = {"shop": "/c/farm/shop/", "product": "/c/farm/shop/71/"}


def run(database_url: str) -> list[Row]:
    """Fill the shop three times over, serve it three times, and read the same pages."""
    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    texts, _origin = datasets.reviews(TEXTS)
    shop = Shop(people=PEOPLE, stock=9)
    made = [add(shop, one) for one in build(texts)]
    for who in shop.people:
        actions.put_in_cart(
            actor=who, shop=shop.shop, variant=made[-1].variants.first().pk, quantity=2
        )
    Person.objects.update(language="zh-hans")
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
    base = f"/c/{shop.community.slug}/shop/"
    pages = {"shop": base, "product": f"{base}p/{made[70].uid}/"}
    sessions = [session(who) for who in shop.people]
    asked = [queries(page, path, sessions[0]) for page, path in pages.items()]
    postgres = postgres_process()
    connections.close_all()
    with tempfile.TemporaryDirectory(prefix="qunluo-shop-") as folder:
        given = Path(folder) / "store.json"
        given.write_text(json.dumps({"texts": texts}), encoding="utf-8")
        others = theirs(
            "benchmarks.baselines.textbook.fill_store", given,
            elsewhere(database_url, "textbook", folder),
            "benchmarks.baselines.bare.store:app", THEIRS,
        )  # fmt: skip
        return [*compare([ours(sessions, pages), *others], postgres), *asked]


def add(shop: Shop, good: Good) -> Product:
    """Put something on sale."""
    said = {name: getattr(good, name) for name in SAID}
    product = actions.add_product(
        actor=shop.owner, community=shop.community, kind="physical", **{**FIT, **said}
    )
    Picture.objects.create(product=product, key=good.picture, width=800, height=600)
    for form in good.forms:
        variant = actions.save_variant(
            actor=shop.owner, product=product, name=form.name, price=form.price, counted=True,
            rules=[Rule("members", 1, form.member_price)],
        )  # fmt: skip
        actions.set_stock(actor=shop.owner, variant=variant, amount=form.amount)
    actions.list_product(actor=shop.owner, product=product)
    return product
