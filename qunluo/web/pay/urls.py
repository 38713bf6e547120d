"""Where payment providers send their notices; the address of each account is told to them alone."""

from django.urls import path

from qunluo.web.pay import views

app_name = "pay"
urlpatterns = [path("pay/<slug:provider>/<slug:key>/", views.notice, name="notice")]
