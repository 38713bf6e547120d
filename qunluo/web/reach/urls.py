"""Addresses of the bell, of how one wants to be reached, and of the way out of notice mail."""

from django.urls import path

from qunluo.web.reach import settings_views, stop_views, views

app_name = "reach"
HERE = "me/notices/"
PLACE = f"{HERE}settings/<slug:kind>/<slug:name>/"
urlpatterns = [
    path(HERE, views.notices, name="notices"),
    path(f"{HERE}read/", views.read, name="read"),
    path(f"{HERE}<int:pk>/", views.open_one, name="open"),
    path(f"{HERE}<int:pk>/mute/", views.mute, name="mute"),
    path(f"{HERE}settings/", settings_views.general, name="settings"),
    path(PLACE, settings_views.place, name="place"),
    path(f"{HERE}devices/", settings_views.add_device, name="device_add"),
    path(f"{HERE}devices/<int:pk>/remove/", settings_views.remove_device, name="device_remove"),
    path("u/n/<str:signed>/", stop_views.stop, name="stop"),
]
