"""Queries that are put together once say what their QuerySets say."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection
from django.db.models import Exists, F, OuterRef

from qunluo.community.models import Community, Grant, Membership
from qunluo.kernel.clock import now, travel
from qunluo.kernel.models import OnceKey
from qunluo.kernel.prepared import ask, first, insert, objects, padded
from qunluo.kernel.tx import write_tx
from qunluo.people.models import Person
from tests.community.makers import community, member

pytestmark = pytest.mark.django_db


def people(given):
    return Person.objects.filter(pk__in=given).order_by("pk").values_list(
        "pk", "name", "joined_at", "is_staff", "visibility", "erased_at"
    )  # fmt: skip


def test_rows_are_what_the_queryset_says_whatever_stands_in_them():
    farm = community()
    ids = [member(farm).pk for _one in range(3)]
    for wanted in (ids, ids[:2], ids[::-1]):
        assert ask("", people, wanted) == list(people(wanted))
    assert ask("", people, []) == []


def test_a_query_is_put_together_once_for_each_shape_and_answers_for_others():
    farm, shop = community(), community()
    built = []

    def build(given):
        built.append(given)
        return Community.objects.filter(slug=given[0], pk=given[1]).values_list("name")

    assert ask("", build, [farm.slug, farm.pk]) == [(farm.name,)]
    assert ask("", build, [shop.slug, shop.pk]) == [(shop.name,)]
    assert ask("", build, [farm.slug, shop.pk]) == []
    assert len(built) == 1


def test_a_small_column_takes_a_number_on_both_databases():
    farm = community()
    who = member(farm)

    def build(given):
        return Membership.objects.filter(community_id=given[0], number=given[1])

    number = Membership.objects.get(community=farm, person=who).number
    assert first("", build, [farm.pk, number]).person_id == who.pk
    assert first("", build, [farm.pk, 2**31 - 1]) is None


def test_now_is_the_moment_of_asking_not_of_the_first_time():
    farm = community()
    who = member(farm, role="host")
    Grant.objects.filter(person=who).update(expires_at=now() + timedelta(days=2))

    def build(given):
        soon = now() + timedelta(days=1)
        return Grant.objects.filter(person_id=given[0], expires_at__gt=soon).values_list("name")

    assert ask("", build, [who.pk]) == [("host",)]
    with travel(now() + timedelta(hours=25)):
        assert ask("", build, [who.pk]) == []
    assert ask("", build, [who.pk]) == [("host",)]


def test_objects_come_with_what_was_selected_and_annotated():
    farm = community()
    who = member(farm, role="operator")

    def build(given):
        held = Grant.objects.filter(person=OuterRef("person"), name="operator")
        found = Membership.objects.filter(person_id=given[0]).select_related("community")
        return found.annotate(runs=Exists(held), called=F("person__name"))

    found = first("", build, [who.pk])
    known = build([who.pk]).get()
    fields = [one.attname for one in Membership._meta.concrete_fields]
    assert [getattr(found, name) for name in fields] == [getattr(known, name) for name in fields]
    assert found.community == farm
    assert found.community.facts == known.community.facts
    assert (found.runs, found.called) == (True, who.name)
    assert not found._state.adding
    assert objects("", build, [0]) == []
    assert first("", build, [0]) is None


def test_what_is_given_and_does_not_stand_by_itself_is_refused():
    def build(given):
        return Person.objects.filter(name__contains=given[0]).values_list("pk")

    with pytest.raises(ValueError, match="stands by itself"):
        ask("", build, ["a"])


def test_lists_are_padded_to_few_lengths():
    assert padded([]) == []
    assert padded([3]) == [3]
    assert padded([5, 3, 5, 1]) == [1, 3, 5, 0]
    assert len(padded(range(1, 34))) == 64


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite plans in no time")
def test_postgresql_plans_a_statement_once_whatever_the_size_of_the_numbers(
    django_assert_num_queries,
):
    for given in ([1, 2], [70_000, 2], [2, 5_000_000_000], [3, 4]):
        with django_assert_num_queries(1) as asked:
            ask("plans", people, given)
    assert str(given[0]) in asked.captured_queries[0]["sql"]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT generic_plans + custom_plans FROM pg_prepared_statements"
            " WHERE statement LIKE %s AND statement LIKE %s",
            ["%people_person%", "%$2%"],
        )
        assert [row[0] for row in cursor.fetchall()] == [3]


def test_rows_that_are_written_at_once_are_what_save_would_write():
    farm, moment = community(), now()
    rows = [
        OnceKey(scope="s", key=f"k{n}", response={"n": [n, None]}, expires_at=moment, digest="d")
        for n in range(3)
    ]
    insert(rows)
    assert [OnceKey.objects.get(pk=one.pk).response for one in rows] == [
        one.response for one in rows
    ]
    assert OnceKey.objects.get(key="k1").expires_at == moment
    who = member(farm)
    saved = Grant.objects.create(
        community=farm, person=who, kind="badge", name="a", granted_at=moment
    )
    other = Grant(community=farm, person=who, kind="badge", name="b", granted_at=moment)
    insert([other])
    assert not other._state.adding
    found = [Grant.objects.filter(pk=one.pk).values().get() for one in (saved, other)]
    differ = {name for name in found[0] if found[0][name] != found[1][name]}
    assert differ == {"id", "name"}
    with pytest.raises(IntegrityError), write_tx():
        insert([OnceKey(scope="s", key="k1", expires_at=moment, digest="d")])
