"""A dealer and codes of a product of the world of the API."""

from qunluo.market import actions


def a_dealer(cast, shop, product):
    """Return the ids that paths name, and a code that nobody has used."""
    dealer = actions.save_dealer(
        actor=cast.owner, shop=shop, name="Corner", url="https://corner.example/"
    )
    batch, codes = actions.make_codes(actor=cast.owner, product=product, name="Autumn", count=2)
    actions.register_code(actor=cast.member, community=shop.community, code=codes[0])
    return {"dealer_id": dealer.pk, "batch_uid": batch.uid, "product_code": codes[1]}
