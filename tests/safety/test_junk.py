"""What no page sends: forms and the API refuse it in words and keep nothing of it."""

import json
from urllib.parse import quote

import pytest
from django.contrib.sessions.models import Session
from django.db import connection

from tests.api.conftest import Door
from tests.api.test_matrix import PLACES, path_of
from tests.safety import api
from tests.safety.crawl import WRITERS, place
from tests.safety.page import Page
from tests.safety.state import changed, held, writing, written_to
from tests.web.everybody import taken_back

pytestmark = pytest.mark.django_db
FORM = "application/x-www-form-urlencoded"
# As the bytes of a form: a lone surrogate has none in UTF-8, only what would be them.
JUNK = {
    "a NUL byte": quote("a\0b"),
    "half a pair": "%ED%A0%80",
    "a negative number": "-1",
    "a number without end": "9" * 60,
    "no number": "NaN",
    "an id of nobody": str(2**40),
}
# All of it at PostgreSQL, which is stricter about texts; SQLite fails at numbers in its own way.
KINDS = list(JUNK) if connection.vendor == "postgresql" else ["a number without end"]
# Numbers like any other to the database: one field of a form at a time tells more than all at once.
ALONE = {"a negative number", "no number"}
# Any text may say these; what they try is a field that takes a number, a day or one of several.
NUMBERS = {"a negative number", "a number without end", "no number", "an id of nobody"}
MEGABYTE = "x" * 1_000_000
LONGEST_ROW = 200_000  # characters; whatever is longer was never meant to be kept
DONE_HERE = {
    "dealers:codes",
    "people:unsubscribe",
    "reach:stop",
    "me:data",
}  # answer a form that was taken with a page or a file
# What is kept all the same: a draft takes the answers that fit and says what is wrong with others.
KEPT = {"founding:step": {"community_charterdraft", "community_community", "kernel_eventrecord"}}
# Takes a file away, which no savepoint gives back.
WITH_A_FILE = {"growth:import_cancel"}


def forms(crawl):
    """Every form once, with somebody who sees it."""
    found = {}
    for role in WRITERS:
        for form in crawl.forms(role):
            found.setdefault(place(form.action), (role, form))
    return [one for (name, _step), one in found.items() if name not in WITH_A_FILE]


def coded(sent):
    """The body of a form whose values are coded already."""
    return "&".join(f"{quote(name)}={value}" for name, value in sent)


def longest_of(written):
    """How long the longest row is of the tables that were written to."""
    return held(written_to(written))[1]


def wrong_with(answer, before, written, form, what):
    """What is wrong with the answer to junk: an error of ours, something kept, or no word."""
    (name, step), text = place(form.action), ""
    told = f"{name} {step or ''}, {what}: {answer.status_code}"
    if answer.status_code >= 500:
        return [f"{told} {answer.exc_info[1]!r}"[:300]]
    if answer.status_code == 302 or name in DONE_HERE:
        return [f"{told} kept a megabyte"] if longest_of(written) > LONGEST_ROW else []
    if answer["Content-Type"].startswith("text/html"):
        text = answer.text
    kept = [table for table in changed(before, written) if table not in KEPT.get(name, ())]
    said = not text or any(tag == "h1" for tag, _said in Page(text).tags)
    return [f"{told} changed {table}" for table in kept] + ([] if said else [f"{told} no word"])


def throw(crawl, what, bodies):
    """Post to every form each of the bodies made of it; return what was wrong."""
    before, wrong = held(), []
    for role, form in forms(crawl):
        for body in bodies(form):
            with taken_back(), writing() as written:
                answer = crawl.browser(role).post(form.action, body, content_type=FORM)
                wrong += wrong_with(answer, before, written, form, what)
    return wrong


def test_what_is_written_is_noticed_and_what_is_kept_about_requests_is_not(world):
    before = held()
    with taken_back(), writing() as written:
        Session.objects.all().update(session_data="")
        assert written == []
        type(world.farm).objects.filter(pk=world.farm.pk).update(name="Other")
        assert changed(before, written) == ["community_community"]


QUICK = {"half a pair", "a number without end"}


# Refused before anything is asked of the database, and so on SQLite alone.
ABOVE = {"a list", "an object", "nothing"}


def some(kinds):
    """Those kinds, of which the plain suite takes a few."""
    slow, above = pytest.mark.slow, pytest.mark.above_the_database
    marks = {kind: [] if kind in QUICK else [slow] for kind in kinds}
    return [pytest.param(k, marks=marks[k] + [above] * (k in ABOVE)) for k in kinds]


@pytest.mark.req("O02")
@pytest.mark.parametrize("what", some([kind for kind in KINDS if kind not in ALONE]))
def test_a_form_full_of_junk_is_refused_in_words_and_nothing_is_kept(what, crawl):
    assert throw(crawl, what, lambda form: [coded((n, JUNK[what]) for n in form.fields)]) == []


