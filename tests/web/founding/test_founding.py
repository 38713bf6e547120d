"""Founding in the browser: three minutes, the guide, the doors."""

import re
from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from qunluo.blueprints.actions import found_community
from qunluo.blueprints.queries import blueprints
from qunluo.community import actions, queries
from qunluo.community.models import CharterDraft, Community
from qunluo.growth.models import Invitation
from qunluo.kernel.clock import now, travel
from tests.community import makers

START = {
    "name": "Green Field",
    "sentence": "One field, eighty households.",
    "blueprint": "T14",
    "language": "en",
    "currency": "EUR",
}


def browser(who=None, language="en"):
    """A browser of a person, or of a visitor."""
    client = Client(headers={"accept-language": language})
    if who is not None:
        client.force_login(who, backend="django.contrib.auth.backends.ModelBackend")
        client.cookies["django_language"] = language
    return client


@pytest.fixture
def owner(db):
    """Somebody who wants to found."""
    return makers.person("Ada")


@pytest.fixture
def field(owner):
    """A community as it is three minutes after sign-up."""
    return found_community(actor=owner, **START)


def draft(of):
    """The draft's values."""
    return CharterDraft.objects.get(community=of).values


def token(page):
    """The guard against a co-founder's save, as the page carries it."""
    return re.search(r'name="token" value="([^"]*)"', page).group(1)


def test_visitors_learn_what_founding_takes_and_come_back_here(db):
    page = browser().get("/start/").text
    assert "/accounts/signup/?next=/start/" in page
    for blueprint in blueprints().values():
        assert blueprint.name["en"] in page


@pytest.mark.req("F29")
def test_name_blueprint_and_sentence_make_a_private_working_community_with_a_link(owner):
    client = browser(owner)
    answer = client.post("/start/", START)
    made = Community.objects.get(name="Green Field")
    assert answer["Location"] == f"/c/{made.slug}/guide/"
    assert made.stage == "private"
    assert made.currency == "EUR"
    code = Invitation.objects.get(community=made).code
    assert f"/i/{code}/" in client.get(answer["Location"]).text
    assert client.get(f"/c/{made.slug}/").status_code == 200
    assert browser().get(f"/c/{made.slug}/").status_code == 404


def test_a_half_filled_start_keeps_what_was_typed(owner):
    answer = browser(owner).post("/start/", {**START, "sentence": "", "blueprint": "no-such"})
    assert answer.status_code == 422
    assert 'value="Green Field"' in answer.text
    assert answer.text.count('class="error"') == 2
    assert not Community.objects.exists()


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_step_opens_in_both_languages_and_is_clean(owner, field, language):
    client = browser(owner, language)
    for step in queries.charter_form().steps:
        page = client.get(f"/c/{field.slug}/guide/{step.id}/").text
        code = {"zh-hans": "zh"}.get(language, language)
        assert f"<h1>{step.title[code]}</h1>" in page, step.id
        assert page.count("<h1") == 1
        assert not re.search(r"<script(?![^>]*\bsrc=)", page)
        assert not re.search(r"\s(style|on[a-z]+)=\"", page)
        ids = re.findall(r'\sid="([^"]+)"', page)
        assert len(ids) == len(set(ids)), step.id
        labels = set(re.findall(r'<label for="([^"]+)"', page))
        assert labels <= set(ids), step.id


@pytest.mark.req("F02")
def test_a_step_is_saved_and_leads_on(owner, field):
    client = browser(owner)
    path = f"/c/{field.slug}/guide/purpose/"
    page = client.get(path).text
    answer = client.post(
        path,
        {"purpose": "learn", "modules": ["talk", "habits"], "token": token(page), "then": "next"},
    )
    assert answer["Location"] == f"/c/{field.slug}/guide/positioning/"
    assert draft(field)["purpose"] == {"purpose": "learn", "modules": ["talk", "habits"]}
    assert "checked" in client.get(path).text


def test_save_and_close_returns_to_the_overview(owner, field):
    answer = browser(owner).post(
        f"/c/{field.slug}/guide/intention/", {"intention": "Because.", "then": "close"}
    )
    assert answer["Location"] == f"/c/{field.slug}/guide/"


