"""A community in the browser: door, home, charter, people, joining and leaving."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from qunluo.community import actions, queries
from qunluo.community.models import Application, Community, Membership
from qunluo.governance.actions import file_appeal, remove_member, suspend_member, warn_member
from qunluo.kernel.clock import now
from qunluo.people.actions import update_profile
from tests.community import makers

RULES = makers.RULES
VALUES = {
    "intention": {"intention": "We were tired of food without a face."},
    "positioning": {
        "with_whom": "Families who cook",
        "doing_what": "Sharing one harvest",
        "why_them": "They ask where food comes from",
    },
    "attitude": {"attitude": "Crooked is fine.", "label": "harvest friend"},
    "bonding": {"elements": ["values"]},
    "identity": {
        "slogan": "Eat with names",
        "glossary": [{"term": "harvest", "meaning": "What the field gives in a week."}],
    },
    "change": {"statement": "No sprayed field in the valley by 2030.", "acts": ["pull weeds"]},
    "readiness": {"evidence": "our secret weakness"},
}


def browser(who=None, language="en"):
    """A browser of a person, or of a visitor."""
    client = Client(headers={"accept-language": language})
    if who is not None:
        client.force_login(who, backend="django.contrib.auth.backends.ModelBackend")
        client.cookies["django_language"] = language
    return client


@pytest.fixture
def farm(db):
    """A published farm with a charter and rules."""
    return makers.community(values=VALUES, rules=RULES)


@pytest.fixture
def published(farm):
    """The farm with its draft as the first public charter."""
    from_draft(farm)
    return farm


def from_draft(farm):
    """Publish the charter while the door is closed, which no gate holds back."""
    Community.objects.filter(pk=farm.pk).update(stage="private")
    farm.refresh_from_db()
    actions.publish_charter(actor=farm.owner, community=farm, note="First words")
    Community.objects.filter(pk=farm.pk).update(stage="published")
    farm.refresh_from_db()


@pytest.mark.req("F03")
def test_a_stranger_meets_the_door(published):
    page = browser().get(f"/c/{published.slug}/").text
    assert published.sentence in page
    assert "Families who cook" in page
    assert "We were tired of food without a face." in page
    assert "How to join" in page
    assert 'property="og:image"' in page
    assert f"http://testserver/c/{published.slug}/card.png" in page


@pytest.mark.req("F22")
def test_the_words_of_a_community_are_linked_to_their_meaning(published):
    page = browser().get(f"/c/{published.slug}/").text
    assert 'class="term"' in page
    assert f'/c/{published.slug}/charter/#word-1"' in page
    assert "What the field gives in a week." in page


def test_a_private_community_does_not_exist_for_strangers(db):
    hidden = makers.community(stage="private")
    for path in ("", "about/", "charter/", "join/", "rules/", "card.png", "icon-192.png", "may/"):
        assert browser().get(f"/c/{hidden.slug}/{path}").status_code == 404, path
    outsider = makers.person("Nosy")
    assert browser(outsider).get(f"/c/{hidden.slug}/members/").status_code == 404


@pytest.mark.req("F29")
def test_a_member_finds_people_before_everything_else(published):
    who = makers.member(published, "Mei")
    newcomer = makers.member(published, "Bo")
    update_profile(actor=newcomer, intro="I bake.", offers=["sourdough lessons"])
    page = browser(who).get(f"/c/{published.slug}/").text
    assert page.index("Bo") < page.index("What this place is")
    assert "sourdough lessons" in page
    assert "No sprayed field in the valley by 2030." in page


def test_home_asks_a_bounded_number_of_questions(published, django_assert_max_num_queries):
    who = makers.member(published, "Mei")
    for n in range(12):
        makers.member(published, f"Member {n}")
    client = browser(who)
    client.get(f"/c/{published.slug}/")
    with django_assert_max_num_queries(26):
        client.get(f"/c/{published.slug}/")


@pytest.mark.req("F29")
def test_a_community_of_one_says_what_to_do_next(db):
    alone = makers.community()
    assert "You are the first one here" in browser(alone.owner).get(f"/c/{alone.slug}/").text


@pytest.mark.req("O01")
def test_changed_rules_wait_at_home_until_they_are_accepted(published):
    who = makers.member(published)
    number = makers.publish_rules(published, RULES).number
    client = browser(who)
    assert "The rules have changed" in client.get(f"/c/{published.slug}/").text
    client.post(f"/c/{published.slug}/rules/", {"number": number})
    assert queries.get_membership(who, published).rules_number == number
    assert "The rules have changed" not in client.get(f"/c/{published.slug}/").text


@pytest.mark.req("F04")
def test_a_member_claims_the_label_with_or_without_javascript(published):
    who = makers.member(published)
    client = browser(who)
    path = f"/c/{published.slug}/label/"
    assert client.post(path, {"claim": "want"}).status_code == 302
    assert queries.get_membership(who, published).label_claim == "want"
    swapped = client.post(path, {"claim": "have"}, headers={"hx-request": "true"})
    assert 'aria-pressed="true"' in swapped.text
    assert "<html" not in swapped.text


@pytest.mark.req("F21")
def test_a_member_pledges_and_takes_it_back(published):
    who = makers.member(published)
    client = browser(who)
    path = f"/c/{published.slug}/pledge/"
    client.post(path, {"action": "pull weeds", "count": 3})
    assert queries.pledge_of(who, published).count == 3
    assert "You pledged" in client.get(f"/c/{published.slug}/").text
    client.post(path, {"withdraw": "1"})
    assert queries.pledge_of(who, published) is None
    assert client.post(path, {"action": "dance", "count": 1}).status_code == 422


@pytest.mark.req("F01")
def test_the_charter_shows_six_parts_first_and_keeps_private_answers_to_itself(published):
    page = browser().get(f"/c/{published.slug}/charter/").text
    parts = [part.title["en"] for part in queries.charter_form().parts]
    headings = re.findall(r"<h2>([^<]+)</h2>", page)
    assert headings[:6] == parts
    assert "our secret weakness" not in page


@pytest.mark.req("F01")
def test_the_history_of_the_charter_shows_what_changed(published):
    actions.save_charter_step(
        actor=published.owner,
        community=published,
        step="intention",
        values={"intention": "We were tired of meals without a face."},
    )
    from_draft(published)
    client = browser()
    history = client.get(f"/c/{published.slug}/charter/versions/").text
    assert "Version 2" in history
    assert "First words" in history
    changes = client.get(f"/c/{published.slug}/charter/1/2/").text
    assert "<del>food</del>" in changes
    assert "<ins>meals</ins>" in changes
    old = client.get(f"/c/{published.slug}/charter/1/").text
    assert "no longer counts" in old
    assert client.get(f"/c/{published.slug}/charter/99/").status_code == 404


@pytest.mark.req("P15")
def test_the_directory_finds_people_by_what_they_offer(farm):
    who = makers.member(farm, "Mei")
    baker = makers.member(farm, "Bo")
    update_profile(actor=baker, offers=["sourdough lessons"])
    client = browser(who)
    page = client.get(f"/c/{farm.slug}/members/?offers=sourdough").text
    assert "Bo" in page
    assert "1 person" in page
    fragment = client.get(f"/c/{farm.slug}/members/?q=Bo", headers={"hx-request": "true"}).text
    assert "<html" not in fragment
    assert 'id="people"' in fragment
    assert "Nobody fits" in client.get(f"/c/{farm.slug}/members/?q=nobody").text


def test_the_directory_goes_on_page_by_page(farm):
    who = makers.member(farm, "Mei")
    for n in range(35):
        makers.member(farm, f"Member {n}")
    client = browser(who)
    first = client.get(f"/c/{farm.slug}/members/").text
    more = re.search(r'hx-get="(\?after=[^"]+)"', first).group(1).replace("&amp;", "&")
    second = client.get(f"/c/{farm.slug}/members/{more}", headers={"hx-request": "true"}).text
    assert "<html" not in second
    assert 'id="people"' not in second
    assert second.count('class="row"') == 7


def test_the_directory_is_for_members(farm):
    assert browser().get(f"/c/{farm.slug}/members/").status_code == 302
    refused = browser(makers.person()).get(f"/c/{farm.slug}/members/")
    assert refused.status_code == 403
    way = refused.text.split('class="trouble"')[1]
    assert f'href="/c/{farm.slug}/"' in way.split("See the door")[0]


@pytest.mark.req("P21")
def test_a_member_page_shows_what_its_person_shows_to_members(farm):
    who, other = makers.member(farm, "Mei"), makers.member(farm, "Bo")
    update_profile(actor=other, thoughts="Rain is late.", worries="My knees.")
    page = browser(who).get(f"/c/{farm.slug}/members/{other.handle}/").text
    assert "Rain is late." in page
    assert "My knees." not in page
    outsider = makers.person("Out")
    assert browser(who).get(f"/c/{farm.slug}/members/{outsider.handle}/").status_code == 404
    assert browser(outsider).get(f"/c/{farm.slug}/members/{other.handle}/").status_code == 403


@pytest.mark.req("P22")
def test_an_open_door_lets_in_whoever_accepts_the_rules(farm):
    who = makers.person("New")
    client = browser(who)
    refused = client.post(f"/c/{farm.slug}/join/", {})
    assert refused.status_code == 422
    assert "Please accept the rules." in refused.text
    client.post(f"/c/{farm.slug}/join/", {"accepted_rules": "on", "label_claim": "want"})
    joined = queries.get_membership(who, farm)
    assert joined.via == "open"
    assert joined.label_claim == "want"
    assert client.get(f"/c/{farm.slug}/join/").status_code == 302


@pytest.mark.req("P22")
def test_questions_are_asked_and_missing_answers_are_marked(db):
    asking = makers.community(values=VALUES, rules=RULES, selection="questions")
    who = makers.person("New")
    client = browser(who)
    page = client.get(f"/c/{asking.slug}/join/").text
    assert "Which of our values have you lived by?" in page
    assert "what this community stands for" in page
    half = client.post(f"/c/{asking.slug}/join/", {"accepted_rules": "on"})
    assert half.status_code == 422
    assert 'aria-invalid="true"' in half.text
    client.post(
        f"/c/{asking.slug}/join/", {"accepted_rules": "on", "values-1": "I kept my word once."}
    )
    assert queries.get_membership(who, asking).via == "questions"


@pytest.mark.req("P22")
def test_vetting_shows_the_reason_of_a_refusal_and_takes_one_appeal(db):
    vetting = makers.community(values=VALUES, rules=RULES, selection="vetting")
    who = makers.person("New")
    client = browser(who)
    sent = client.post(
        f"/c/{vetting.slug}/join/", {"accepted_rules": "on", "values-1": "I kept my word once."}
    )
    page = client.get(sent["Location"]).text
    assert "Your application is being read" in page
    assert "I kept my word once." in page
    asked = Application.objects.get(person=who)
    actions.decide_application(
        actor=vetting.owner, application=asked, accept=False, reason="We are full this season."
    )
    page = client.get(sent["Location"]).text
    assert "We are full this season." in page
    assert "You can appeal once" in page
    client.post(f"/c/{vetting.slug}/application/{asked.pk}/appeal/", {"text": "There is room."})
    page = client.get(sent["Location"]).text
    assert "Your appeal is being judged" in page
    assert "There is room." in page


def test_an_application_can_be_withdrawn_and_is_nobody_elses_business(db):
    vetting = makers.community(selection="vetting")
    who = makers.person("New")
    client = browser(who)
    client.post(f"/c/{vetting.slug}/join/", {})
    asked = Application.objects.get(person=who)
    path = f"/c/{vetting.slug}/application/{asked.pk}/"
    assert browser(makers.person("Nosy")).get(path).status_code == 404
    assert browser().get(path).status_code == 302
    client.post(f"{path}withdraw/")
    assert "You have withdrawn your application" in client.get(path).text


@pytest.mark.req("F11")
def test_words_outside_the_scope_warn_before_they_count(db):
    values = {**VALUES, "scope": {"words_out": ["micro-shop"], "strictness": "warn"}}
    asking = makers.community(values=values, rules=RULES, selection="questions")
    who = makers.person("New")
    client = browser(who)
    said = {"accepted_rules": "on", "values-1": "I run a micro-shop."}
    warned = client.post(f"/c/{asking.slug}/join/", said)
    assert "You mention micro-shop" in warned.text
    assert "I run a micro-shop." in warned.text
    client.post(f"/c/{asking.slug}/join/", {**said, "despite_scope": "on"})
    assert queries.membership_of(who, asking)


@pytest.mark.req("P22")
@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"selection": "invitation"}, "People come in by invitation"),
        ({"selection": "fee"}, "Joining with a fee is not possible yet"),
    ],
)
def test_a_closed_way_in_says_why_and_what_to_do(db, fields, said):
    closed = makers.community(**fields)
    page = browser(makers.person()).get(f"/c/{closed.slug}/join/").text
    assert said in page
    assert '<form class="form"' not in page


def test_visitors_are_sent_through_the_account_and_back(farm):
    page = browser().get(f"/c/{farm.slug}/join/").text
    assert f"/accounts/signup/?next=/c/{farm.slug}/join/" in page


def test_permissions_are_explained_with_reasons_and_givers(farm):
    who = makers.member(farm, "Mei")
    page = browser(who).get(f"/c/{farm.slug}/may/").text
    assert "Because you are" in page
    assert "It takes one of these roles" in page
    assert "Owner" in page


@pytest.mark.req("V10")
def test_leaving_says_what_is_lost_and_offers_the_own_data(farm):
    who = makers.member(farm, "Mei")
    client = browser(who)
    page = client.get(f"/c/{farm.slug}/leave/").text
    assert "What ends" in page
    assert "/me/data/" in page
    client.post(f"/c/{farm.slug}/leave/", {"reason": "Moving away."})
    left = Membership.objects.get(person=who)
    assert left.status == "left"
    assert left.ended_reason == "Moving away."


def test_the_last_owner_is_told_why_they_cannot_leave_yet(farm):
    answer = browser(farm.owner).post(f"/c/{farm.slug}/leave/", {})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert queries.membership_of(farm.owner, farm)


@pytest.mark.req("O03")
def test_a_removed_person_reads_the_rule_and_the_reason_and_appeals(db):
    hidden = makers.community(stage="private", rules=RULES)
    who = makers.member(hidden, "Mei")
    measure = remove_member(
        actor=hidden.owner,
        membership=queries.get_membership(who, hidden),
        rule_id="r1",
        reason="Insulted the host twice.",
    )
    client = browser(who)
    path = f"/c/{hidden.slug}/decisions/{measure.pk}/"
    page = client.get(path).text
    assert "Be kind" in page
    assert "Insulted the host twice." in page
    client.post(path, {"text": "It was a joke between friends."})
    assert "Your appeal is being judged" in client.get(path).text
    assert browser(makers.person("Nosy")).get(path).status_code == 404


def test_decisions_about_me_are_listed_and_counted_in_public(farm):
    who = makers.member(farm, "Mei")
    client = browser(who)
    assert "Nothing was decided about you" in client.get(f"/c/{farm.slug}/decisions/").text
    measure = warn_member(
        actor=farm.owner,
        membership=queries.get_membership(who, farm),
        rule_id="r1",
        reason="Too loud.",
    )
    assert "A warning" in client.get(f"/c/{farm.slug}/decisions/").text
    assert "What was done under them" in browser().get(f"/c/{farm.slug}/rules/").text
    file_appeal(actor=who, measure=measure, text="I whispered.")
    assert "I whispered." in client.get(f"/c/{farm.slug}/decisions/{measure.pk}/").text


PAGES = ["", "about/", "charter/", "charter/versions/", "members/", "rules/", "may/", "leave/",
         "decisions/"]  # fmt: skip


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_clean_and_has_one_heading(published, path, language):
    who = makers.member(published, "Mei")
    page = browser(who, language).get(f"/c/{published.slug}/{path}").text
    assert page.count("<h1") == 1
    assert page.count("<main") == 1
    assert not re.search(r"<script(?![^>]*\bsrc=)", page)
    assert not re.search(r"\s(style|on[a-z]+)=\"", page)
    assert f"/theme/{published.brand_colour[1:]}.css" in page
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_a_hostile_name_stays_text(db):
    hostile = '<script>alert("x")</script>'
    made = makers.community(values={**VALUES, "identity": {"slogan": hostile}})
    Community.objects.filter(pk=made.pk).update(name=hostile, sentence=hostile)
    who = makers.member(made, hostile)
    for visitor in (browser(), browser(who)):
        for path in ("", "about/", "join/", "charter/"):
            assert "<script>alert" not in visitor.get(f"/c/{made.slug}/{path}").text


def suspended(farm, name="Mei", **more):
    """A member whom the owner has suspended for a week, and the decision."""
    who = makers.member(farm, name, **more)
    return who, suspend_member(
        actor=farm.owner, membership=queries.get_membership(who, farm), rule_id="r1",
        reason="Shouted at the host.", until=now() + timedelta(days=7),
    )  # fmt: skip


@pytest.mark.parametrize(("language", "said", "appeal"), [
    ("en", "You are suspended until", "Read the decision and appeal"),
    ("zh-hans", "你的成员权利暂停至", "查看决定并申诉"),
])  # fmt: skip
def test_a_suspended_member_is_led_to_the_decision_and_the_appeal(farm, language, said, appeal):
    who, measure = suspended(farm)
    client = browser(who, language)
    page = client.get(f"/c/{farm.slug}/")
    assert page.status_code == 200
    for text in (said, "Be kind", "Shouted at the host.", appeal):
        assert text in page.text
    assert f"/c/{farm.slug}/decisions/{measure.pk}/" in page.text
    assert f'href="/c/{farm.slug}/members/"' not in page.text
    file_appeal(actor=who, measure=measure, text="I was far away.")
    page = client.get(f"/c/{farm.slug}/").text
    assert "I was far away." in page
    assert appeal not in page


def test_a_refusal_leads_a_suspended_member_home_to_the_decision(farm):
    who, _measure = suspended(farm)
    page = browser(who).get(f"/c/{farm.slug}/members/")
    assert page.status_code == 403
    assert "See what was decided, and appeal" in page.text
    assert f'href="/c/{farm.slug}/"' in page.text
    other = browser(makers.person("Nosy")).get(f"/c/{farm.slug}/members/")
    assert "See what was decided" not in other.text


def test_a_suspended_member_cannot_act_as_one_but_can_go(published):
    who, _measure = suspended(published)
    client, home = browser(who), f"/c/{published.slug}/"
    acts = {"label/": {"claim": "have"}, "rules/": {"number": "1"},
            "pledge/": {"action": "pull weeds", "count": "2"},
            "invitations/": {"max_uses": "1"}}  # fmt: skip
    for path, body in acts.items():
        assert client.post(home + path, body).status_code == 403, path
    by_htmx = {"headers": {"hx-request": "true"}}
    assert client.post(home + "label/", {"claim": "have"}, **by_htmx).status_code == 403
    assert queries.get_membership(who, published).label_claim == ""
    assert "I accept these rules" not in client.get(home + "rules/").text
    assert client.post(home + "leave/", {"reason": ""}).status_code == 302
    assert queries.membership_of(who, published) is None
