"""The till of the market's tests stands at this door too."""

from tests.market.conftest import here, paid_by_till, till

__all__ = ["here", "paid_by_till", "till"]
