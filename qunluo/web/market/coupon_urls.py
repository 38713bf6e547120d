"""Addresses of coupons and gift cards."""

from django.urls import path

from qunluo.web.market import coupons

app_name = "coupons"
SHOP = "c/<slug:slug>/shop/"
DESK = "c/<slug:slug>/desk/"
urlpatterns = [
    path(f"{SHOP}mine/", coupons.own, name="own"),
    path(f"{SHOP}card/", coupons.redeem, name="redeem"),
    path(f"{SHOP}p/<slug:uid>/gift/", coupons.buy, name="buy"),
    path(f"{DESK}coupons/", coupons.coupons, name="coupons"),
    path(f"{DESK}coupons/<slug:uid>/", coupons.coupon, name="coupon"),
    path(f"{DESK}cards/", coupons.cards, name="cards"),
    path(f"{DESK}cards/<slug:uid>/void/", coupons.void, name="void"),
]
