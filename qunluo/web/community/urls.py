"""Addresses of a community: its door, its home, its charter, its people, and coming and going."""

from django.urls import path

from qunluo.web.community.views import charter, decisions, door, joining, membership, people

app_name = "community"
urlpatterns = [
    path("c/<slug:slug>/", door.home, name="home"),
    path("c/<slug:slug>/welcomed/", door.welcomed, name="welcomed"),
    path("c/<slug:slug>/about/", door.about, name="about"),
    path("c/<slug:slug>/charter/", charter.charter, name="charter"),
    path("c/<slug:slug>/story/", charter.story, name="story"),
    path("c/<slug:slug>/charter/versions/", charter.versions, name="charter_versions"),
    path("c/<slug:slug>/charter/<int:number>/", charter.charter, name="charter_version"),
    path("c/<slug:slug>/charter/<int:older>/<int:newer>/", charter.changes, name="charter_changes"),
    path("c/<slug:slug>/members/", people.members, name="members"),
    path("c/<slug:slug>/members/<str:handle>/", people.member, name="member"),
    path("c/<slug:slug>/join/", joining.join, name="join"),
    path("c/<slug:slug>/application/<int:pk>/", joining.application, name="application"),
    path("c/<slug:slug>/application/<int:pk>/withdraw/", joining.withdraw, name="withdraw"),
    path(
        "c/<slug:slug>/application/<int:pk>/appeal/",
        decisions.appeal_refusal,
        name="appeal_refusal",
    ),
    path("c/<slug:slug>/decisions/", decisions.decisions, name="decisions"),
    path("c/<slug:slug>/decisions/<int:pk>/", decisions.decision, name="decision"),
    path("c/<slug:slug>/pledge/", membership.pledge, name="pledge"),
    path("c/<slug:slug>/rules/", membership.rules, name="rules"),
    path("c/<slug:slug>/label/", membership.label, name="label"),
    path("c/<slug:slug>/may/", membership.may, name="may"),
    path("c/<slug:slug>/leave/", membership.leave, name="leave"),
]
