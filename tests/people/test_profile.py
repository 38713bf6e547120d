"""What people say about themselves, and who gets to read it."""

import pytest
from django.contrib.auth.models import AnonymousUser

from qunluo.kernel.errors import Invalid
from qunluo.people import actions, queries, rules
from qunluo.people.errors import InvalidProfile, PersonNotFound
from qunluo.people.ports import neighbours
from tests.people.makers import person, picture

pytestmark = pytest.mark.django_db
WORDS = {
    "intro": "I grow pears.",
    "offers": ["repairing bicycles", "listening"],
    "thoughts": "Why do we hurry?",
    "worries": "The dry spring.",
    "wishes": "A well.",
    "tags": ["Hangzhou", "night owl"],
}


@pytest.fixture
def neighbourhood():
    """Let a test say who shares a community, and give the answer back afterwards."""
    before = neighbours._answer
    pairs = set()
    neighbours.answered_by(lambda one, other: frozenset((one, other)) in pairs)
    yield pairs
    neighbours.answered_by(before)


@pytest.mark.req("P21", "P15", "P17")
def test_a_profile_holds_the_whole_person():
    who = person(**WORDS)
    kept = queries.get_person(handle=who.handle)
    assert {field: getattr(kept, field) for field in WORDS} == WORDS


@pytest.mark.req("P21")
def test_strangers_neighbours_and_oneself_see_different_parts(neighbourhood):
    who, stranger, neighbour = person(**WORDS), person(), person()
    neighbourhood.add(frozenset((who.pk, neighbour.pk)))

    for viewer in (None, AnonymousUser(), stranger):
        seen = queries.profile_for(who, viewer)
        assert (seen.intro, seen.offers, seen.thoughts, seen.worries) == (
            WORDS["intro"],
            [],
            "",
            "",
        )
    seen = queries.profile_for(who, neighbour)
    assert (seen.offers, seen.wishes, seen.worries) == (WORDS["offers"], WORDS["wishes"], "")
    assert seen.hidden == {"worries"}
    own = queries.profile_for(who, who)
    assert own.worries == WORDS["worries"]
    assert own.hidden == frozenset()


@pytest.mark.parametrize("field", sorted(rules.VISIBLE))
@pytest.mark.parametrize("audience", sorted(rules.AUDIENCES))
def test_every_field_follows_its_own_choice(field, audience, neighbourhood):
    who, stranger, neighbour = person(**WORDS), person(), person()
    neighbourhood.add(frozenset((who.pk, neighbour.pk)))
    actions.update_profile(actor=who, visibility={field: audience})
    assert bool(getattr(queries.profile_for(who, stranger), field)) is (audience == "everyone")
    assert bool(getattr(queries.profile_for(who, neighbour), field)) is (audience != "me")
    assert bool(getattr(queries.profile_for(who, who), field)) is True


def test_choosing_one_audience_keeps_the_others():
    who = person()
    actions.update_profile(actor=who, visibility={"worries": "everyone"})
    assert who.visibility == {**rules.VISIBLE, "worries": "everyone"}


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": "  "}, "name"),
        ({"name": "x" * 61}, "name"),
        ({"intro": "x" * 301}, "intro"),
        ({"thoughts": "x" * 2001}, "thoughts"),
        ({"offers": [str(n) for n in range(13)]}, "offers"),
        ({"offers": ["x" * 81]}, "offers"),
        ({"tags": [str(n) for n in range(21)]}, "tags"),
        ({"language": "xx"}, "language"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"visibility": {"intro": "friends"}}, "visibility"),
        ({"visibility": {"password": "everyone"}}, "visibility"),
        ({"visibility": {"intro": ["everyone"]}}, "visibility"),
        ({"visibility": "everyone"}, "visibility"),
    ],
)
def test_what_does_not_fit_is_refused_with_the_field(values, field):
    who = person()
    with pytest.raises(InvalidProfile) as refused:
        actions.update_profile(actor=who, **values)
    assert list(refused.value.fields) == [field]
    who.refresh_from_db()
    assert who.name == "Lin Xiaoman"


def test_nothing_but_the_profile_can_be_changed_this_way():
    with pytest.raises(TypeError):
        actions.update_profile(actor=person(), is_staff=True)


def test_text_loses_control_and_direction_characters_and_keeps_its_lines():
    who = person()
    actions.update_profile(
        actor=who, name=" Lin\u202e \x07 Xiaoman ", thoughts="one\r\ntwo\n\n\n\n\x00three",
        tags=[" tea ", "", "tea", "rain\nwind"],
    )  # fmt: skip
    assert who.name == "Lin Xiaoman"
    assert who.thoughts == "one\ntwo\n\nthree"
    assert who.tags == ["tea", "rain wind"]


def test_a_change_that_changes_nothing_publishes_nothing(django_assert_num_queries):
    who = person()
    with django_assert_num_queries(2):  # the savepoint alone
        actions.update_profile(actor=who, name=who.name)


def test_cards_come_in_one_query(django_assert_num_queries):
    people = [person(name=f"Person {n}") for n in range(5)]
    with django_assert_num_queries(1):
        cards = queries.person_card([p.pk for p in people] * 2)
    assert [cards[p.pk].name for p in people] == [p.name for p in people]
    assert cards[people[0].pk].url == f"/p/{people[0].handle}/"


@pytest.mark.parametrize("handle", ["", "\0", "A\0B", "../..", "' OR 1=1", "é" * 500])
def test_a_handle_that_cannot_be_one_is_not_found(handle):
    with pytest.raises(PersonNotFound):
        queries.get_person(handle=handle)


def test_an_unknown_or_erased_handle_is_not_found():
    with pytest.raises(PersonNotFound):
        queries.get_person(handle="NOBODY22")
    gone = person()
    handle = gone.handle
    actions.erase_person(actor=gone)
    with pytest.raises(PersonNotFound):
        queries.get_person(handle=handle)
    with pytest.raises(PersonNotFound):
        queries.get_person(pk=gone.pk)


@pytest.mark.req("P21")
def test_a_picture_is_kept_and_replaced(django_capture_on_commit_callbacks, data_dir):
    who = person()
    actions.set_picture(actor=who, data=picture())
    first = data_dir / "media" / who.picture
    assert first.is_file()
    with django_capture_on_commit_callbacks(execute=True):
        actions.set_picture(actor=who, data=picture())
    assert not first.exists()
    actions.set_picture(actor=who, data=None)
    assert who.picture == ""
    assert queries.picture_url(who) == f"/p/{who.handle}/avatar.svg"


def test_what_is_not_a_picture_leaves_the_old_one():
    who = person()
    actions.set_picture(actor=who, data=picture())
    before = who.picture
    with pytest.raises(Invalid):
        actions.set_picture(actor=who, data=b"<svg onload=alert(1)>")
    who.refresh_from_db()
    assert who.picture == before
