"""Addresses of the market."""

from django.urls import path

from qunluo.web.market import passing_on
from qunluo.web.market.views import (
    buying,
    desk_money,
    desk_orders,
    desk_products,
    desk_shop,
    guide,
    orders,
    paying,
    shop,
)

app_name = "market"
HERE = "c/<slug:slug>/"
SHOP = f"{HERE}shop/"
ORDERS = f"{HERE}orders/"
DESK = f"{HERE}desk/shop/"
PRODUCT = f"{DESK}products/<slug:uid>/"
DONE = f"{HERE}desk/orders/"
urlpatterns = [
    path(SHOP, shop.shop, name="shop"),
    path(f"{SHOP}p/<slug:uid>/", shop.product, name="product"),
    path(f"{SHOP}p/<slug:uid>/guide/", guide.guide, name="guide"),
    path(f"{SHOP}p/<slug:uid>/share/", passing_on.product, name="share"),
    path(f"{SHOP}p/<slug:uid>/card.png", passing_on.product_card, name="card"),
    path(f"{SHOP}cart/", buying.cart, name="cart"),
    path(f"{SHOP}cart/put/", buying.put, name="put"),
    path(f"{SHOP}checkout/", buying.checkout, name="checkout"),
    path(ORDERS, orders.own, name="orders"),
    path(f"{ORDERS}<slug:uid>/", orders.order, name="order"),
    path(f"{ORDERS}<slug:uid>/pay/", paying.pay, name="pay"),
    path(f"{ORDERS}<slug:uid>/go/", paying.go, name="go"),
    path(f"{ORDERS}<slug:uid>/payer/", paying.payer, name="payer"),
    path(f"{ORDERS}<slug:uid>/sandbox/", orders.sandbox, name="sandbox"),
    path(f"{ORDERS}<slug:uid>/state/", orders.state, name="state"),
    path(f"{ORDERS}<slug:uid>/cancel/", orders.cancel, name="cancel"),
    path(f"{ORDERS}<slug:uid>/receive/", orders.receive, name="receive"),
    path(DESK, desk_products.products, name="desk"),
    path(f"{DESK}begin/", desk_shop.begin, name="begin"),
    path(f"{DESK}open/", desk_shop.open_it, name="open"),
    path(f"{DESK}pause/", desk_shop.pause, name="pause"),
    path(f"{DESK}settings/", desk_shop.settings, name="settings"),
    path(f"{DESK}points/new/", desk_shop.point, name="point_add"),
    path(f"{DESK}points/<int:pk>/", desk_shop.point, name="point"),
    path(f"{DESK}rates/new/", desk_shop.rate, name="rate_add"),
    path(f"{DESK}rates/<int:pk>/", desk_shop.rate, name="rate"),
    path(f"{DESK}payments/", desk_shop.merchants, name="merchants"),
    path(f"{DESK}payments/<slug:provider>/", desk_shop.merchant, name="merchant"),
    path(f"{DESK}payments/<slug:provider>/off/", desk_shop.detach, name="detach"),
    path(f"{HERE}members/<str:handle>/credit/", desk_shop.credit, name="credit"),
    path(f"{DESK}money/", desk_money.money, name="money"),
    path(f"{DESK}money/bills/<int:pk>/", desk_money.bill, name="bill"),
    path(f"{DESK}products/", desk_products.add, name="product_add"),
    path(PRODUCT, desk_products.product, name="product_edit"),
    path(f"{PRODUCT}sale/", desk_products.sale, name="sale"),
    path(f"{PRODUCT}variants/new/", desk_products.variant, name="variant_add"),
    path(f"{PRODUCT}variants/<int:pk>/", desk_products.variant, name="variant"),
    path(f"{PRODUCT}pictures/", desk_products.picture, name="picture"),
    path(f"{PRODUCT}pictures/<int:pk>/", desk_products.unpicture, name="unpicture"),
    path(DONE, desk_orders.orders, name="desk_orders"),
    path(f"{DONE}table.csv", desk_orders.table, name="orders_csv"),
    path(f"{DONE}table.xlsx", desk_orders.workbook, name="orders_xlsx"),
    path(f"{DONE}many/", desk_orders.many, name="many"),
    path(f"{DONE}packing/<int:point>/", desk_orders.packing, name="packing"),
    path(f"{DONE}<slug:uid>/", desk_orders.order, name="desk_order"),
    path(f"{DONE}<slug:uid>/act/", desk_orders.act, name="act"),
    path(f"{DONE}<slug:uid>/refund/", desk_orders.refund, name="refund"),
    path(f"{DONE}payments/<slug:number>/", desk_orders.payment, name="payment"),
    path(f"{DONE}refunds/<slug:number>/", desk_orders.refunded, name="refunded"),
]
