"""Addresses that others see of a person, and the one-click unsubscribe."""

from django.urls import path

from qunluo.web.me import public_views as views

app_name = "people"
urlpatterns = [
    path("p/<str:handle>/", views.profile, name="profile"),
    path("p/<str:handle>/avatar.svg", views.avatar, name="avatar"),
    path("u/<str:signed>/", views.unsubscribe, name="unsubscribe"),
]
