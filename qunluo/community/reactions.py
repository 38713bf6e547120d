"""What the community room does after something has happened, and what it answers to people."""

from qunluo.community import actions, queries
from qunluo.community.events import (
    ApplicationAccepted,
    ApplicationRefused,
    CommunityClosed,
    GrantExpired,
    GrantRevoked,
    MemberJoined,
)
from qunluo.kernel.delivery import reacts_to
from qunluo.kernel.text import _
from qunluo.people.ports import neighbours, own_data

own_data.contribute(
    "community",
    export=queries.own_documents,
    erase=actions.erase,
    blocks=queries.blockers,
    keeps=queries.KEEPS,
    holds=_("Your memberships, applications, roles, tags and pledges, and notes about you"),
)
neighbours.answered_by(queries.share_a_community)


@reacts_to(MemberJoined)
def give_newcomers_a_host(event: MemberJoined) -> None:
    """Find a host for whoever has just joined, when the community has hosts (P03)."""
    if membership := queries.find_membership(event.membership_id):
        actions.welcome(membership=membership)


@reacts_to(GrantRevoked, GrantExpired)
def release_members_of_former_hosts(event: GrantRevoked | GrantExpired) -> None:
    """Free the members of whoever stepped down as a host, so that somebody else can take them."""
    if held := queries.find_grant(event.grant_id):
        actions.release_members_of(community=held.community, person=held.person)


@reacts_to(ApplicationAccepted, ApplicationRefused)
def tell_the_applicant(event: ApplicationAccepted | ApplicationRefused) -> None:
    """Write to an applicant what was decided, with the reason of a refusal (P22)."""
    found = queries.find_application(event.application_id)
    if found is None:
        return
    here = queries.membership_of(found.person, found.community)
    slug = found.community.slug
    accepted = isinstance(event, ApplicationAccepted)
    if accepted and here is None and found.community.selection == "fee":
        letter = "application_accepted_fee"
        actions.write_to(found.person_id, found.community, letter, path=f"/c/{slug}/join/")
    if isinstance(event, ApplicationRefused):
        path = f"/c/{slug}/application/{found.pk}/"
        words = {"reason": found.reason}
        actions.write_to(
            found.person_id, found.community, "application_refused", path=path, words=words
        )
    elif here:
        actions.write_to(
            found.person_id,
            found.community,
            "application_accepted",
            path=f"/c/{slug}/",
            words={"number": here.number},
        )


@reacts_to(CommunityClosed)
def tell_everybody_that_it_is_over(event: CommunityClosed) -> None:
    """Write to the members why the community closed, and to those who waited at its door."""
    community = queries.find_community(event.community_id or 0)
    if community:
        actions.tell_about_the_end(community=community, actor_id=event.actor_id or 0)
