"""Addresses of founding: three minutes to a community, then the guide, step by step."""

from django.urls import path

from qunluo.web.founding.views import doors, ending, guide, settings, start, together

app_name = "founding"
urlpatterns = [
    path("start/", start.start, name="start"),
    path("c/<slug:slug>/guide/", guide.guide, name="guide"),
    path("c/<slug:slug>/guide/preview/", guide.preview, name="preview"),
    path("c/<slug:slug>/guide/goal/confirm/", guide.confirm_goal, name="confirm_goal"),
    path("c/<slug:slug>/guide/<slug:step>/", guide.step, name="step"),
    path("c/<slug:slug>/publish/", doors.publish, name="publish"),
    path("c/<slug:slug>/close/", ending.close, name="close"),
    path("c/<slug:slug>/settings/", settings.settings, name="settings"),
    path("c/<slug:slug>/settings/symbol/", settings.symbol, name="symbol"),
    path("c/<slug:slug>/cofounders/", together.offers, name="cofounders"),
    path("c/<slug:slug>/cofounders/<str:code>/withdraw/", together.withdraw, name="withdraw_offer"),
    path("cofound/<str:code>/", together.accept, name="cofound"),
]