def test_typing_is_saved_in_between(owner, field):
    client = browser(owner)
    path = f"/c/{field.slug}/guide/intention/"
    before = token(client.get(path).text)
    saved = client.post(
        path, {"intention": "Half a thought", "token": before}, headers={"hx-request": "true"}
    )
    assert "<html" not in saved.text
    assert "Saved." in saved.text
    assert token(saved.text) != before
    assert draft(field)["intention"]["intention"] == "Half a thought"


def test_what_is_wrong_is_marked_and_what_is_right_is_kept(owner, field):
    answer = browser(owner).post(
        f"/c/{field.slug}/guide/attitude/",
        {"attitude": "Say it", "label": "a label that is much too long to wear", "ceiling": "many"},
    )
    assert answer.status_code == 422
    assert 'id="label_error"' in answer.text
    assert 'aria-describedby="label_help label_error"' in answer.text
    assert 'value="many"' in answer.text
    assert draft(field)["attitude"]["attitude"] == "Say it"


@pytest.mark.req("F15")
def test_a_co_founders_save_in_between_is_shown_beside_mine(owner, field):
    client = browser(owner)
    path = f"/c/{field.slug}/guide/intention/"
    mine = token(client.get(path).text)
    actions.save_charter_step(
        actor=owner, community=field, step="intention", values={"intention": "Theirs."}
    )
    answer = client.post(path, {"intention": "Mine.", "token": mine})
    assert answer.status_code == 409
    assert "Theirs." in answer.text
    assert "Mine." in answer.text
    assert draft(field)["intention"]["intention"] == "Theirs."
    client.post(path, {"intention": "Mine.", "token": token(answer.text)})
    assert draft(field)["intention"]["intention"] == "Mine."


@pytest.mark.req("O01")
def test_rows_are_read_in_order_and_empty_ones_dropped(owner, field):
    client = browser(owner)
    held = draft(field)["meaning"]["values"][0]
    client.post(
        f"/c/{field.slug}/guide/rules/",
        {
            "rules.2.title": "Second", "rules.2.text": "Two.", "rules.2.value": held,
            "rules.10.title": "Tenth", "rules.10.text": "Ten.", "rules.10.value": held,
            "rules.3.title": "", "rules.3.text": "", "rules.3.value": "",
        },
    )  # fmt: skip
    assert [rule["title"] for rule in draft(field)["rules"]["rules"]] == ["Second", "Tenth"]
    page = client.get(f"/c/{field.slug}/guide/rules/").text
    assert 'name="rules.3.title"' in page


def test_money_in_a_row_comes_back_as_it_was_typed(owner, field):
    client = browser(owner)
    path = f"/c/{field.slug}/guide/business/"
    tier = {"tiers.1.name": "Box", "tiers.1.price": "12.50", "tiers.1.gets": "A box a week"}
    client.post(path, tier)
    assert draft(field)["business"]["tiers"][0]["price"] == {"minor": 1250, "currency": "EUR"}
    assert 'value="12.50"' in client.get(path).text


@pytest.mark.req("F14")
def test_the_self_check_gives_an_honest_word_and_three_other_ways(owner, field):
    client = browser(owner)
    path = f"/c/{field.slug}/guide/readiness/"
    no = dict.fromkeys(["product", "soul", "operations", "carrier", "media"], "no")
    client.post(path, no)
    page = client.get(path).text
    assert "do not found yet" in page
    assert page.count("You give") == 3


@pytest.mark.req("F20")
def test_a_confirmed_goal_is_locked(owner, field):
    client = browser(owner)
    path = f"/c/{field.slug}/guide/goal/"
    client.post(path, {"metric": "households", "target": "80", "due_on": "2099-12-31"})
    client.post(f"{path}confirm/")
    page = client.get(path).text
    assert "is locked" in page
    assert '<fieldset class="bare" disabled>' in page
    client.post(path, {"metric": "households", "target": "90", "due_on": "2099-12-31"})
    assert queries.operating_goal(field).target == 80


def test_the_guide_is_for_founders(field):
    stranger = makers.person("Out")
    for path in ("guide/", "guide/purpose/", "guide/preview/", "publish/", "settings/"):
        assert browser(stranger).get(f"/c/{field.slug}/{path}").status_code == 404, path
        assert browser().get(f"/c/{field.slug}/{path}").status_code == 302, path


def test_a_plain_member_may_not_edit(owner, field):
    field.owner = owner
    who = makers.member(field, "Bo")
    for path in ("guide/", "guide/purpose/", "guide/preview/", "publish/", "settings/"):
        assert browser(who).get(f"/c/{field.slug}/{path}").status_code == 403, path