@pytest.mark.slow
@pytest.mark.parametrize("what", KINDS)
def test_junk_in_one_field_is_refused_in_words_and_nothing_is_kept(what, crawl):
    def bodies(form):
        sent = {name: quote(value) for name, value in form.filled().items()}
        for name in form.fields.keys() - (form.typed if what in NUMBERS else ()):
            yield coded({**sent, name: JUNK[what]}.items())

    assert throw(crawl, what, bodies) == []


@pytest.mark.slow
def test_a_megabyte_is_never_kept(crawl):
    def bodies(form):
        sent = {name: quote(value) for name, value in form.filled().items()}
        for name in (form.typed or list(form.fields))[:1]:
            yield coded({**sent, name: MEGABYTE}.items())

    assert throw(crawl, "a megabyte", bodies) == []


@pytest.mark.slow
@pytest.mark.above_the_database
def test_a_form_without_its_fields_and_one_with_each_of_them_twice_break_nothing(crawl):
    def bodies(form):
        sent = [(name, quote(value)) for name, value in form.filled().items()]
        return ["&&&=&%&", coded([*sent, *sent])]

    assert throw(crawl, "other fields", bodies) == []


@pytest.mark.slow
@pytest.mark.above_the_database
def test_another_kind_of_body_than_a_form_breaks_nothing(crawl):
    before, wrong = held(), []
    for kind, body in (
        ("application/json", '{"name": {"$gt": ""}}'),
        ("text/xml", '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'),
        ("multipart/form-data; boundary=x", "--x\r\nbroken"),
        ("multipart/form-data", "no boundary"),
    ):
        for role, form in forms(crawl)[::3]:
            with taken_back(), writing() as written:
                answer = crawl.browser(role).post(form.action, body, content_type=kind)
                wrong += wrong_with(answer, before, written, form, kind)
    assert wrong == []


# The API: what a schema refuses is fuzzed in tests/api/test_contract.py; here is what fits or
# nearly fits it.
VALUES = {
    "a NUL byte": "a\0b",
    "half a pair": "\ud800",
    "a number without end": 10**60,
    "a number too large": 2**63,
    "a negative number": -1,
    "a list": [[[]]],
    "an object": {"$gt": ""},
    "nothing": None,
}


def wrong_with_problem(answer, before, written, what):
    """What is wrong with the answer of the API to junk."""
    told = f"{what}: {answer.status_code}"
    if answer.status_code >= 500:
        return [f"{told} {answer.text[:200]}"]
    if answer.status_code < 400:
        return [f"{told} kept a megabyte"] if longest_of(written) > LONGEST_ROW else []
    # When a token was last used is noted whatever comes of it.
    wrong = [f"{told} changed {t}" for t in changed(before, written) if t != "people_apitoken"]
    said = json.loads(answer.content)
    clear = said.get("code") and said.get("detail") and said.get("next_step")
    return wrong if clear else [*wrong, f"{told} without a word"]


def throw_at_api(world, body_of):
    before, wrong = held(), []
    for name in api.WRITES:
        body = body_of(name)
        if body is not None and api.fields_of(name):
            with taken_back(), writing() as written:
                answer = api.send(world, "owner", name, body)
                wrong += wrong_with_problem(answer, before, written, name)
    return wrong


@pytest.mark.req("O02", "API")
@pytest.mark.parametrize("what", some(VALUES))
def test_junk_for_the_api_is_refused_in_words_and_nothing_is_kept(what, world):
    def body_of(name):
        return {**(api.WRITES[name].body or {}), **dict.fromkeys(api.fields_of(name), VALUES[what])}

    assert throw_at_api(world, body_of) == []


@pytest.mark.slow
@pytest.mark.above_the_database
def test_a_megabyte_in_any_one_text_of_the_api_is_refused(world):
    taken = []
    for name in api.WRITES:
        for field in api.texts_of(name):
            with taken_back():
                body = {**(api.WRITES[name].body or {}), field: MEGABYTE}
                answer = api.send(world, "owner", name, body)
                taken += [f"{name}.{field}"] if answer.status_code < 400 else []
    assert taken == []


@pytest.mark.slow
@pytest.mark.above_the_database
def test_a_key_that_comes_twice_and_an_unknown_one_break_nothing(world):
    before, wrong = held(), []
    for name, row in api.WRITES.items():
        method, path = PLACES[name][0], path_of(world, name)
        said = json.dumps(row.body or {})[1:-1]
        for body in (f"{{{said}, {said}}}", '{"nobody_knows": 1}', "[]", ""):
            with taken_back(), writing() as written:
                call = getattr(Door(world.tokens["owner"]).client, method)
                headers = {"Authorization": f"Bearer {world.tokens['owner']}"}
                given = {"content_type": "application/json", "headers": headers}
                answer = call(f"/api/v1{path}", body, **given)
                wrong += wrong_with_problem(answer, before, written, f"{name} {body[:30]}")
    assert wrong == []
