"""Asking to be let into a circle on the map: its host answers, with a reason when it is a no."""

from datetime import timedelta

import pytest

from qunluo.community import actions as communities
from qunluo.conversation import actions, queries
from qunluo.conversation.errors import (
    AlreadyInside,
    AskedAlready,
    AskedLately,
    AskingSettled,
    InvalidAsking,
    NotReachable,
    NotTheHost,
    SpaceNotFound,
)
from qunluo.conversation.models import CircleAsking, Space
from qunluo.governance import actions as governance
from qunluo.kernel.clock import now
from qunluo.kernel.delivery import drain
from qunluo.people.queries import get_person
from qunluo.reach import queries as reach
from qunluo.reach.models import Notice
from qunluo.reach.queries.notices import views
from tests.conversation.makers import community, member, membership, suspend

pytestmark = [pytest.mark.django_db, pytest.mark.req("C12", "G10")]


@pytest.fixture
def farm():
    made = community()
    made.mei, made.li, made.bo = (member(made, name) for name in ("Mei", "Li", "Bo"))
    made.bread = actions.begin_circle(
        actor=made.mei, community=made, name="Bread", people=[made.li.handle], listed=True
    )
    return made


def ask(farm, who, text="I have an oven.", circle=None):
    slug = (circle or farm.bread).slug
    return actions.ask_into_circle(actor=who, community=farm, slug=slug, text=text)


def answer(farm, asking, who=None, **more):
    return actions.answer_asking(
        actor=who or farm.mei, space=farm.bread, asking_id=asking.pk, **more
    )


def told(who):
    drain()
    mine = Notice.objects.filter(person=who, subject="circle").order_by("pk")
    return [(one.what, reach.known_of(who, [one])[one.pk].path) for one in mine]


def test_a_host_lets_somebody_in_who_asked_with_a_sentence(farm):
    made = ask(farm, farm.bo)
    assert ask(farm, farm.bo).pk == made.pk, "sent twice it is one"
    path = f"/c/{farm.slug}/talk/in/{farm.bread.slug}/circle/"
    assert told(farm.mei) == [("asks_into_circle", path)]
    assert not told(farm.li), "only the host decides"
    (one,) = queries.askings_in(farm.bread, viewer=farm.mei)
    assert (one.person.name, one.text) == ("Bo", "I have an oven.")
    assert queries.own_askings(farm, viewer=farm.bo)[farm.bread.pk].waits
    for stranger in (farm.li, farm.owner, farm.bo):
        with pytest.raises((NotTheHost, SpaceNotFound)):
            answer(farm, made, stranger, accept=True)
    answer(farm, made, accept=True)
    assert told(farm.bo) == [("let_into_circle", path)]
    assert "Bo" in {one.card.name for one in queries.people_of(
        farm, farm.bread.slug, viewer=farm.bo)}  # fmt: skip
    assert not queries.own_askings(farm, viewer=farm.bo)
    assert not queries.askings_in(farm.bread, viewer=farm.mei)
    with pytest.raises(AskingSettled):
        answer(farm, made, accept=False, reason="No")
    with pytest.raises(AlreadyInside):
        ask(farm, farm.bo)


def test_a_no_takes_a_reason_and_counts_for_thirty_days(farm, travel):
    with travel(now()) as clock:
        made = ask(farm, farm.bo)
        for empty in ("", "  ", "x" * 301):
            with pytest.raises(InvalidAsking) as refused:
                answer(farm, made, accept=False, reason=empty)
            assert set(refused.value.fields) == {"reason"}
        answer(farm, made, accept=False, reason="The oven is full until May.")
        (what, path) = told(farm.bo)[0]
        assert (what, path) == (
            "not_let_into_circle", f"/c/{farm.slug}/talk/cells/#c{farm.bread.pk}",
        )  # fmt: skip
        mine = queries.own_askings(farm, viewer=farm.bo)[farm.bread.pk]
        assert (mine.reason, mine.again_at.date()) == (
            "The oven is full until May.", (now() + timedelta(days=30)).date(),
        )  # fmt: skip
        clock.move(timedelta(days=29))
        with pytest.raises(AskedLately):
            ask(farm, farm.bo)
        clock.move(timedelta(days=2))
        assert queries.own_askings(farm, viewer=farm.bo)[farm.bread.pk].again_at is None
        assert ask(farm, farm.bo).state == "asked"


def test_who_asked_takes_it_back_and_asks_again(farm):
    ask(farm, farm.bo)
    with pytest.raises(AskedAlready):
        ask(farm, farm.bo, "Please.")
    given = {"actor": farm.bo, "community": farm, "slug": farm.bread.slug}
    actions.withdraw_asking(**given)
    with pytest.raises(AskingSettled):
        actions.withdraw_asking(**given)
    assert not queries.askings_in(farm.bread, viewer=farm.mei)
    assert ask(farm, farm.bo, "Please.").text == "Please."