def test_the_preview_shows_the_draft_and_no_way_in(owner, field):
    client = browser(owner)
    client.post(f"/c/{field.slug}/guide/intention/", {"intention": "A very own beginning."})
    page = client.get(f"/c/{field.slug}/guide/preview/").text
    assert "A very own beginning." in page
    assert "This is the door with your draft" in page


@pytest.mark.req("F01")
def test_publishing_is_held_back_with_reasons_and_the_way_to_each(owner, field):
    client = browser(owner)
    page = client.get(f"/c/{field.slug}/publish/").text
    held = queries.closed_gates(field, ["publish"])
    assert held
    for state in held:
        for reason in state.reasons:
            assert reason.text["en"] in page
    assert f"/c/{field.slug}/guide/positioning/" in page
    refused = client.post(f"/c/{field.slug}/publish/", {"act": "publish"})
    assert refused.status_code == 200
    assert 'class="notice warning"' in refused.text
    field.refresh_from_db()
    assert field.stage == "private"


def write_everything(client, of):
    """Fill in the whole charter in one's own words, through the guide."""
    for step in queries.charter_form().steps:
        typed = {}
        for item in step.fields:
            if item.type == "choice":
                typed[item.id] = draft(of).get(step.id, {}).get(item.id) or item.choices[0].id
            elif item.type == "choices":
                typed[item.id] = draft(of).get(step.id, {}).get(item.id) or [item.choices[0].id]
            elif item.kind == "rows":
                for number in (1, 2):
                    for column in item.columns:
                        typed[f"{item.id}.{number}.{column.id}"] = {
                            "money": "5", "choice": column.choices[0].id if column.choices else "",
                            "value": "honesty",
                        }.get(column.type, f"{column.id} {number}")  # fmt: skip
            else:
                typed[item.id] = {
                    "number": "80", "date": "2099-12-31", "money": "5", "colour": "#225588",
                    "symbol": "Q", "list": "honesty" if item.id == "values" else "one\ntwo",
                }.get(item.type, f"Own words {item.id}"[: item.max_length])  # fmt: skip
        answer = client.post(f"/c/{of.slug}/guide/{step.id}/", typed)
        assert answer.status_code == 302, (step.id, re.findall(r"_error\">.*?</p>", answer.text))


@pytest.mark.req("F01")
def test_a_whole_charter_written_in_the_guide_opens_the_doors(owner, field):
    client = browser(owner)
    write_everything(client, field)
    page = client.get(f"/c/{field.slug}/publish/").text
    assert "Everything is there." in page
    client.post(f"/c/{field.slug}/publish/", {"act": "publish", "note": "Our first words"})
    field.refresh_from_db()
    assert field.stage == "published"
    assert "Our first words" in browser().get(f"/c/{field.slug}/charter/versions/").text
    client.post(f"/c/{field.slug}/publish/", {"act": "selection", "selection": "questions"})
    client.post(f"/c/{field.slug}/publish/", {"act": "open"})
    field.refresh_from_db()
    assert field.recruiting
    assert field.selection == "questions"
    assert "Ask to join" in browser().get(f"/c/{field.slug}/").text
    client.post(f"/c/{field.slug}/publish/", {"act": "close"})
    client.post(f"/c/{field.slug}/publish/", {"act": "unpublish"})
    assert browser().get(f"/c/{field.slug}/").status_code == 404


@pytest.mark.req("P22")
def test_a_fee_cannot_be_chosen_and_says_why(owner, field):
    client = browser(owner)
    page = client.get(f"/c/{field.slug}/publish/").text
    assert "This community has no books yet." in page
    client.post(f"/c/{field.slug}/publish/", {"act": "selection", "selection": "fee"})
    field.refresh_from_db()
    assert field.selection != "fee"


def test_settings_change_name_colour_and_address(owner, field):
    client = browser(owner)
    path = f"/c/{field.slug}/settings/"
    said = {"name": "Blue Field", "sentence": "Another sentence.", "slug": "blue-field",
            "brand_colour": "#ffe600", "language": "en", "time_zone": "Europe/Berlin"}  # fmt: skip
    assert client.post(path, said)["Location"] == "/c/blue-field/settings/"
    assert "/theme/ffe600.css" in client.get("/c/blue-field/").text
    taken = client.post("/c/blue-field/settings/", {**said, "slug": "admin"})
    assert taken.status_code == 422
    assert 'id="id_slug_error"' in taken.text


