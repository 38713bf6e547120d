"""Addresses of the way from words to orders and back."""

from django.urls import path

from qunluo.web.market import trace

app_name = "trace"
DESK = "c/<slug:slug>/desk/trace/"
urlpatterns = [
    path("c/<slug:slug>/shop/told/", trace.own, name="own"),
    path(DESK, trace.desk, name="desk"),
    path(f"{DESK}table.csv", trace.table, name="table"),
    path(f"{DESK}posts/", trace.posts, name="posts"),
    path(f"{DESK}posts/table.csv", trace.posts_table, name="posts_table"),
    path(f"{DESK}<slug:uid>/", trace.product, name="product"),
]