def test_what_one_asked_can_be_taken_back_when_the_circle_left_the_map(farm):
    made = ask(farm, farm.bo)
    Space.objects.filter(pk=farm.bread.pk).update(listed=False)
    suspend(farm.bo, farm)
    actions.withdraw_asking(actor=farm.bo, community=farm, slug=farm.bread.slug)
    made.refresh_from_db()
    assert made.state == CircleAsking.State.WITHDRAWN


def test_a_host_who_has_answered_is_called_no_more(farm):
    made = ask(farm, farm.bo)
    drain()
    calls = Notice.objects.filter(person=farm.mei, what="asks_into_circle", read_at=None)
    assert calls.exists()
    answer(farm, made, accept=True)
    assert not calls.exists()


def test_whom_the_host_brings_in_anyway_waits_no_more(farm):
    ask(farm, farm.bo)
    actions.invite_to_circle(actor=farm.li, space=farm.bread, people=[farm.bo.handle])
    assert CircleAsking.objects.get().state == "accepted"
    assert not queries.askings_in(farm.bread, viewer=farm.mei)


def test_only_circles_on_the_map_can_be_asked_for_and_only_by_members(farm):
    hidden = actions.begin_circle(actor=farm.mei, community=farm, name="Secret")
    for who, circle in ((farm.bo, hidden), (farm.owner, hidden)):
        with pytest.raises(SpaceNotFound):
            ask(farm, who, circle=circle)
    for text in ("", "  \n", "y" * 301):
        with pytest.raises(InvalidAsking):
            ask(farm, farm.bo, text)
    suspend(farm.bo, farm)
    with pytest.raises(Exception, match="suspended"):
        ask(farm, farm.bo)


def test_who_keeps_away_from_whom_is_not_asked_and_who_left_asks_no_more(farm):
    made = ask(farm, farm.bo)
    communities.leave(actor=farm.bo, membership=membership(farm.bo, farm), reason="")
    assert not queries.askings_in(farm.bread, viewer=farm.mei)
    with pytest.raises(AskingSettled):
        answer(farm, made, accept=True)
    governance.block(actor=farm.mei, other=farm.owner)
    with pytest.raises(NotReachable):
        ask(farm, farm.owner)


def test_what_was_asked_of_a_host_who_goes_lapses_unread_and_one_can_ask_again(farm):
    made = ask(farm, farm.bo)
    drain()
    actions.leave_circle(actor=farm.mei, space=farm.bread)
    made.refresh_from_db()
    assert made.state == CircleAsking.State.LAPSED
    assert not queries.askings_in(farm.bread, viewer=farm.li), "it was written to somebody else"
    assert [what for what, _path in told(farm.bo)] == ["asking_lapsed"]
    assert not Notice.objects.filter(person=farm.mei, read_at=None, subject="circle").exists()
    with pytest.raises(AskingSettled):
        answer(farm, made, farm.li, accept=True)
    again = ask(farm, farm.bo)
    (one,) = queries.askings_in(farm.bread, viewer=farm.li)
    assert one.id == again.pk


def test_whom_a_block_keeps_away_by_now_asks_no_more(farm):
    made = ask(farm, farm.bo)
    governance.block(actor=farm.bo, other=farm.mei)
    assert not queries.askings_in(farm.bread, viewer=farm.mei)
    for given in ({"accept": True}, {"accept": False, "reason": "No"}):
        with pytest.raises(AskingSettled):
            answer(farm, made, **given)


def test_what_a_host_answered_is_in_their_copy_and_their_words_go_with_them(farm):
    answer(farm, ask(farm, farm.bo), accept=False, reason="Full until May.")
    (mine,) = queries.own_documents(get_person(pk=farm.mei.pk))["askings_answered"]
    assert (mine["space__name"], mine["reason"]) == ("Bread", "Full until May.")
    assert "person" not in mine, "who asked is theirs"
    drain()

    def says():
        rows = Notice.objects.filter(person=farm.bo, what="not_let_into_circle")
        assert "May" not in str(rows.values_list("words", flat=True)), "no copy is kept"
        return views(farm.bo, rows, "en")[0].says

    assert "Full until May." in says()
    actions.erase(farm.mei)
    assert "no longer kept" in says()


def test_what_one_asked_is_in_ones_copy_and_goes_with_one(farm):
    ask(farm, farm.bo)
    (mine,) = queries.own_documents(get_person(pk=farm.bo.pk))["askings"]
    assert (mine["space__name"], mine["text"]) == ("Bread", "I have an oven.")
    actions.erase(farm.bo)
    assert not CircleAsking.objects.exists()
