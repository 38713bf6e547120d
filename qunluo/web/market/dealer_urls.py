"""Addresses of dealers and codes of products."""

from django.urls import path

from qunluo.web.market import dealers

app_name = "dealers"
DESK = "c/<slug:slug>/desk/"
urlpatterns = [
    path("c/<slug:slug>/code/", dealers.code, name="type"),
    path("c/<slug:slug>/code/<slug:code>/", dealers.code, name="code"),
    path("c/<slug:slug>/my-products/", dealers.mine, name="mine"),
    path(f"{DESK}codes/", dealers.codes, name="codes"),
    path(f"{DESK}codes/<slug:uid>/", dealers.batch, name="batch"),
    path(f"{DESK}dealers/", dealers.desk, name="desk"),
    path(f"{DESK}dealers/<str:pk>/", dealers.dealer, name="dealer"),
    path(f"{DESK}dealers/<str:pk>/remove/", dealers.remove, name="remove"),
]
