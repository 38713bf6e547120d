"""The tables of the market."""

from qunluo.market.models.bills import Bill
from qunluo.market.models.bookings import Booking, BusyUnit, ServicePlan, Session, Staff
from qunluo.market.models.campaigns import (
    Batch,
    Campaign,
    CampaignCount,
    CampaignItem,
    Entry,
    Seat,
    Team,
)
from qunluo.market.models.cards import CardCount, CardPlan, CardRange, GiftCard
from qunluo.market.models.cart import Address, CartItem
from qunluo.market.models.claims import (
    Claim,
    ClaimLine,
    ClaimPicture,
    GroupComplaint,
    Remedy,
)
from qunluo.market.models.coupons import (
    Coupon,
    CouponCount,
    CouponGrant,
    CouponProduct,
    CouponUse,
)
from qunluo.market.models.dealers import CodeBatch, Dealer, ProductCode
from qunluo.market.models.guide import Experience, ProductMention, Touch
from qunluo.market.models.invoices import InvoiceRequest
from qunluo.market.models.orders import Order, OrderLine
from qunluo.market.models.payments import Payment, ProviderNotice, Refund
from qunluo.market.models.products import Picture, PriceRule, Product, Stock, Taken, Variant
from qunluo.market.models.shares import (
    Depot,
    DepotDay,
    Entitlement,
    Instalment,
    PriceRise,
    RiseAnswer,
    ShareContract,
    ShareDelivery,
    ShareSeason,
)
from qunluo.market.models.shop import DeliveryRate, MerchantAccount, PickupPoint, Shop
from qunluo.market.models.tiers import TierOrder, TierPeriod, TierPlan, TierTime
from qunluo.market.models.trace import Improvement

__all__ = [
    "CodeBatch",
    "Dealer",
    "ProductCode",
    "Depot",
    "DepotDay",
    "Entitlement",
    "Instalment",
    "PriceRise",
    "RiseAnswer",
    "ShareContract",
    "ShareDelivery",
    "ShareSeason",
    "TierOrder",
    "TierPeriod",
    "TierPlan",
    "TierTime",
    "Improvement",
    "Experience",
    "ProductMention",
    "Touch",
    "Address",
    "Bill",
    "Booking",
    "BusyUnit",
    "ServicePlan",
    "Session",
    "Staff",
    "Batch",
    "Campaign",
    "CampaignCount",
    "CampaignItem",
    "CardCount",
    "CardPlan",
    "CardRange",
    "CartItem",
    "Claim",
    "ClaimLine",
    "ClaimPicture",
    "GroupComplaint",
    "InvoiceRequest",
    "Remedy",
    "Coupon",
    "CouponCount",
    "CouponGrant",
    "CouponProduct",
    "CouponUse",
    "DeliveryRate",
    "Entry",
    "GiftCard",
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
