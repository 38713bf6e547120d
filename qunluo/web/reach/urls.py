"""Addresses of the bell, of how one wants to be reached, and of the way out of notice mail."""

from django.urls import path

from qunluo.web.reach import (
    binding_views,
    channel_views,
    door_views,
    settings_views,
    stop_views,
    views,
)

app_name = "reach"
HERE = "me/notices/"
PLACE = f"{HERE}settings/<slug:kind>/<slug:name>/"
CHANNELS = "c/<slug:slug>/desk/channels/"
CHANNEL = f"{CHANNELS}<int:pk>/"
urlpatterns = [
    path(HERE, views.notices, name="notices"),
    path(f"{HERE}read/", views.read, name="read"),
    path(f"{HERE}<int:pk>/", views.open_one, name="open"),
    path(f"{HERE}<int:pk>/mute/", views.mute, name="mute"),
    path(f"{HERE}settings/", settings_views.general, name="settings"),
    path(f"{HERE}mail-again/", settings_views.mail_again, name="mail_again"),
    path(PLACE, settings_views.place, name="place"),
    path(f"{HERE}devices/", settings_views.add_device, name="device_add"),
    path(f"{HERE}devices/<int:pk>/remove/", settings_views.remove_device, name="device_remove"),
    path("u/n/<str:signed>/", stop_views.stop, name="stop"),
    path(CHANNELS, channel_views.channels, name="channels"),
    path(f"{CHANNELS}new/<slug:kind>/", channel_views.add, name="channel_add"),
    path(CHANNEL, channel_views.one, name="channel"),
    path(f"{CHANNEL}edit/", channel_views.edit, name="channel_edit"),
    path(f"{CHANNEL}act/", channel_views.act, name="channel_act"),
    path(f"{CHANNEL}sent/<int:sending>/again/", channel_views.again, name="channel_again"),
    path("c/<slug:slug>/channels/", binding_views.binding, name="binding"),
    path("c/<slug:slug>/channels/<int:pk>/", binding_views.bind, name="bind"),
    path("w/<str:code>/<int:number>/", door_views.carried, name="carried"),
    path("hooks/<str:key>/", door_views.hook, name="hook"),
    path("wechat/<str:key>/", door_views.wechat, name="wechat"),
    path("mail/in/", door_views.mail_in, name="mail_in"),
]
