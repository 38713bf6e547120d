"""Addresses of what comes after a purchase: returns, complaints, receipts and invoices."""

from django.urls import path

from qunluo.web.market import claims, group_complaints, invoices

app_name = "claims"
HERE = "c/<slug:slug>/"
ORDER = f"{HERE}orders/<slug:uid>/"
CLAIM = f"{HERE}claims/<slug:uid>/"
PUBLIC = f"{HERE}shop/complaints/"
DESK = f"{HERE}desk/"
urlpatterns = [
    path(f"{ORDER}return/", claims.give_back, name="give_back"),
    path(f"{ORDER}complain/", claims.complain, name="complain"),
    path(f"{ORDER}receipt/", invoices.receipt, name="receipt"),
    path(f"{ORDER}invoice/", invoices.invoice, name="invoice"),
    path(f"{ORDER}invoice/file/", invoices.file, name="invoice_file"),
    path(CLAIM, claims.claim, name="claim"),
    path(f"{CLAIM}act/", claims.act, name="act"),
    path(f"{CLAIM}pictures/", claims.add_picture, name="add_picture"),
    path(f"{CLAIM}pictures/<int:pk>/", claims.picture, name="picture"),
    path(PUBLIC, group_complaints.index, name="complaints"),
    path(f"{PUBLIC}<slug:uid>/", group_complaints.complaint, name="complaint"),
    path(f"{PUBLIC}<slug:uid>/answer/", group_complaints.answer, name="answer"),
    path(f"{DESK}claims/", claims.desk, name="desk"),
    path(f"{DESK}invoices/", invoices.desk, name="invoices"),
    path(f"{DESK}invoices/<slug:uid>/", invoices.issue, name="issue"),
]
