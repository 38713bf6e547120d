"""Addresses of the books."""

from django.urls import path

from qunluo.web.ledger.views import books, own, transfers

app_name = "ledger"
HERE = "c/<slug:slug>/"
BOOKS = f"{HERE}desk/books/"
urlpatterns = [
    path(f"{HERE}account/", own.account, name="account"),
    path(f"{HERE}account/statement.csv", own.table, name="own_table"),
    path(f"{HERE}account/transfers/<uuid:transfer_id>/", transfers.transfer, name="transfer"),
    path(f"{HERE}members/<str:handle>/points/", books.give, name="give"),
    path(BOOKS, books.books, name="books"),
    path(f"{BOOKS}points/", books.name, name="name_points"),
    path(f"{BOOKS}wallets/", books.wallets, name="wallets"),
    path(f"{BOOKS}<int:account_id>/", books.account, name="book"),
    path(f"{BOOKS}<int:account_id>/statement.csv", books.table, name="book_table"),
    path(f"{BOOKS}transfers/<uuid:transfer_id>/correct/", transfers.correct, name="correct"),
    path(f"{BOOKS}transfers/<uuid:transfer_id>/reverse/", transfers.reverse, name="reverse"),
]
