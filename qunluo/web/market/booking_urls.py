"""Addresses of bookable services."""

from django.urls import path

from qunluo.web.market import bookings, service_desk

app_name = "bookings"
HERE = "c/<slug:slug>/bookings/"
DESK = "c/<slug:slug>/desk/services/"
urlpatterns = [
    path("c/<slug:slug>/shop/p/<slug:uid>/book/", bookings.book, name="book"),
    path(HERE, bookings.mine, name="mine"),
    path(f"{HERE}day/", bookings.day, name="day"),
    path(f"{HERE}<slug:uid>/move/", bookings.move, name="move"),
    path(f"{HERE}<slug:uid>/act/", bookings.act, name="act"),
    path(f"{HERE}<slug:uid>/calendar.ics", bookings.calendar, name="calendar"),
    path(f"{HERE}hours/<slug:uid>/<str:handle>/", service_desk.staff, name="hours"),
    path(DESK, service_desk.services, name="services"),
    path(f"{DESK}<slug:uid>/", service_desk.plan, name="plan"),
]
