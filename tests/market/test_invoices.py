"""Receipts of what was paid, and invoices that are asked for, issued and declined."""

import pytest

from qunluo.community.errors import PermissionMissing
from qunluo.market import actions, errors, queries
from qunluo.market.models import InvoiceRequest
from tests.market.claim_makers import bought, picture
from tests.market.makers import order, product

pytestmark = [pytest.mark.django_db, pytest.mark.req("M01")]
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF"
ASKED = {"sort": "company", "title": "山后合作社", "tax_number": "91330100MA27XXXX0X"}


def ask(here, one, **more):
    return actions.ask_invoice(actor=here.mei, order=one, **{**ASKED, **more})


def test_an_invoice_is_asked_for_issued_with_its_file_and_opened_by_its_buyer(here):
    one = bought(here, here.mei, product(here))
    actions.refund_order(actor=here.owner, order=one, amount=200, reason="Wet")
    asked = ask(here, one, mail="mei@example.org")
    assert ask(here, one, title="山后").pk == asked.pk  # until it is issued it can be changed
    assert queries.invoices_waiting(here.community) == 1
    done = actions.issue_invoice(actor=here.owner, invoice=asked, number="0331", data=PDF)
    assert (done.state, done.amount, done.title) == ("issued", 800, "山后")
    assert queries.open_invoice(one.uid, viewer=here.mei).read() == PDF
    with pytest.raises(errors.ClaimMovedOn):
        ask(here, one)
    with pytest.raises(errors.OrderNotFound):
        queries.open_invoice(one.uid, viewer=here.li)
    again = actions.issue_invoice(actor=here.owner, invoice=asked, number="0332")
    assert (again.number, again.amount, bool(again.file)) == ("0332", 800, True)


def test_what_cannot_be_issued_is_declined_with_a_reason_and_asked_for_anew(here):
    one = bought(here, here.mei, product(here))
    asked = ask(here, one)
    with pytest.raises(errors.InvalidInvoice):
        actions.decline_invoice(actor=here.owner, invoice=asked, reason=" ")
    actions.decline_invoice(actor=here.owner, invoice=asked, reason="The number is too short.")
    with pytest.raises(errors.ClaimMovedOn):
        actions.issue_invoice(actor=here.owner, invoice=asked, number="1")
    assert ask(here, one).state == "asked"


def test_hostile_invoices_are_refused(here):
    one = bought(here, here.mei, product(here))
    for wrong in ({"title": " "}, {"title": "x" * 101}, {"sort": "x"}, {"tax_number": "<b>"},
                  {"mail": "nobody"}):  # fmt: skip
        with pytest.raises(errors.InvalidInvoice):
            ask(here, one, **wrong)
    asked = ask(here, one)
    for wrong in ({}, {"data": picture()}, {"number": "1" * 41}):
        with pytest.raises(errors.InvalidInvoice):
            actions.issue_invoice(actor=here.owner, invoice=asked, **wrong)
    with pytest.raises(PermissionMissing):
        actions.issue_invoice(actor=here.mei, invoice=asked, number="1")
    with pytest.raises(errors.OrderNotFound):
        actions.ask_invoice(actor=here.li, order=one, **ASKED)
    own = bought(here, here.owner, product(here))
    mine = actions.ask_invoice(actor=here.owner, order=own, **ASKED)
    with pytest.raises(errors.OwnOrder):
        actions.issue_invoice(actor=here.owner, invoice=mine, number="1")


def test_a_receipt_says_what_was_paid_and_what_went_back(here):
    unpaid = order(here, here.mei, product(here))
    with pytest.raises(errors.NotPaid):
        queries.receipt(unpaid.uid, viewer=here.mei)
    with pytest.raises(errors.NotPaid):
        ask(here, unpaid)
    one = bought(here, here.mei, product(here), 2)
    actions.refund_order(actor=here.owner, order=one, amount=500, reason="Wet")
    shown = queries.receipt(one.uid, viewer=here.mei)
    assert (shown.kept, shown.payment.number) == (1_500, f"{one.uid}P1")
    with pytest.raises(errors.OrderNotFound):
        queries.receipt(one.uid, viewer=here.li)


def test_who_is_erased_leaves_the_number_of_an_invoice_and_no_name(here):
    first, second = (bought(here, here.mei, product(here)) for _n in range(2))
    actions.issue_invoice(actor=here.owner, invoice=ask(here, first), number="7", data=PDF)
    ask(here, second)
    assert len(queries.own_documents(here.mei)["invoices"]) == 2
    actions.erase(here.mei)
    left = InvoiceRequest.objects.get()
    assert (left.number, left.title, left.tax_number, left.file) == ("7", "–", "", "")
