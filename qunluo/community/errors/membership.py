"""What joining, belonging and grants may be refused for, and what to do next."""

from qunluo.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from qunluo.kernel.text import _


class MembershipNotFound(NotFound):
    """No such member, or not for this viewer."""

    code = "community.membership_not_found"
    message = _("There is no such member here.")
    next_step = _("They may have left; look in the list of members.")


class ApplicationNotFound(NotFound):
    """No such application, or not for this viewer."""

    code = "community.application_not_found"
    message = _("There is no such application.")
    next_step = _("Look in the list of applications; it may have been withdrawn.")


class GrantNotFound(NotFound):
    """No such grant in this community."""

    code = "community.grant_not_found"
    message = _("There is no such role or badge here.")
    next_step = _("Look in the list of what people hold; it may have ended already.")


class PermissionMissing(Forbidden):
    """A member without the permission; says which role brings it and who can give it."""

    code = "community.permission_missing"
    message = _("For this you need the permission “{permission}”, which comes with: {role}.")
    next_step = _("These people can give you the role: {givers}.")


class Suspended(Forbidden):
    """A suspended member may look in but do nothing."""

    code = "community.suspended"
    message = _("Your membership is suspended until {until}.")
    next_step = _("You can appeal; somebody other than the one who decided will read it.")


class RoleNotYours(Forbidden):
    """The actor's roles do not allow giving or taking back this role."""

    code = "community.role_not_yours_to_give"
    message = _("Your roles do not allow you to give or take back: {role}.")
    next_step = _("Ask one of these people: {givers}.")


class OwnPromotion(Forbidden):
    """Nobody gives a role, badge or pass to themself."""

    code = "community.own_promotion"
    message = _("Nobody can give something to themself.")
    next_step = _("Ask another person who may give it.")


class HigherRank(Forbidden):
    """Somebody of the same or a higher role cannot be removed by this actor."""

    code = "community.higher_rank"
    message = _("You cannot do this to somebody who holds the same role as you or a higher one.")
    next_step = _("Ask an owner to take back their role first.")


class LastOwner(Conflict):
    """A community always has an owner."""

    code = "community.last_owner"
    message = _("A community always needs an owner, and this is the last one.")
    next_step = _("Make another member an owner first, then come back.")


class SeatTaken(Conflict):
    """There is one chief community officer at most."""

    code = "community.seat_taken"
    message = _("The seat is taken by {holder}.")
    next_step = _("Take the seat back from them first; their time in it stays on record.")


class AlreadyEnded(Conflict):
    """The membership or grant has ended already."""

    code = "community.already_ended"
    message = _("This has ended already.")
    next_step = _("Load the page again to see how things stand now.")


class InvalidGrant(Invalid):
    """The grant asked for does not exist or cannot be given like this."""

    code = "community.invalid_grant"
    message = _("This cannot be given like this.")


class RecruitmentClosed(Conflict):
    """The community does not take applications now."""

    code = "community.recruitment_closed"
    message = _("“{community}” is not taking new members at the moment.")
    next_step = _("A personal invitation from a member still opens the door.")


class CommunityClosed(Conflict):
    """The community has come to its end."""

    code = "community.closed"
    message = _("“{community}” has closed: nobody can join or change anything any more.")
    next_step = _("It stays readable, and everybody keeps access to their own data.")


class InvitationNeeded(Forbidden):
    """The selection mode is invitation."""

    code = "community.invitation_needed"
    message = _("“{community}” takes new members by invitation only.")
    next_step = _("Ask somebody you know there for an invitation link.")


class JoinFirst(Conflict):
    """Somebody wants to pay for their entry whom the door has not accepted."""

    code = "community.join_first"
    message = _("Ask to join “{community}” first; you pay once you are accepted.")
    next_step = _("Open the page for joining, read the rules and answer what it asks.")


class FeeNotPossible(Conflict):
    """The selection mode is fee, and nothing that lets in is sold."""

    code = "community.fee_not_possible"
    message = _("“{community}” asks for an entry fee, and does not say yet what it costs.")
    next_step = _("Nothing was charged. A personal invitation from a member opens the door.")


class RulesNotAccepted(Invalid):
    """The current rules were not accepted."""

    code = "community.rules_not_accepted"
    message = _("Please read and accept the current rules (version {number}) first.")
    next_step = _("Read the rules below, tick the box and send again; nothing was lost.")


class AnswersMissing(Invalid):
    """Some questions were not answered."""

    code = "community.answers_missing"
    message = _("Some questions are not answered yet.")
    next_step = _("Answer the marked questions and send again; nothing was lost.")


class OutsideScope(Conflict):
    """What the applicant wrote touches what the community has declared not to be about."""

    code = "community.outside_scope"
    message = _("This community has declared that it is not about: {words}.")
    next_step = _("If you want to join all the same, say so and send again.")


class RemovedBefore(Forbidden):
    """A removed member may return only after a successful appeal."""

    code = "community.removed_before"
    message = _("You were removed from “{community}” under a rule, so you cannot join again.")
    next_step = _("You can appeal; somebody other than the one who decided will read it.")


class RefusedRecently(Conflict):
    """A refused applicant waits a while before asking again."""

    code = "community.refused_recently"
    message = _("Your last application was refused. You can ask again from {date}.")
    next_step = _("Or appeal against the refusal; somebody else will read it.")


class ReasonMissing(Invalid):
    """Refusing, removing and taking back need a reason."""

    code = "community.reason_missing"
    message = _("Please give a reason; the person will read it.")


class CriterionNotVerified(Conflict):
    """The entry criterion was not verified."""

    code = "community.criterion_not_verified"
    message = _("The entry criterion of this application has not been verified.")
    next_step = _("Check the claim, mark it as verified, then accept.")


class OwnApplication(Forbidden):
    """Nobody decides their own application."""

    code = "community.own_application"
    message = _("Nobody decides their own application.")
    next_step = _("Ask another operator.")


class UnknownRule(Invalid):
    """A removal must cite a rule of the version the member accepted."""

    code = "community.unknown_rule"
    message = _("Choose a rule that this member has accepted.")
    next_step = _("A member can only be held to rules they accepted; publish new rules otherwise.")
