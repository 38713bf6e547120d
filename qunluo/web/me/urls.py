"""Addresses of a person's own settings."""

from django.urls import path

from qunluo.web.me import settings_views as views
from qunluo.web.me import token_views

app_name = "me"
urlpatterns = [
    path("", views.home, name="home"),
    path("profile/", views.profile, name="profile"),
    path("picture/", views.picture, name="picture"),
    path("preferences/", views.preferences, name="preferences"),
    path("security/", views.security, name="security"),
    path("sessions/<int:pk>/end/", views.end_session, name="end_session"),
    path("tokens/", token_views.tokens, name="tokens"),
    path("tokens/<int:pk>/revoke/", token_views.revoke, name="revoke_token"),
    path("data/", views.data, name="data"),
    path("erase/", views.erase, name="erase"),
]
