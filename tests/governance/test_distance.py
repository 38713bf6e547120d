import pytest

from qunluo.conversation import actions as talk
from qunluo.conversation import queries as talking
from qunluo.conversation.errors import NotReachable
from qunluo.conversation.models import Mention
from qunluo.governance import actions, errors, queries
from tests.governance.makers import farm

pytestmark = pytest.mark.django_db


def numbers(person):
    return [card.number for card in talking.stream(person).items]


@pytest.mark.req("C13")
def test_who_is_muted_is_heard_no_more_and_does_not_notice():
    made, cast, _square, opened = farm()
    assert numbers(cast.li) == [opened.number]
    actions.mute(actor=cast.li, other=cast.mei)
    assert numbers(cast.li) == []
    assert queries.hidden_between(cast.li.pk) == {cast.mei.pk}
    assert queries.hidden_between(cast.mei.pk) == frozenset()
    window = talking.read_thread(made, opened.number, viewer=cast.li)
    assert cast.mei.pk in window.hidden
    actions.end_distance(actor=cast.li, other=cast.mei)
    assert numbers(cast.li) == [opened.number]


@pytest.mark.req("C13")
def test_a_block_holds_both_ways():
    made, cast, square, opened = farm()
    theirs = talk.write_post(actor=cast.li, space=square, title="Sun", source="It shines.")
    actions.mute(actor=cast.mei, other=cast.li)
    actions.block(actor=cast.mei, other=cast.li)  # it takes the place of the mute
    assert [one.kind for one in queries.distances(cast.mei)] == ["block"]
    assert queries.distances(cast.li) == []
    assert queries.hidden_between(cast.li.pk) == {cast.mei.pk}
    assert queries.hidden_between(cast.mei.pk) == {cast.li.pk}
    assert numbers(cast.li) == [theirs.number]
    assert numbers(cast.mei) == [opened.number]
    assert queries.are_blocked(cast.li.pk, cast.mei.pk)
    assert not queries.are_blocked(cast.li.pk, cast.owner.pk)


def test_who_is_blocked_cannot_call_the_other_by_name():
    _made, cast, square, _opened = farm()
    actions.block(actor=cast.mei, other=cast.li)
    talk.write_post(actor=cast.li, space=square, title="Hey", source="@Mei and @Operator, look!")
    assert set(Mention.objects.values_list("person_id", flat=True)) == {cast.operator.pk}


def test_a_block_ends_the_talk_of_two():
    made, cast, _square, _opened = farm()
    two = talk.talk_with(actor=cast.li, community=made, handle=cast.mei.handle)
    actions.block(actor=cast.mei, other=cast.li)
    found = talking.get_space(made, two.slug, viewer=cast.li)
    with pytest.raises(NotReachable):
        talk.save_draft(actor=cast.li, space=found, source="Why?")


def test_nobody_keeps_away_from_themself_and_nothing_to_end_is_no_error():
    _made, cast, _square, _opened = farm()
    for act in (actions.mute, actions.block):
        with pytest.raises(errors.NoDistance):
            act(actor=cast.mei, other=cast.mei)
    actions.end_distance(actor=cast.mei, other=cast.li)
    assert queries.distance_to(cast.mei, cast.li.pk) == ""
    assert queries.hidden_between(None) == frozenset()
