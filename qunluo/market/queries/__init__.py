"""Reading the market; fetching is permission."""

from qunluo.market.queries import share_desk, share_work, shares
from qunluo.market.queries.billing import (
    Finance,
    bills,
    bills_are_due,
    due_bills,
    finance,
    find_bill,
    numbers_of,
)
from qunluo.market.queries.bookings import (
    BookingView,
    PlanView,
    Slot,
    bookable_people,
    booking_of,
    bookings_due,
    calendar_of,
    day_list,
    free_slots,
    get_booking,
    get_plan,
    gives_services,
    manages_shop,
    own_bookings,
    plan_of,
    plan_view,
    service_of,
    service_staff,
    services,
    staff_of,
)
from qunluo.market.queries.campaign_fronts import fronts
from qunluo.market.queries.campaign_lists import (
    ListedEntry,
    buyers_of,
    campaign_list,
    campaign_of_team,
    due_campaigns,
    find_campaign,
)
from qunluo.market.queries.campaign_progress import (
    Progress,
    progress,
)
from qunluo.market.queries.campaign_quotes import (
    campaign_quote,
    checked_options,
)
from qunluo.market.queries.campaigns import (
    CampaignView,
    ItemView,
    Place,
    TeamView,
    campaigns,
    get_campaign,
    get_entry,
    get_team,
    managed_campaigns,
    offered_campaigns,
    places,
    team_views,
    teams,
)
from qunluo.market.queries.cards import (
    OwnCard,
    bought_cards,
    card_plan,
    card_quote,
    card_ranges,
    cards_of,
    cards_to_send,
    get_card,
    gift_cards,
    tail_of_card,
)
from qunluo.market.queries.claims import (
    AfterSales,
    ClaimView,
    after_sales,
    claim_counts,
    claims,
    claims_of,
    due_claims,
    find_claim,
    get_claim,
    get_claim_picture,
    return_worth,
    runs_claims,
)
from qunluo.market.queries.coupons import (
    OwnCoupon,
    coupon_holders,
    coupon_uses,
    coupons,
    find_coupon,
    get_coupon,
    is_own,
    own_coupons,
)
from qunluo.market.queries.feedback import (
    Feedback,
    feedback_on,
    find_improvement,
    improvements,
    to_ask,
    to_tell,
)
from qunluo.market.queries.found import PRODUCTS
from qunluo.market.queries.group_complaints import (
    GroupView,
    complaints_about,
    due_complaints,
    find_group_complaint,
    get_group_complaint,
    group_complaints,
    waits_for_answer,
)
from qunluo.market.queries.guide import (
    Figure,
    Guide,
    Told,
    experience_states,
    figures_of,
    guide,
    last_touch,
    names_product,
    own_fields,
    product_about,
    proof_of,
    seconds_naming,
    words_told,
)
from qunluo.market.queries.invoices import (
    Receipt,
    find_invoice,
    get_invoice,
    invoices,
    invoices_waiting,
    open_invoice,
    receipt,
)
from qunluo.market.queries.managed import (
    KeptVariant,
    addresses,
    get_address,
    managed_merchant,
    managed_picture,
    managed_point,
    managed_rate,
    managed_variant,
    managed_variants,
)
from qunluo.market.queries.named_in_posts import Named, named_products, products_to_name
from qunluo.market.queries.orders import (
    TODO,
    OrderView,
    cart,
    cart_count,
    due_money,
    due_orders,
    find_merchant,
    find_order,
    get_order,
    get_payment,
    get_refund,
    live_orders_of,
    orders,
    orders_for_table,
    own_order,
    own_orders,
    packed_totals,
    packing_list,
    runs_orders,
    standing_of,
    todo_counts,
    troubles,
    waiting_payments,
    wishes_of,
)
from qunluo.market.queries.own_data import KEEPS, blockers, own_documents
from qunluo.market.queries.products import (
    Buyer,
    ProductView,
    Shelf,
    VariantView,
    buyer_of,
    get_product,
    managed_product,
    managed_products,
    missing_for_sale,
    price_rules,
    products,
    require_audience,
    shelves,
    variants_in_cart,
)
from qunluo.market.queries.providers import (
    SEALED_FOR,
    known_providers,
    merchant_id,
    merchant_of,
    provider_of,
    said,
    takes,
    ways_to_pay,
)
from qunluo.market.queries.quotes import Quote, QuotedLine, checked_address, needs_delivery, quote
from qunluo.market.queries.shop import (
    TrustLine,
    audience_of,
    delivery_rates,
    find_shop,
    get_shop,
    managed_shop,
    merchants,
    pickup_points,
    shop_opened,
    trust_line,
)
from qunluo.market.queries.tiers import (
    ending_tiers,
    find_tier_end,
    get_period,
    managed_tiers,
    tier_holders,
    tier_plans,
    tier_refundable,
    tiers_end,
    tried_tiers,
)
from qunluo.market.queries.trace import (
    Source,
    Trace,
    own_figures,
    period,
    posts_that_sold,
    trace,
)
from qunluo.market.rules.campaigns import Kind, cut_off, kinds
from qunluo.market.rules.claims import claim_kinds, claim_wants, complaint_days, remedies
from qunluo.market.rules.fitness import categories, often, score
from qunluo.market.rules.guide import links
from qunluo.market.rules.payments import CREDIT, credit_unit
from qunluo.market.rules.permissions import DISPUTES, MANAGE, ORDERS
from qunluo.market.rules.pricing import Rule
from qunluo.market.rules.wishes import PLAIN_KINDS, Delivery, Wish

