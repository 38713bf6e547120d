"""Addresses of the ground floor: landing, language, pictures, the installable app."""

from django.urls import path

from qunluo.web.core import pictures, views

app_name = "core"
urlpatterns = [
    path("", views.home, name="home"),
    path("language/", views.choose_language, name="language"),
    path("appearance/", views.choose_appearance, name="appearance"),
    path("order/", views.order, name="order"),
    path("healthz", views.health, name="health"),
    path("offline/", views.offline, name="offline"),
    path("manifest.webmanifest", views.manifest, name="manifest"),
    path("sw.js", views.service_worker, name="service_worker"),
    path("robots.txt", views.robots, name="robots"),
    path("favicon.ico", pictures.favicon, name="favicon"),
    path("icon-<int:size>.png", pictures.icon, name="icon"),
    path("card.png", pictures.card, name="card"),
    path("theme/<slug:key>.css", views.theme_css, name="theme"),
    path("media/<path:key>", pictures.media, name="media"),
    path("c/<slug:slug>/manifest.webmanifest", views.community_manifest, name="community_manifest"),
    path("c/<slug:slug>/icon-<int:size>.png", pictures.community_icon, name="community_icon"),
    path("c/<slug:slug>/card.png", pictures.community_card, name="community_card"),
]
