"""Where the pages are."""

from django.urls import path

from benchmarks.baselines.textbook import store, views

urlpatterns = [
    path("", views.home, name="home"),
    path("c/<slug:slug>/", views.door, name="door"),
    path("c/<slug:slug>/in/<slug:space>/", views.space, name="space"),
    path("c/<slug:slug>/<int:number>/", views.thread, name="thread"),
    path("c/<slug:slug>/shop/", store.shop, name="shop"),
    path("c/<slug:slug>/shop/<int:number>/", store.good, name="good"),
]
