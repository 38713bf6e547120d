"""What cannot be done at the desk is said clearly, and nothing is half done."""

import pytest
from django.test import Client

from qunluo.community import actions, queries
from qunluo.community.models import Membership
from qunluo.governance.models import Measure
from tests.community import makers

pytestmark = pytest.mark.django_db


def browser(who, language="en"):
    """A browser in which somebody is signed in."""
    client = Client(headers={"accept-language": language})
    client.force_login(who, backend="django.contrib.auth.backends.ModelBackend")
    client.cookies["django_language"] = language
    return client


@pytest.fixture
def farm(db):
    """A farm with rules and a vetted door."""
    return makers.community(makers.person("Ada"), rules=makers.RULES, selection="vetting")


@pytest.fixture
def member(farm):
    """A membership to be looked after."""
    return makers.membership(makers.member(farm, "Mei"), farm)


@pytest.fixture
def waiting(farm):
    """Somebody at the door."""
    return actions.apply(actor=makers.person("Bo"), community=farm, accepted_rules=1)


def send(farm, path, values, language="en"):
    """Post to a page of the desk as the owner."""
    return browser(farm.owner, language).post(f"/c/{farm.slug}/desk/{path}", values)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_measure_without_a_word_on_what_happened_is_not_taken(farm, member, language):
    answer = send(farm, f"members/{member.pk}/measure/", {"kind": "remove", "rule_id": "r1"},
                  language)  # fmt: skip
    assert answer.status_code == 422
    assert 'id="id_reason_error"' in answer.text
    assert not Measure.objects.exists()


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"kind": "suspend"}, "days"),
        ({"kind": "suspend", "days": "4000"}, "days"),
        ({"kind": "behead"}, "kind"),
        ({"kind": "warn", "rule_id": "r99"}, "rule_id"),
        ({"kind": "warn", "reason": "x" * 5000}, "reason"),
    ],
)
def test_a_measure_that_makes_no_sense_is_marked_where_it_does_not(farm, member, said, field):
    given = {"rule_id": "r1", "reason": "Shouted.", **said}
    answer = send(farm, f"members/{member.pk}/measure/", given)
    assert answer.status_code == 422
    assert f'id="id_{field}_error"' in answer.text
    assert not Measure.objects.exists()
    assert Membership.objects.get(pk=member.pk).status == "active"


def test_a_refusal_needs_a_reason(farm, waiting):
    answer = send(farm, f"applications/{waiting.pk}/", {"accept": "no", "reason": "  "})
    assert answer.status_code == 422
    waiting.refresh_from_db()
    assert waiting.state == "waiting"


def test_what_was_decided_once_is_not_decided_again(farm, waiting):
    path = f"applications/{waiting.pk}/"
    assert send(farm, path, {"accept": "no", "reason": "Too far."}).status_code == 302
    assert send(farm, path, {"accept": "yes"}).status_code == 422
    waiting.refresh_from_db()
    assert (waiting.state, waiting.reason) == ("refused", "Too far.")


@pytest.mark.parametrize(
    ("said", "field"),
    [({}, "badge"), ({"name": "emperor"}, "name"), ({"name": "host", "expires_on": "soon"},
                                                    "expires_on")],
)  # fmt: skip
def test_a_role_that_there_is_not_cannot_be_given(farm, member, said, field):
    before = queries.permissions_of(member.person, farm)
    answer = send(farm, f"members/{member.pk}/give/", said)
    assert answer.status_code == 422
    assert f'id="id_{field}_error"' in answer.text
    assert queries.permissions_of(member.person, farm) == before


@pytest.mark.parametrize(
    ("path", "said"),
    [("note/", {"text": ""}), ("tag/", {"name": ""}), ("tag/", {"name": "x" * 99})],
)
def test_an_empty_note_or_an_endless_tag_is_refused_with_the_way_back(farm, member, path, said):
    answer = send(farm, f"members/{member.pk}/{path}", said)
    assert 400 <= answer.status_code < 500
    assert "<h1>" in answer.text
    record = queries.member_record(member.pk, viewer=farm.owner)
    assert not list(record.notes)
    assert not list(record.tags)


def test_only_somebody_who_may_host_becomes_a_host(farm, member):
    stranger = makers.person("Out")
    answer = send(farm, f"members/{member.pk}/host/", {"host": str(stranger.pk)})
    assert 400 <= answer.status_code < 500
    member.refresh_from_db()
    assert member.host_id is None


def test_nothing_is_done_for_nobody(farm):
    client = browser(farm.owner)
    answer = client.post(f"/c/{farm.slug}/desk/members/together/", {"tag": "baker"}, follow=True)
    assert "Choose members, and a tag or a host for them." in answer.text


@pytest.mark.parametrize("query", ["dormant_days=often", "joined_after=yesterday", "role=emperor"])
def test_a_filter_that_cannot_be_understood_filters_nothing(farm, member, query):
    page = browser(farm.owner).get(f"/c/{farm.slug}/desk/members/?{query}")
    assert page.status_code == 200
    assert "Mei" in page.text


def test_a_segment_keeps_only_filters_that_there_are(farm, member):
    client = browser(farm.owner)
    client.post(
        f"/c/{farm.slug}/desk/members/segments/",
        {"name": "Bakers", "query": "tag=baker&evil=1&after=9"},
    )
    (kept,) = queries.segments(farm, viewer=farm.owner)
    assert kept.segment.filters == {"tag": "baker"}


@pytest.mark.parametrize("path", ["log/?before=x", "applications/?state=x", "members/0/"])
def test_a_mangled_address_breaks_nothing(farm, path):
    assert browser(farm.owner).get(f"/c/{farm.slug}/desk/{path}").status_code in {200, 404}


@pytest.mark.req("F29")
def test_the_desk_leads_each_role_only_to_what_it_may_open(farm):
    tabs = {}
    for role in ("host", "operator"):
        who = makers.member(farm, role.title(), role=role)
        page = browser(who).get(f"/c/{farm.slug}/desk/").text
        shown = page.split('class="desk-tabs"')[1].split("</nav>")[0]
        tabs[role] = [part.split('"')[0] for part in shown.split('href="')[1:]]
        for href in tabs[role]:
            assert browser(who).get(href).status_code == 200, (role, href)
    assert set(tabs["host"]) < set(tabs["operator"])
