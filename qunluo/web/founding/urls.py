"""Addresses of the founding area."""

from django.urls import URLPattern

app_name = "founding"
urlpatterns: list[URLPattern] = []
