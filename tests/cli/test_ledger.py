"""`qunluo ledger`: proving the books and comparing a bill, with honest exit statuses."""

import pytest
from django.db import connection

from qunluo.cli.main import main
from qunluo.ledger.actions import Cause
from tests.ledger.makers import books, top_up

pytestmark = pytest.mark.django_db
HEAD = "theirs,ours,amount,currency,kind\n"


@pytest.fixture(autouse=True)
def _english(monkeypatch):
    monkeypatch.setenv("LC_ALL", "C.UTF-8")


@pytest.fixture
def here():
    """The books of a community into which 50.00 came by a provider."""
    made = books()
    top_up(made, made.mei, 5_000, cause=Cause("payment", "o1"))
    return made


def test_sound_books_are_proven(here, capsys):
    assert main(["ledger", "verify"]) == 0
    assert "1 transfers, 5 accounts and 0 holds" in capsys.readouterr().out
    assert main(["ledger", "verify", "--community", here.community.slug]) == 0
    assert main(["ledger", "verify", "--community", "nowhere"]) == 2


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="the guard is dropped in between")
def test_damaged_books_are_told_with_their_rows(here, capsys):
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER guard_ledger_posting_update")
        cursor.execute("UPDATE ledger_posting SET amount = 4999 WHERE amount > 0")
    assert main(["ledger", "verify"]) == 1
    told = capsys.readouterr().err
    assert "1 transfers that do not add up to nothing" in told
    assert f"    {here.mei.pk}\n" in told
    assert "NOT in order" in told


def test_a_bill_is_compared(here, capsys, tmp_path):
    bill = tmp_path / "bill.csv"
    words = ["ledger", "reconcile", str(bill), "--provider", "sandbox", "--community",
             here.community.slug]  # fmt: skip
    assert main(words) == 2
    bill.write_text(HEAD + "w1,o1,50.00,CNY,payment\n")
    assert main(words) == 0
    bill.write_text(HEAD + "w1,o1,49.00,CNY,payment\nw2,o2,7,CNY,payment\n")
    assert main(words) == 1
    told = capsys.readouterr().out
    assert "different: payment o1 w1 49.00 / 50.00 CNY" in told
    assert "on the bill, not in the books" in told
    assert main([*words, "--csv"]) == 1
    assert "missing_here,payment,o2,w2,CNY,7.00," in capsys.readouterr().out
    bill.write_text(HEAD + "@w3,=cmd(),7,CNY,payment\n")
    assert main([*words, "--csv"]) == 1
    assert "missing_here,payment,'=cmd(),'@w3,CNY,7.00," in capsys.readouterr().out
    bill.write_text(HEAD + "w1,o1,1E+999999,CNY,payment\n")
    assert main(words) == 2
    bill.write_text(HEAD + "w1,o1,50.00,CNY,payment\n")
    assert main([*words, "--since", "2020-01-01", "--until", "2020-01-02"]) == 1
