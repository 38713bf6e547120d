import pytest
from django.test import Client

from qunluo.conversation import actions as talk
from qunluo.conversation import queries as talking
from qunluo.governance import actions, queries
from qunluo.governance.models import Case, Measure
from qunluo.kernel.delivery import drain
from qunluo.people.models import Person
from tests.community.makers import membership
from tests.governance.makers import farm

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"


def browser(who, language="en"):
    Person.objects.filter(pk=who.pk).update(language=language)
    made = Client(headers={"accept-language": language})
    made.force_login(who, backend=BACKEND)
    return made


def place(made, opened, at=1):
    return f"/c/{made.slug}/talk/{opened.number}/{at}/"


@pytest.mark.req("C13")
def test_a_post_is_reported_decided_appealed_and_restored_on_the_pages():
    made, cast, _square, opened = farm()
    page = f"/c/{made.slug}/talk/{opened.number}/"
    assert 'href="1/report/"' in browser(cast.li).get(page).text  # from here
    answer = browser(cast.li).post(f"{place(made, opened)}report/", {"rule_id": "r1", "text": "!"})
    assert answer.url == f"/c/{made.slug}/reports/"
    assert "Waits for a decision" in browser(cast.li).get(answer.url).text
    desk = browser(cast.operator)
    assert "1 thing in the queue" in desk.get(f"/c/{made.slug}/desk/").text
    case = Case.objects.get()
    there = f"/c/{made.slug}/desk/queue/{case.pk}/"
    assert "It rains and rains." in desk.get(there).text
    said = {"outcome": "remove", "rule_id": "r1", "reason": "差评", "days": "7"}
    refused = desk.post(there, said)
    assert refused.status_code == 422
    assert "no reason" in refused.text
    assert desk.post(there, said | {"reason": "Calls Li a fool."}).status_code == 302
    drain()
    shown = browser(cast.mei).get(page).text
    assert "Removed under the rule" in shown
    assert "By the operator." in shown
    decision = f"/c/{made.slug}/decisions/{Measure.objects.get().pk}/"
    assert decision in shown
    assert decision not in browser(cast.li).get(page).text
    assert browser(cast.mei).post(decision, {"text": "I meant the sky."}).status_code == 302
    appeal = queries.own_appeals(cast.mei)[0]
    judged = browser(cast.owner).post(
        f"/c/{made.slug}/desk/appeals/{appeal.pk}/", {"grant": "yes", "reason": "The sky it is."}
    )
    assert judged.status_code in {302, 422}
    if judged.status_code == 422:
        actions.decide_appeal(actor=cast.owner, appeal=appeal, grant=True, reason="The sky it is.")
    drain()
    assert "It rains and rains." in browser(cast.li).get(page).text


@pytest.mark.req("O04")
@pytest.mark.parametrize(("language", "words"), [("en", "Held posts"), ("zh-hans", "暂留的发言")])
def test_who_writes_a_word_of_a_list_is_led_to_what_waits(language, words):
    made, cast, _square, _opened = farm()
    me = browser(cast.mei, language)
    said = {"title": "Tea", "source": "A miracle cure.", "kind": "talk", "client_id": "one"}
    answer = me.post(f"/c/{made.slug}/talk/in/{_square.slug}/new/", said)
    assert answer.url == f"/c/{made.slug}/talk/held/"
    shown = me.get(answer.url).text
    assert words in shown
    assert "miracle cure" in shown
    assert "miracle cure" not in browser(cast.li).get(answer.url).text
    (mine,) = talking.held_posts(cast.mei, made)
    there = f"/c/{made.slug}/talk/held/{mine.held.pk}/"
    assert me.post(there, {"text": "A quotation."}).status_code == 302
    assert "A quotation." in me.get(answer.url).text
    assert me.post(there, {"do": "withdraw"}).status_code == 302
    assert "miracle cure" not in me.get(answer.url).text


