"""Addresses of invitations, customers and the founding-100 programme."""

from django.urls import URLPattern

app_name = "growth"
urlpatterns: list[URLPattern] = []
