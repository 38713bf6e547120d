"""Addresses of tiers."""

from django.urls import path

from qunluo.web.market import tiers

app_name = "tiers"
HERE = "c/<slug:slug>/tiers/"
DESK = "c/<slug:slug>/desk/tiers/"
urlpatterns = [
    path(HERE, tiers.tiers, name="index"),
    path(f"{HERE}buy/", tiers.buy, name="buy"),
    path(f"{HERE}up/", tiers.move_up, name="up"),
    path(f"{HERE}give/", tiers.give, name="give"),
    path(f"{HERE}<slug:uid>/pause/", tiers.pause, name="pause"),
    path(f"{HERE}<slug:uid>/resume/", tiers.resume, name="resume"),
    path(f"{HERE}<slug:uid>/try/", tiers.begin_trial, name="try"),
    path(f"{HERE}orders/<slug:uid>/back/", tiers.give_back, name="back"),
    path(DESK, tiers.desk, name="desk"),
    path(f"{DESK}usual/", tiers.add_declared, name="usual"),
    path(f"{DESK}<slug:uid>/benefits/", tiers.change_plan, name="benefits"),
    path(f"{DESK}<slug:uid>/days/", tiers.add_days, name="days"),
    path(f"{DESK}<slug:uid>/", tiers.plan, name="plan"),
]
