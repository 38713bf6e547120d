"""The pages of the books: one's own account, the trial balance, points, corrections."""

import csv
import io

import pytest
from django.test import Client

from qunluo.community.actions import leave
from qunluo.community.models import Community
from qunluo.community.queries import get_membership
from qunluo.ledger import actions, queries
from qunluo.ledger.models import Transfer
from qunluo.people.models import Person
from tests.community.makers import member, person
from tests.ledger.makers import books, free, key, move, top_up

pytestmark = [pytest.mark.django_db, pytest.mark.above_the_database]
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def here():
    """The books of a community; Mei has 100.00 and bought rice for 25.00."""
    made = books()
    made.keeper = member(made.community, "Keeper", role="operator")
    top_up(made, made.mei, 10_000)
    made.paid = move(made, made.mei, made.sales, 2_500, memo="=Rice")
    made.at = f"/c/{made.community.slug}/"
    return made


def browser(who, language="en"):
    Person.objects.filter(pk=who.pk).update(language=language)
    made = Client(headers={"accept-language": language})
    made.force_login(who, backend=BACKEND)
    return made


def test_my_account_says_what_i_have_and_how_it_came(here):
    actions.hold(account=here.mei, amount=500, key=key())
    page = browser(here.people.mei).get(here.at + "account/").content.decode()
    for said in ("CN¥70.00", "CN¥5.00 held back", "-CN¥25.00", "+CN¥100.00", "CN¥75.00"):
        assert said in page, said
    chinese = browser(here.people.mei, "zh-hans").get(here.at + "account/").content.decode()
    assert "我的账户" in chinese
    assert "¥70.00" in chinese
    empty = browser(here.people.owner).get(here.at + "account/").content.decode()
    assert "Nothing has moved yet" in empty


def test_a_statement_is_taken_along_as_a_table_that_is_no_formula(here):
    answer = browser(here.people.mei).get(here.at + "account/statement.csv")
    text = answer.content.decode()
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert [(row["Amount"], row["Balance"]) for row in rows] == [
        ("100.00", "100.00"), ("-25.00", "75.00"),
    ]  # fmt: skip
    assert not rows[1]["Reason"].startswith("=")


def test_the_books_add_up_on_one_page(here):
    page = browser(here.keeper).get(here.at + "desk/books/").content.decode()
    for said in ("Trial balance", "Wallet", "CN¥75.00", "With the payment provider", "CN¥0.00"):
        assert said in page, said
    one = browser(here.keeper).get(f"{here.at}desk/books/{here.sales.pk}/").content.decode()
    assert "CN¥25.00" in one
    found = browser(here.keeper).get(here.at + "desk/books/wallets/?q=mei").content.decode()
    assert "Mei" in found
    assert "Li</a>" not in found


def test_points_are_given_from_the_page_of_a_member_once(here):
    door, mei = browser(here.keeper), here.people.mei
    address = f"{here.at}members/{mei.handle}/points/"
    assert address in door.get(f"{here.at}members/{mei.handle}/").content.decode()
    sent = {"points": "30", "reason": "Helped", "once": "once-and-never-again-1"}
    assert door.post(address, sent).status_code == 302
    assert door.post(address, sent).status_code == 302
    wallet = queries.own_account(mei, here.community, unit="points")
    assert free(wallet) == 30
    wrong = door.post(address, {"points": "0", "reason": ""})
    assert wrong.status_code == 422
    mine = f"{here.at}members/{here.keeper.handle}/points/"
    assert "your own account" in door.post(mine, sent).content.decode()


def test_a_transfer_is_corrected_by_the_difference_and_undone(here):
    door = browser(here.keeper)
    at = f"{here.at}desk/books/transfers/{here.paid.pk}/"
    begun = door.get(at + "correct/").content.decode()
    assert 'value="-25.00"' in begun
    names = {f"a{here.mei.pk}": "-20.00", f"a{here.sales.pk}": "20.00"}
    wrong = door.post(at + "correct/", {**names, f"a{here.sales.pk}": "19", "reason": "Less"})
    assert (wrong.status_code, "do not add up" in wrong.content.decode()) == (422, True)
    assert door.post(at + "correct/", {**names, "reason": "Less rice"}).status_code == 302
    assert free(here.mei) == 8_000
    page = door.get(f"{here.at}account/transfers/{here.paid.pk}/").content.decode()
    assert "Less rice" in page
    assert door.post(at + "reverse/", {"reason": "Came back"}).status_code == 302
    assert free(here.mei) == 10_000
    assert Transfer.objects.filter(corrects=here.paid).count() == 2
    again = door.post(at + "reverse/", {"reason": "Once more"})
    assert (again.status_code, "already booked" in again.content.decode()) == (422, True)


def test_somebody_else_is_not_named_to_a_member(here):
    legs = [actions.Leg(here.mei, -5), actions.Leg(here.li, 5)]
    made = actions.post(community=here.community, kind="payment", legs=legs, key=key())
    path = f"{here.at}account/transfers/{made.pk}/"
    seen = browser(here.people.mei).get(path).content.decode()
    assert "Li" not in seen.split("<main", 1)[1].split("</table>", 1)[0]
    assert browser(here.people.owner).get(path).status_code == 200


def test_who_left_a_private_community_still_reads_their_account(here):
    mei = here.people.mei
    Community.objects.filter(pk=here.community.pk).update(stage="private")
    leave(actor=mei, membership=get_membership(mei, here.community))
    door = browser(mei)
    assert door.get(here.at).status_code == 404
    page = door.get(here.at + "account/")
    assert page.status_code == 200
    assert "CN¥75.00" in page.content.decode()
    assert door.get(here.at + "account/statement.csv").status_code == 200
    assert door.get(f"{here.at}account/transfers/{here.paid.pk}/").status_code == 200
    for path in (f"account/transfers/{move(here, here.sales, here.fees, 1).pk}/", "desk/books/"):
        assert door.get(here.at + path).status_code in {403, 404}
    assert browser(person("Stranger")).get(here.at + "account/").status_code == 404
