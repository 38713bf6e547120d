import pytest

from qunluo.community import actions, errors, queries
from qunluo.community.models import Application
from qunluo.community.reactions import tell_everybody_that_it_is_over
from qunluo.growth import actions as growth
from qunluo.kernel.models import EventRecord
from qunluo.kernel.queries import audit_log
from qunluo.people.actions import erase_person, export_person
from qunluo.reach.models import Delivery
from tests.community.makers import community, member, membership, person

pytestmark = [pytest.mark.django_db, pytest.mark.req("O09")]


def close(farm, *, actor=None, **said):
    said = {"name": farm.name, "reason": "The field is sold."} | said
    return actions.close_community(actor=actor or farm.owner, community=farm, **said)


def tell(farm):
    """What the worker does with the event."""
    record = EventRecord.objects.get(name="community.closed")
    event = next(e for e in audit_log(farm.pk) if e.id == record.pk)
    tell_everybody_that_it_is_over(event)


def test_a_founder_who_is_alone_closes_leaves_and_erases_the_account():
    farm = community()
    with pytest.raises(errors.LastOwner):
        actions.leave(actor=farm.owner, membership=membership(farm.owner, farm))
    close(farm)
    assert actions.leave(actor=farm.owner, membership=membership(farm.owner, farm)).status == "left"
    other = community()
    close(other)
    erase_person(actor=other.owner)
    other.refresh_from_db()
    assert (other.stage, other.member_count) == ("closed", 0)


def test_closing_asks_for_the_name_and_a_reason():
    farm = community()
    with pytest.raises(errors.ClosingUnclear) as refused:
        close(farm, name="Another farm", reason="  ")
    assert set(refused.value.fields) == {"name", "reason"}
    farm.refresh_from_db()
    assert farm.stage == "published"
    assert close(farm, name=f" {farm.name.upper()} ").stage == "closed"
    assert close(farm).closed_reason == "The field is sold."
    assert EventRecord.objects.filter(name="community.closed", audit=True).count() == 1


@pytest.mark.parametrize("role", ["operator", "cco", "host", None])
def test_only_an_owner_closes_and_reopens(role):
    farm = community()
    who = member(farm, role=role)
    with pytest.raises(errors.PermissionMissing):
        close(farm, actor=who)
    close(farm)
    with pytest.raises(errors.PermissionMissing):
        actions.reopen_community(actor=who, community=farm)


def test_members_and_who_waits_are_told_why():
    farm = community(selection="vetting")
    member(farm)
    asked = actions.apply(actor=person(), community=farm)
    close(farm)
    tell(farm)
    mails = Delivery.objects.filter(community_id=farm.pk)
    assert mails.count() == 2
    assert Application.objects.get(pk=asked.pk).state == "withdrawn"
    assert sum("The field is sold." in mail.context["text"] for mail in mails) == 1


def test_in_a_closed_community_everything_is_read_and_nothing_written():
    farm = community()
    who = member(farm, role="operator")
    link = growth.create_invitation(actor=who, community=farm)
    close(farm)
    assert queries.members(farm, viewer=who).items
    assert queries.permissions_of(farm.owner, farm) >= {"export.community", "audit.view"}
    assert export_person(actor=who)
    here = membership(who, farm)
    for act in (
        lambda: actions.update_settings(actor=farm.owner, community=farm, name="New"),
        lambda: actions.publish_charter(actor=farm.owner, community=farm, note=""),
        lambda: actions.claim_label(actor=who, membership=here, claim="have"),
        lambda: actions.tag_member(actor=who, membership=here, name="bread"),
        lambda: actions.apply(actor=person(), community=farm),
        lambda: growth.accept_invitation(actor=person(), code=link.code, accepted_rules=0),
        lambda: growth.create_invitation(actor=who, community=farm),
        lambda: growth.invite_customers(actor=farm.owner, community=farm, filters={}),
        lambda: growth.add_customer(actor=farm.owner, community=farm, name="Zhou"),
    ):
        with pytest.raises(errors.CommunityClosed):
            act()


def test_a_private_community_stays_unseen_by_strangers_when_it_closes():
    farm, shop = community(stage="private"), community()
    who = member(farm)
    close(farm)
    close(shop)
    assert queries.get_community(farm.slug, who).stage == "closed"
    assert queries.get_community(shop.slug, None).stage == "closed"
    with pytest.raises(errors.CommunityNotFound):
        queries.get_community(farm.slug, None)


def test_a_reopened_community_begins_in_private_and_works():
    farm = community()
    close(farm)
    assert actions.reopen_community(actor=farm.owner, community=farm).stage == "private"
    assert (farm.closed_at, farm.closed_reason) == (None, "")
    actions.update_settings(actor=farm.owner, community=farm, name="Born again")
    assert EventRecord.objects.filter(name="community.reopened", audit=True).count() == 1
