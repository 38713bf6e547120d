"""Addresses of invitations, customers, the founding-100 programme and archives."""

from django.urls import path

from qunluo.web.growth.views import (
    archives,
    batches,
    bringing,
    customer,
    customers,
    founding,
    imports,
    invitation,
    invitations,
    seats,
)

DESK = "c/<slug:slug>/desk/"
CUSTOMER = f"{DESK}customers/<int:pk>/"
app_name = "growth"
urlpatterns = [
    path("i/", invitation.by_code, name="by_code"),
    path("i/<str:code>/", invitation.invitation, name="invitation"),
    path("i/<str:code>/qr.svg", invitation.qr_svg, name="qr_svg"),
    path("i/<str:code>/qr.png", invitation.qr_png, name="qr_png"),
    path("i/<str:code>/poster.png", invitation.poster, name="poster"),
    path("i/<str:code>/card.png", invitation.card, name="card"),
    path("c/<slug:slug>/invitations/", invitations.invitations, name="invitations"),
    path("c/<slug:slug>/invitations/inviters/", bringing.inviters, name="inviters"),
    path("c/<slug:slug>/invitations/inviters/<str:handle>/places/", bringing.places, name="places"),
    path("c/<slug:slug>/invitations/<int:pk>/", invitations.share, name="share"),
    path("c/<slug:slug>/invitations/<int:pk>/revoke/", invitations.revoke, name="revoke"),
    path(f"{DESK}customers/", customers.customers, name="customers"),
    path(f"{DESK}customers/new/", customers.add, name="customer_add"),
    path(f"{DESK}customers/together/", customers.together, name="together"),
    path(f"{DESK}customers/settings/", customers.policy, name="policy"),
    path(f"{DESK}customers/import/", imports.upload, name="import"),
    path(f"{DESK}customers/import/<int:pk>/", imports.job, name="import_job"),
    path(f"{DESK}customers/import/<int:pk>/cancel/", imports.cancel, name="import_cancel"),
    path(f"{DESK}customers/import/<int:pk>/refused.csv", imports.refused, name="import_refused"),
    path(f"{DESK}customers/invite/", batches.invite, name="invite"),
    path(f"{DESK}customers/batches/<int:pk>/", batches.batch, name="batch"),
    path(f"{DESK}customers/batches/<int:pk>/links.csv", batches.links, name="batch_links"),
    path(CUSTOMER, customer.customer, name="customer"),
    path(f"{CUSTOMER}edit/", customer.edit, name="customer_edit"),
    path(f"{CUSTOMER}order/", customer.order, name="customer_order"),
    path(f"{CUSTOMER}invite/", customer.invite, name="customer_invite"),
    path(f"{CUSTOMER}match/", customer.match, name="customer_match"),
    path(f"{CUSTOMER}unsubscribe/", customer.unsubscribe, name="customer_unsubscribe"),
    path(f"{CUSTOMER}forget/", customer.forget, name="customer_forget"),
    path(f"{DESK}founding/", founding.programme, name="founding"),
    path(f"{DESK}founding/kol/", founding.programme, {"kind": "kol"}, name="kol"),
    path(f"{DESK}founding/seat/", seats.seat, name="seat"),
    path(f"{DESK}founding/kol/seat/", seats.seat, {"kind": "kol"}, name="kol_seat"),
    path(f"{DESK}founding/<int:pk>/", founding.contact, name="contact"),
    path(f"{DESK}founding/<int:pk>/invite/", founding.invite, name="contact_invite"),
    path(f"{DESK}founding/<int:pk>/remove/", founding.remove, name="contact_remove"),
    path(f"{DESK}export/", archives.archives, name="exports"),
    path(f"{DESK}export/<int:pk>/", archives.download, name="export"),
]