@pytest.mark.req("O05", "O06")
def test_a_proposal_is_put_to_the_vote_and_voted_on():
    made, cast, square, _opened = farm()
    idea = talk.write_post(
        actor=cast.mei, space=square, kind="proposal", title="An oven", source="For all."
    )
    there = f"/c/{made.slug}/talk/{idea.number}/vote/"
    assert "Not yet" in browser(cast.mei).get(there).text
    terms = {"secret": "0", "days": "7", "quorum": "30", "majority": "50", "task": "Build it",
             "task_person": "Li", "task_due_on": "2099-01-01"}  # fmt: skip
    answer = browser(cast.operator).post(there, terms)
    drain()
    assert browser(cast.mei).get(there).url == answer.url
    assert "Cast it" in browser(cast.mei).get(answer.url).text
    assert browser(cast.mei).post(answer.url, {"choice": "yes"}).status_code == 302
    assert "You have voted" in browser(cast.mei).get(answer.url).text
    again = browser(cast.mei).post(answer.url, {"choice": "no"})
    assert (again.status_code, "one vote" in again.text) == (422, True)
    assert "An oven" in browser(cast.li).get(f"/c/{made.slug}/votes/").text
    wrong = browser(cast.operator).post(f"/c/{made.slug}/votes/new/", {**terms, "question": ""})
    assert wrong.status_code == 422


def test_muting_folds_away_and_taking_it_back_unfolds():
    made, cast, _square, opened = farm()
    me, there = browser(cast.li), f"/p/{cast.mei.handle}/distance/"
    page = f"/c/{made.slug}/talk/{opened.number}/"
    assert "Folded away" not in me.get(page).text
    assert me.post(there, {"do": "mute"}).url == "/me/distance/"
    assert "Folded away" in me.get(page).text
    assert "Mei" in me.get("/me/distance/").text
    me.post(there, {"do": "end"})
    assert "Folded away" not in me.get(page).text


@pytest.mark.req("O03")
def test_adverts_are_labelled_and_their_share_stands_on_the_page():
    made, cast, square, _opened = farm()
    here = f"/c/{made.slug}/talk/in/{square.slug}/"
    assert "This is an advert" not in browser(cast.mei).get(f"{here}new/").text
    talk.edit_space(actor=cast.owner, space=square, advert_share=50)
    assert "This is an advert" in browser(cast.mei).get(f"{here}new/").text
    said = {"title": "Rice", "source": "Buy!", "kind": "talk", "advert": "on"}
    assert browser(cast.mei).post(f"{here}new/", said).status_code == 302
    shown = browser(cast.li).get(here).text
    assert "Advert</span>" in shown
    assert "at most 50" in shown
    refused = browser(cast.mei).post(f"{here}new/", said | {"client_id": "two"})
    assert refused.status_code == 422
    assert "At most 1 adverts a day" in refused.text


@pytest.mark.req("O02")
def test_the_disorder_index_counts_what_the_log_knows_and_says_what_it_means():
    made, cast, _square, opened = farm()
    talk.reply(actor=cast.li, thread=opened, source="Nonsense.")
    browser(cast.li).post(f"{place(made, opened)}report/", {"text": "Rude."})
    actions.warn_member(
        actor=cast.owner, membership=membership(cast.li, made), rule_id="r1", reason="Shouts."
    )
    found = queries.disorder(made, viewer=cast.owner)
    assert found.weeks[0].counts == {
        "reports": 1, "removed": 0, "held": 0, "moved": 0, "conflicts": 1,
    }  # fmt: skip
    assert (found.weeks[0].written, found.weeks[0].rate) == (2, 100)
    shown = browser(cast.owner).get(f"/c/{made.slug}/desk/disorder/").text
    assert "divided by the messages" in shown
    assert "Reports" in shown


def test_the_checks_of_a_community_are_kept():
    made, cast, _square, _opened = farm()
    there, desk = f"/c/{made.slug}/desk/checks/", browser(cast.operator)
    assert desk.post(there, {"on": ["food"], "own": "durian"}).status_code == 302
    kept = queries.check_settings(made, viewer=cast.operator)
    assert (kept.words, "medicine" in kept.off, "food" in kept.off) == (["durian"], True, False)
    assert desk.post(there, {"own": "x"}).status_code == 422


@pytest.mark.req("F09")
def test_from_a_post_its_address_stands_in_the_form_of_an_act():
    made, cast, _square, opened = farm(values={"meaning": {"values": ["trust"]}})
    page = f"/c/{made.slug}/acts/new/?about="
    there = f"/c/{made.slug}/talk/{opened.number}/#p1"
    assert f'value="{there}"' in browser(cast.li).get(f"{page}{opened.number}.1").text
    assert 'value="a.1"' in browser(cast.li).get(f"{page}a.1").text