__all__ = [
    "Feedback", "Source", "period", "Trace", "feedback_on", "find_improvement", "improvements",
    "posts_that_sold", "to_ask", "to_tell", "trace", "Named", "links", "named_products",
    "products_to_name",
    "AfterSales", "BookingView", "Buyer", "CREDIT", "CampaignView", "ClaimView", "DISPUTES",
    "Delivery", "Figure", "Finance", "GroupView", "Guide", "ItemView", "KEEPS", "KeptVariant",
    "Kind", "ListedEntry", "MANAGE", "ORDERS", "OrderView", "OwnCard", "OwnCoupon",
    "PLAIN_KINDS", "PRODUCTS", "Place", "PlanView", "ProductView", "Progress", "Quote",
    "QuotedLine", "Receipt", "Rule", "SEALED_FOR", "Shelf", "Slot", "TODO", "TeamView", "Told",
    "TrustLine", "VariantView", "Wish", "addresses", "after_sales", "audience_of", "bills",
    "bills_are_due", "blockers", "bookable_people", "booking_of", "bookings_due",
    "bought_cards", "buyer_of", "buyers_of", "calendar_of", "campaign_list", "campaign_of_team",
    "campaign_quote", "campaigns", "card_plan", "card_quote", "card_ranges", "cards_of",
    "cards_to_send", "cart", "cart_count", "categories", "checked_address", "checked_options",
    "claim_counts", "claim_kinds", "claim_wants", "claims", "claims_of", "complaint_days",
    "complaints_about", "coupon_holders", "coupon_uses", "coupons", "credit_unit", "cut_off",
    "day_list", "delivery_rates", "due_bills", "due_campaigns", "due_claims", "due_complaints",
    "due_money", "due_orders", "ending_tiers", "experience_states", "figures_of", "finance",
    "find_bill", "find_campaign", "find_claim", "find_coupon", "find_group_complaint",
    "find_invoice", "find_merchant", "find_order", "find_shop", "find_tier_end", "free_slots",
    "fronts", "get_address", "get_booking", "get_campaign", "get_card", "get_claim",
    "get_claim_picture", "get_coupon", "get_entry", "get_group_complaint", "get_invoice",
    "get_order", "get_payment", "get_period", "get_plan", "get_product", "get_refund",
    "get_shop", "get_team", "gift_cards", "gives_services", "group_complaints", "guide",
    "invoices", "invoices_waiting", "is_own", "kinds", "known_providers", "last_touch",
    "live_orders_of", "managed_campaigns", "managed_merchant", "managed_picture",
    "managed_point", "managed_product", "managed_products", "managed_rate", "managed_shop",
    "managed_tiers", "managed_variant", "managed_variants", "manages_shop", "merchant_id",
    "merchant_of", "merchants", "missing_for_sale", "names_product", "needs_delivery",
    "numbers_of", "offered_campaigns", "often", "open_invoice", "orders", "orders_for_table",
    "own_bookings", "own_coupons", "own_documents", "own_fields", "own_figures", "own_order",
    "own_orders", "packed_totals", "packing_list", "pickup_points", "places", "plan_of",
    "plan_view", "price_rules", "product_about", "products", "progress", "proof_of",
    "provider_of", "quote", "receipt", "remedies", "require_audience", "return_worth",
    "runs_claims", "runs_orders", "said", "score", "seconds_naming", "service_of",
    "service_staff", "services", "share_desk", "share_work", "shares", "shelves", "shop_opened",
    "staff_of", "standing_of", "tail_of_card", "takes", "team_views", "teams", "tier_holders",
    "tier_plans", "tier_refundable", "tiers_end", "todo_counts", "tried_tiers", "troubles",
    "trust_line", "variants_in_cart", "waiting_payments", "waits_for_answer", "ways_to_pay",
    "wishes_of", "words_told",
]  # fmt: skip
