"""Addresses of harvest shares."""

from django.urls import path

from qunluo.web.market import share_desk, shares

app_name = "shares"
HERE = "c/<slug:slug>/shares/"
MINE = f"{HERE}mine/<slug:uid>/"
ONE = f"{HERE}<slug:uid>/"
DESK = "c/<slug:slug>/desk/shares/"
BOX = f"{DESK}<slug:uid>/boxes/<int:pk>/"
urlpatterns = [
    path(HERE, shares.index, name="index"),
    path(MINE, shares.mine, name="mine"),
    path(f"{MINE}act/", shares.act, name="act"),
    path(ONE, shares.season, name="season"),
    path(f"{ONE}join/", shares.join, name="join"),
    path(f"{ONE}boxes/<int:pk>/", shares.box, name="box"),
    path(DESK, share_desk.seasons, name="desk"),
    path(f"{DESK}start/", share_desk.start, name="start"),
    path(f"{DESK}add/", share_desk.add, name="add"),
    path(f"{DESK}<slug:uid>/", share_desk.season, name="desk_season"),
    path(f"{DESK}<slug:uid>/act/", share_desk.act, name="desk_act"),
    path(f"{DESK}<slug:uid>/terms/", share_desk.terms, name="terms"),
    path(BOX, share_desk.delivery, name="delivery"),
    path(f"{BOX}pack/", share_desk.pack, name="pack"),
    path(f"{BOX}fill/", share_desk.fill, name="fill"),
    path(f"{BOX}list.csv", share_desk.table, name="list_csv"),
]
