"""Addresses of tiers."""

from django.urls import path

from qunluo.web.market import tiers

app_name = "tiers"
HERE = "c/<slug:slug>/tiers/"
DESK = "c/<slug:slug>/desk/tiers/"
urlpatterns = [
    path(HERE, tiers.tiers, name="index"),
    path(f"{HERE}buy/", tiers.buy, name="buy"),
    path(f"{HERE}<slug:uid>/try/", tiers.begin_trial, name="try"),
    path(f"{HERE}orders/<slug:uid>/back/", tiers.give_back, name="back"),
    path(DESK, tiers.desk, name="desk"),
    path(f"{DESK}<slug:uid>/", tiers.plan, name="plan"),
]
