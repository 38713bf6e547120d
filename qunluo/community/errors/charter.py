"""Refusals around founding and the charter."""

from collections.abc import Sequence
from typing import Any

from qunluo.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from qunluo.kernel.text import _, pick


class CommunityNotFound(NotFound):
    """There is no such community, or it is not for this viewer."""

    code = "community.not_found"
    message = _("We could not find this community.")
    next_step = _("Check the address, or ask the person who told you about it for an invitation.")


class SlugTaken(Conflict):
    """Another community has this address."""

    code = "community.slug_taken"
    message = _("The address “{slug}” is already taken.")
    next_step = _("Choose another one; “{free}” is free.")


class SlugInvalid(Invalid):
    """The address has characters that an address cannot have."""

    code = "community.slug_invalid"
    message = _("“{slug}” cannot be an address.")
    next_step = _("Use 3 to 40 small Latin letters, digits and single hyphens.")


class SlugFixed(Conflict):
    """The address of a published community stays, so that shared links keep working."""

    code = "community.slug_fixed"
    message = _("The address no longer changes once the community is published.")
    next_step = _("People have links and posters with it. The name can change at any time.")


class GateClosed(Conflict):
    """One or more gates hold an act back; `gates` lists the closed ones with their reasons."""

    code = "community.gate_closed"
    message = _("Not yet. Still missing: {count}.")
    next_step = _("Each of them says what opens it. Nothing you wrote is lost.")

    def __init__(self, act: str = "", gates: Sequence[Any] = (), **context: Any) -> None:
        self.act = act
        self.gates = tuple(gates)
        count = sum(len(gate.reasons) for gate in self.gates)
        super().__init__(act=act, count=count, **context)

    def reasons(self, language: str) -> list[str]:
        """Return the reason texts in a language."""
        return [str(pick(r.text, language)) for gate in self.gates for r in gate.reasons]


class StepUnknown(NotFound):
    """The charter has no such step."""

    code = "community.step_unknown"
    message = _("The charter has no step “{step}”.")
    next_step = _("Open the founding guide to see all steps.")


class DraftMovedOn(Conflict):
    """A co-founder saved this step while it was open here."""

    code = "community.draft_moved_on"
    message = _("Someone else has saved this step while you were writing.")
    next_step = _("Their text is shown beside yours: keep one of them, or join the two.")

    def __init__(self, theirs: dict[str, Any] | None = None, **context: Any) -> None:
        self.theirs = theirs or {}
        super().__init__(**context)


class NothingToPublish(Conflict):
    """The draft says the same as the published charter."""

    code = "community.nothing_to_publish"
    message = _("The draft says the same as the published charter.")
    next_step = _("Change a step first, then publish the new version.")


class RulesIncomplete(Invalid):
    """Rules need a title, a text and the value they rest on."""

    code = "community.rules_incomplete"
    message = _("These rules cannot be published yet: {titles}.")
    next_step = _("Write at least one rule, and name for each the value it rests on.")


class GoalIncomplete(Invalid):
    """The goal lacks its metric, target or date."""

    code = "community.goal_incomplete"
    message = _("A goal needs a metric, a target and a date in the future.")
    next_step = _("Complete the goal step, then confirm it.")


class GoalLocked(Conflict):
    """The operating goal was confirmed and is locked."""

    code = "community.goal_locked"
    message = _("The goal was confirmed on {date} and is locked; the methods are free.")
    next_step = _(
        "It changes only through a recorded vote of the members: put another goal to the vote."
    )


class PledgeNotOffered(Conflict):
    """The community has not said which change it wants."""

    code = "community.pledge_not_offered"
    message = _("This community has not yet said which change it wants, so nothing can be pledged.")
    next_step = _("A founder can write the statement in the step “The change we want”.")


class MembersOnly(Forbidden):
    """Only members may do this."""

    code = "community.members_only"
    message = _("Only members of this community may do this.")
    next_step = _("Open the door page to see how to join.")


class OfferGone(Conflict):
    """The co-founding offer was used, withdrawn or has expired."""

    code = "community.offer_gone"
    message = _("This offer to found together is no longer open.")
    next_step = _("Ask the founder for a new one.")


class OfferOwn(Conflict):
    """A person cannot accept their own offer."""

    code = "community.offer_own"
    message = _("You made this offer yourself.")
    next_step = _("Send the link to the person you want to found with.")


class ClosingUnclear(Invalid):
    """Closing asks for the name and for a reason."""

    code = "community.closing_unclear"
    message = _("The community is not closed yet.")
    next_step = _("Type its name and write why; every member reads the reason.")


class SettingsInvalid(Invalid):
    """A setting has a value that cannot be."""

    code = "community.settings_invalid"
    message = _("Some settings cannot be kept like this.")
