"""The tables of the market."""

from qunluo.market.models.bills import Bill
from qunluo.market.models.campaigns import (
    Batch,
    Campaign,
    CampaignCount,
    CampaignItem,
    Entry,
    Seat,
    Team,
)
from qunluo.market.models.cart import Address, CartItem
from qunluo.market.models.claims import (
    Claim,
    ClaimLine,
    ClaimPicture,
    GroupComplaint,
    Remedy,
)
from qunluo.market.models.guide import Experience, ProductMention, Touch
from qunluo.market.models.invoices import InvoiceRequest
from qunluo.market.models.orders import Order, OrderLine
from qunluo.market.models.payments import Payment, ProviderNotice, Refund
from qunluo.market.models.products import Picture, PriceRule, Product, Stock, Taken, Variant
from qunluo.market.models.shop import DeliveryRate, MerchantAccount, PickupPoint, Shop
from qunluo.market.models.tiers import TierPeriod, TierPlan, TierTime

__all__ = [
    "TierPeriod",
    "TierPlan",
    "TierTime",
    "Experience",
    "ProductMention",
    "Touch",
    "Address",
    "Bill",
    "Batch",
    "Campaign",
    "CampaignCount",
    "CampaignItem",
    "CartItem",
    "Claim",
    "ClaimLine",
    "ClaimPicture",
    "GroupComplaint",
    "InvoiceRequest",
    "Remedy",
    "DeliveryRate",
    "Entry",
    "MerchantAccount",
    "Order",
    "OrderLine",
    "Payment",
    "Picture",
    "PickupPoint",
    "PriceRule",
    "Product",
    "ProviderNotice",
    "Refund",
    "Seat",
    "Shop",
    "Stock",
    "Taken",
    "Team",
    "Variant",
]
