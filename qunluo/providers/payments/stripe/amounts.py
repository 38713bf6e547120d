"""How Stripe counts currencies, which is not how CLDR does; plain Python.

https://docs.stripe.com/currencies: zero-decimal currencies, three-decimal ones (whose last digit is
always 0), and ISK and UGX, which have no decimals and are counted in hundredths all the same.
"""

from qunluo.kernel.money import digits
from qunluo.market.ports import ProviderRefused

NONE = {"BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF",
        "XOF", "XPF"}  # fmt: skip
THREE = {"BHD", "JOD", "KWD", "OMR", "TND"}
POWERS = (1, 10, 100, 1000, 10000)


def to_stripe(minor: int, currency: str) -> int:
    """Return whole minor units as Stripe counts them. ProviderRefused for what it cannot take.

    >>> to_stripe(1200, "JPY"), to_stripe(1050, "EUR"), to_stripe(5, "ISK"), to_stripe(7, "RSD")
    (1200, 1050, 500, 700)
    """
    theirs, ours = _digits(currency), digits(currency)
    told, rest = divmod(minor * POWERS[theirs], POWERS[ours])
    if rest or (currency in THREE and told % 10):
        raise ProviderRefused(f"Stripe does not take in such small parts of {currency}.")
    return told


def from_stripe(told: object, currency: str) -> int:
    """Return an amount of Stripe in whole minor units; ValueError for what is none.

    >>> from_stripe(1200, "JPY"), from_stripe(500, "ISK")
    (1200, 5)
    """
    if type(told) is not int:
        raise ValueError("no amount")
    minor, rest = divmod(told * POWERS[digits(currency)], POWERS[_digits(currency)])
    if rest:
        raise ValueError("parts of a minor unit")
    return minor


def _digits(currency: str) -> int:
    if currency in NONE:
        return 0
    return 3 if currency in THREE else 2
