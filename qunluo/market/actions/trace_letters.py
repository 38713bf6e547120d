"""Letters that bring talk back: how is it, and what became of what was said."""

from pathlib import Path

from qunluo.community.actions import write_to
from qunluo.kernel.text import enumerated
from qunluo.market import events, queries

LETTERS = Path(__file__).parents[1] / "definitions" / "letters.toml"


def ask_how_it_is(event: events.OrderReceived) -> None:
    """Ask a buyer to tell of what they have for the first time; where they cannot, nothing."""
    order = queries.find_order(event.order_id)
    where, products = queries.to_ask(order) if order else ("", [])
    if order is None or not products:
        return
    here = f"/c/{order.community.slug}/"
    path = f"{here}orders/{order.uid}/"
    if len(products) == 1:
        path = f"{here}talk/in/{where}/new/?kind=experience&product={products[0].uid}"
    words = {"titles": enumerated([one.title for one in products], order.buyer.language)}
    write_to(
        order.buyer_id, order.community, "order_received", path=path, words=words, letters=LETTERS
    )


def tell_of_improvement(event: events.ProductImproved) -> None:
    """Tell who gave feedback what was changed because of it."""
    one = queries.find_improvement(event.improvement_id)
    if one is None:
        return
    person = one.thread.author_id if one.thread else one.claim.buyer_id if one.claim else None
    if person is None or person == event.actor_id:
        return
    here = one.product.community
    path = f"/c/{here.slug}/shop/p/{one.product.uid}/guide/"
    words = {"title": one.product.title, "words": one.words}
    write_to(person, here, "product_improved", path=path, words=words, letters=LETTERS)
