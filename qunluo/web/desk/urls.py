"""Addresses of the operator's desk, below /c/<slug>/desk/."""

from django.urls import URLPattern

app_name = "desk"
urlpatterns: list[URLPattern] = []
