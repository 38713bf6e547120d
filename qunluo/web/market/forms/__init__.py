"""Forms of the market: shapes only, the rules are those of the room."""

from qunluo.web.market.forms.buying import CheckoutForm, ReasonForm
from qunluo.web.market.forms.orders import CodeForm, RefundForm, ShipForm
from qunluo.web.market.forms.products import PictureForm, ProductForm, VariantForm
from qunluo.web.market.forms.shop import (
    CreditForm,
    MerchantForm,
    OpenForm,
    PointForm,
    RateForm,
    ShopForm,
)

__all__ = [
    "CheckoutForm",
    "CodeForm",
    "CreditForm",
    "MerchantForm",
    "OpenForm",
    "PictureForm",
    "PointForm",
    "ProductForm",
    "RateForm",
    "ReasonForm",
    "RefundForm",
    "ShipForm",
    "ShopForm",
    "VariantForm",
]
