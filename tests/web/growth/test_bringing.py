"""Who brings whom, seats for members, badges that are seen, and hosts with customers (G04, M11)."""

import pytest

from qunluo.community.actions import leave
from qunluo.community.queries import get_membership
from qunluo.growth import actions, queries
from qunluo.growth.models import Customer, FoundingContact, InviterAllowance
from qunluo.people.queries import get_person
from tests.community.makers import member, person
from tests.web.growth.conftest import browser

LANGUAGES = pytest.mark.parametrize("language", ["en", "zh-hans"])


def came(farm, inviter, name):
    """A member who came by an invitation of somebody."""
    made = actions.create_invitation(actor=inviter, community=farm, max_uses=1)
    guest = person(name)
    actions.accept_invitation(actor=guest, code=made.code, accepted_rules=1)
    return guest


@pytest.fixture
def li(farm):
    """A member who has brought two people."""
    made = member(farm, "Li")
    for name in ("Wang", "Zhao"):
        came(farm, made, name)
    return made


@LANGUAGES
@pytest.mark.req("G04")
def test_who_brings_whom_is_told_with_names_and_places(farm, li, language):
    page = browser(farm.owner, language).get(f"/c/{farm.slug}/invitations/inviters/").text
    told = ("brought 2 people", "2 of 10 places given") if language == "en" else (
        "带来 2 人", "已送出 2 / 10 个名额")  # fmt: skip
    for text in ("Li", "Wang", "Zhao", *told):
        assert text in page
    assert f"/c/{farm.slug}/invitations/inviters/" in (
        browser(farm.owner).get(f"/c/{farm.slug}/invitations/").text
    )


def test_many_inviters_are_told_in_a_bounded_number_of_questions(
    farm, li, django_assert_max_num_queries
):
    came(farm, farm.owner, "Sun")
    path, client = f"/c/{farm.slug}/invitations/inviters/", browser(farm.owner)
    with django_assert_max_num_queries(22):
        client.get(path)
    for name in ("Zhou", "Wu", "Zheng"):
        came(farm, member(farm, name), f"{name} 2")
    with django_assert_max_num_queries(22):
        client.get(path)


def test_members_see_whom_they_brought_and_nobody_elses(farm, li):
    own = browser(li).get(f"/c/{farm.slug}/invitations/").text
    assert "Whom you brought" in own
    assert "Wang" in own
    other = browser(member(farm, "Qian"))
    assert "Whom you brought" not in other.get(f"/c/{farm.slug}/invitations/").text
    assert other.get(f"/c/{farm.slug}/invitations/inviters/").status_code == 403


def test_somebody_who_left_is_named_but_leads_nowhere(farm, li):
    wang = queries.brought_by_one(li, farm)[-1].person
    who = get_person(pk=wang.id)
    leave(actor=who, membership=get_membership(who, farm))
    page = browser(farm.owner).get(f"/c/{farm.slug}/invitations/inviters/").text
    assert wang.name in page
    assert f"/members/{wang.handle}/" not in page


@pytest.mark.req("G04")
def test_places_are_given_on_the_page_and_can_be_used_at_once(farm, li):
    client, path = browser(farm.owner), f"/c/{farm.slug}/invitations/inviters/{li.handle}/places/"
    page = client.post(path, {"extra": "5"}, follow=True).text
    assert "Li may give 15 places now." in page
    assert "2 of 15 places given" in page
    assert queries.allowance_of(li, farm).left == 13
    refused = client.post(path, {"extra": "-1"})
    assert refused.status_code == 422
    assert refused.text.count('<details class="why" open>') == 1
    assert client.post(path, {"extra": "501"}).status_code == 422
    assert InviterAllowance.objects.get(person=li).extra == 5
    assert browser(li).post(path, {"extra": "9"}).status_code == 403
    assert client.post(path.replace(li.handle, "NOBODY"), {"extra": "1"}).status_code == 404


@LANGUAGES
@pytest.mark.req("M11")
def test_a_member_is_seated_on_the_page_and_wears_the_badge(farm, language):
    li = member(farm, "Li")
    client, path = browser(farm.owner, language), f"/c/{farm.slug}/desk/founding/seat/"
    assert path in client.get(f"/c/{farm.slug}/desk/founding/").text
    assert "Li" in client.get(path, {"q": "Li"}).text
    for _time in range(2):  # a member who has a seat keeps it
        page = client.post(path, {"member": li.handle}, follow=True).text
    assert ("Li has seat 1." if language == "en" else "Li 坐在第 1 席。") in page
    assert FoundingContact.objects.get().seat == 1
    badge = "First hundred" if language == "en" else "前一百位"
    number = "First hundred, no. 1" if language == "en" else "前一百位 · 1 号"
    other = browser(member(farm, "Qian"), language)
    assert badge in other.get(f"/c/{farm.slug}/members/").text
    assert number in other.get(f"/c/{farm.slug}/members/{li.handle}/").text
    assert badge not in other.get(f"/c/{farm.slug}/members/{farm.owner.handle}/").text
    assert other.post(path, {"member": li.handle}).status_code == 403


def test_a_contact_of_the_list_turns_out_to_be_a_member(farm):
    li = member(farm, "Li Mei")
    note = actions.add_contact(actor=farm.owner, community=farm, name="Li", why="Cooks.")
    client = browser(farm.owner)
    path = f"/c/{farm.slug}/desk/founding/seat/"
    assert (
        f"{path}?contact={note.pk}" in client.get(f"/c/{farm.slug}/desk/founding/{note.pk}/").text
    )
    assert "Li Mei" in client.get(path, {"contact": note.pk}).text
    client.post(path, {"member": li.handle, "contact": note.pk})
    note.refresh_from_db()
    assert (note.seat, note.person) == (1, li)
    assert FoundingContact.objects.count() == 1
    assert client.post(path, {"member": "NOBODY"}).status_code == 404


def test_an_opinion_leader_is_seated_on_their_own_list(farm):
    li = member(farm, "Li")
    path = f"/c/{farm.slug}/desk/founding/kol/seat/"
    answer = browser(farm.owner).post(path, {"member": li.handle})
    assert answer["Location"] == f"/c/{farm.slug}/desk/founding/kol/"
    assert FoundingContact.objects.get().list == "kol"
    page = browser(farm.owner).get(f"/c/{farm.slug}/members/{li.handle}/").text
    assert "Opinion leader" in page
    assert "First hundred" not in page


@LANGUAGES
@pytest.mark.req("M12")
def test_a_host_finds_the_way_to_their_own_customers(listed, language):
    host = member(listed, "Host", role="host")
    client, path = browser(host, language), f"/c/{listed.slug}/desk/customers/"
    assert path not in client.get(f"/c/{listed.slug}/desk/").text
    assert client.get(path).status_code == 403
    Customer.objects.filter(community=listed, external_id="A2").update(host=host)
    assert path in client.get(f"/c/{listed.slug}/desk/").text
    page = client.get(path).text
    assert ("Your customers" if language == "en" else "你照看的客户") in page
    assert "老李" in page
    assert "老张" not in page
    for theirs in ("Reactivation rate", "唤回率", "desk/customers/invite/"):
        assert theirs not in page