def picture(kind="PNG"):
    """A small picture as a file."""
    out = BytesIO()
    Image.new("RGB", (64, 40), "#336699").save(out, kind)
    return SimpleUploadedFile("symbol.png", out.getvalue(), "image/png")


@pytest.mark.req("F22")
def test_a_symbol_is_uploaded_shown_and_removed(owner, field):
    client = browser(owner)
    path = f"/c/{field.slug}/settings/symbol/"
    client.post(path, {"symbol": picture()})
    field.refresh_from_db()
    assert field.symbol.startswith("symbol/")
    assert f"/media/{field.symbol}" in client.get(f"/c/{field.slug}/").text
    shown = client.get(f"/media/{field.symbol}")
    assert shown["Content-Type"] == "image/webp"
    assert shown["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in shown["Content-Security-Policy"]
    assert client.get(f"/c/{field.slug}/icon-192.png").status_code == 200
    client.post(path, {"remove": "1"})
    field.refresh_from_db()
    assert field.symbol == ""


def test_a_file_that_is_no_picture_is_refused_with_the_way_back(owner, field):
    evil = SimpleUploadedFile("symbol.png", b"<svg onload=alert(1)>", "image/png")
    answer = browser(owner).post(f"/c/{field.slug}/settings/symbol/", {"symbol": evil})
    assert answer.status_code == 422
    assert "not a picture" in answer.text
    assert browser(owner).post(f"/c/{field.slug}/settings/symbol/", {}).status_code == 422


@pytest.mark.req("F15")
def test_two_found_together_by_a_link(owner, field):
    client = browser(owner)
    path = f"/c/{field.slug}/cofounders/"
    assert client.post(path, {"terms": "short", "share_percent": "50"}).status_code == 422
    client.post(path, {"terms": "She grows, I sell, we decide together.", "share_percent": "50"})
    link = re.search(r"/cofound/[\w-]+/", client.get(path).text).group(0)
    assert "She grows, I sell" in browser().get(link).text
    second = makers.person("Grace")
    rules = queries.current_rules(field)
    browser(second).post(link, {"accepted_rules": "on"} if rules else {})
    assert "owner" in queries.standing(second, field).roles
    assert browser(makers.person("Late")).get(link).status_code == 409


@pytest.mark.req("F15")
def test_an_offer_can_be_withdrawn(owner, field):
    client = browser(owner)
    path = f"/c/{field.slug}/cofounders/"
    client.post(path, {"terms": "She grows, I sell, we decide together.", "share_percent": "50"})
    link = re.search(r"/cofound/([\w-]+)/", client.get(path).text)
    client.post(f"{path}{link.group(1)}/withdraw/")
    assert browser(makers.person("Grace")).get(link.group(0)).status_code == 409
    assert "Withdrawn" in client.get(path).text


@pytest.mark.req("F22")
def test_the_sign_of_the_charter_is_the_symbol_until_there_is_a_picture(owner, field):
    client = browser(owner)
    client.post(f"/c/{field.slug}/guide/identity/", {"mark": "🌾", "colour": "#225588"})
    assert "🌾</text>" in client.get(f"/c/{field.slug}/").text
    client.post(f"/c/{field.slug}/settings/symbol/", {"symbol": picture()})
    client.post(f"/c/{field.slug}/guide/identity/", {"mark": "🌻", "colour": "#225588"})
    assert "🌻</text>" not in client.get(f"/c/{field.slug}/").text
    client.post(f"/c/{field.slug}/settings/symbol/", {"remove": "1"})
    assert "🌻</text>" in client.get(f"/c/{field.slug}/").text


def test_a_founder_who_is_alone_sees_the_way_out_and_takes_it(field, owner):
    page = browser(owner)
    before = page.get(f"/c/{field.slug}/leave/").text
    assert f"/c/{field.slug}/close/" in before
    assert "nobody has to agree" not in before
    wrong = page.post(f"/c/{field.slug}/close/", {"name": "Grey Field", "reason": "Sold."})
    assert wrong.status_code == 422
    assert "not the name" in wrong.text
    done = page.post(f"/c/{field.slug}/close/", {"name": field.name, "reason": "Sold <b>"})
    assert done.status_code == 302
    told = (("", "Sold &lt;b&gt;"), ("close/", "Open it again"), ("desk/export/", "archive"))
    for place, said in told:
        shown = page.get(f"/c/{field.slug}/{place}")
        assert (shown.status_code, said in shown.text) == (200, True), place
    assert page.get(f"/c/{field.slug}/guide/").status_code == 409
    assert page.post(f"/c/{field.slug}/leave/", {}).status_code == 302
    assert browser().get(f"/c/{field.slug}/").status_code == 404


def test_a_closed_community_says_so_at_the_door_and_opens_again(field, owner):
    Community.objects.filter(pk=field.pk).update(stage="published", published_at=field.founded_at)
    actions.close_community(actor=owner, community=field, name=field.name, reason="Sold.")
    assert "This community is closed." in browser().get(f"/c/{field.slug}/").text
    assert browser(owner).post(f"/c/{field.slug}/close/", {"act": "reopen"}).status_code == 302
    field.refresh_from_db()
    assert field.stage == "private"


def test_a_goal_is_only_offered_for_locking_once_it_is_complete(owner, field):
    client, path = browser(owner), f"/c/{field.slug}/guide/goal/"
    CharterDraft.objects.filter(community=field).update(values=draft(field) | {"goal": {}})
    asked = client.get(path).text
    assert "This is still missing: What is counted?" in asked
    assert "confirm/" not in asked
    refused = client.post(f"{path}confirm/")
    assert refused.status_code == 422
    assert refused.text.count('id="due_on_error"') == 1
    complete = {"metric": "boxes", "target": 80, "due_on": "2031-01-01"}
    CharterDraft.objects.filter(community=field).update(values=draft(field) | {"goal": complete})
    shown = client.get(path).text
    assert "voting does not exist here yet" in shown
    assert "confirm/" in shown


def test_what_is_not_built_is_offered_and_published_as_an_intention_only(owner, field):
    page = browser(owner).get(f"/c/{field.slug}/guide/purpose/").text
    later = page.split("What we intend to do later")[1]
    assert 'value="shop"' in later
    assert 'value="help"' not in later
    CharterDraft.objects.filter(community=field).update(
        values=draft(field) | {"purpose": {"purpose": "sell", "modules": ["help", "shop"]}}
    )
    charter = queries.preview_charter(field, owner)
    told = next(s for s in charter.sections if s.of.id == "purpose")
    modules = next(f for f, _value in told.fields if f.id == "modules")
    assert queries.say_value(modules, ["help", "shop"], "en") == [
        "Help and skills",
        "Shop (planned)",
    ]


def test_a_newcomer_is_welcomed_until_they_say_thank_you(owner, field):
    values = draft(field)
    values["joining"] = {**values.get("joining", {}), "welcome": "Good that you came."}
    CharterDraft.objects.filter(community=field).update(values=values)
    who = makers.person("Mei")
    actions.admit(person=who, community=field, via="invitation", accepted_rules=1)
    client, home = browser(who), f"/c/{field.slug}/"
    assert "Good that you came." in client.get(home).text
    assert "Ada" in client.get(home).text
    assert "New here" not in client.get(home).text
    assert "Good that you came." not in browser(owner).get(home).text
    client.post(f"{home}welcomed/")
    assert "Good that you came." not in client.get(home).text
    with travel(now() + timedelta(days=15)):
        assert "Good that you came." not in browser(who).get(home).text


@pytest.mark.req("N22")
def test_nothing_counts_as_done_before_a_word_was_written(owner, field):
    assert queries.guide(field, owner).done == 0
    held = next(s for s in queries.gates(field) if s.id == "own_words")
    told = {reason.text["en"] for reason in held.reasons}
    assert "“With whom?” is still empty." in told
    assert any("Mission" in text and "blueprint suggests" in text for text in told)


def test_the_address_is_shown_before_it_stays_and_afterwards_only_read(owner, field):
    client = browser(owner)
    page = client.get(f"/c/{field.slug}/publish/").text
    assert "This address stays from then on" in page
    assert f'href="/c/{field.slug}/publish/">Go there' not in page
    Community.objects.filter(pk=field.pk).update(published_at=field.founded_at)
    shown = client.get(f"/c/{field.slug}/settings/").text
    assert re.search(r'name="slug"[^>]* disabled', shown)
    client.post(f"/c/{field.slug}/settings/", {"slug": "other"})
    field.refresh_from_db()
    assert field.slug != "other"
