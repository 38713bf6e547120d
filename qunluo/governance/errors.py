"""What governance refuses, and what to do next."""

from qunluo.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from qunluo.kernel.text import _


class MeasureNotFound(NotFound):
    """No such measure, or not for this viewer."""

    code = "governance.measure_not_found"
    message = _("There is no such measure.")
    next_step = _("Look in the list of measures of the community.")


class AppealNotFound(NotFound):
    """No such appeal, or not for this viewer."""

    code = "governance.appeal_not_found"
    message = _("There is no such appeal.")
    next_step = _("Look in the list of appeals of the community.")


class NotAppealable(Conflict):
    """The decision cannot be appealed by this person, or does not stand any more."""

    code = "governance.not_appealable"
    message = _("There is nothing to appeal against here.")
    next_step = _("Only a decision about yourself that still stands can be appealed.")


class AlreadyAppealed(Conflict):
    """Each decision can be appealed once."""

    code = "governance.already_appealed"
    message = _("You have already appealed against this decision.")
    next_step = _("The answer will appear with your appeal.")


class OwnDecision(Forbidden):
    """The one who decided cannot judge the appeal."""

    code = "governance.own_decision"
    message = _("You took this decision yourself, so somebody else must judge the appeal.")
    next_step = _("Ask another owner or operator; if there is none, appoint one first.")


class OwnAppeal(Forbidden):
    """Nobody judges their own appeal."""

    code = "governance.own_appeal"
    message = _("Nobody judges their own appeal.")
    next_step = _("Somebody else will read it.")


class AlreadyDecided(Conflict):
    """The appeal has been decided."""

    code = "governance.already_decided"
    message = _("This appeal has been decided already.")
    next_step = _("Load the page again to read the decision.")


class InvalidAppeal(Invalid):
    """The appeal's text or the decision's reason is missing."""

    code = "governance.invalid_appeal"
    message = _("Something is missing in this appeal.")


class InvalidMeasure(Invalid):
    """The measure lacks something."""

    code = "governance.invalid_measure"
    message = _("This measure cannot be taken like this.")


class NoDistance(Conflict):
    """Nobody mutes or blocks themself."""

    code = "governance.no_distance"
    message = _("You cannot mute or block yourself.")
    next_step = _("Choose somebody else.")


class BlockedBetween(Forbidden):
    """A block stands between two people."""

    code = "governance.blocked"
    message = _("You two cannot write to each other.")
    next_step = _("If the block is yours, you can take it back among those you keep away from.")


class NewcomerLimit(Forbidden):
    """A newcomer asked for more than newcomers may."""

    code = "governance.newcomer_limit"
    message = _("You are new here, and newcomers have a limit: {what}, at most {most}.")
    next_step = _(
        "It lifts by itself: after {days} days here and {read} posts read, or when others have "
        "reacted to you {reactions} times. So far: {has_days} days, {has_read} read, "
        "{has_reactions} reactions. Nobody can give or sell it."
    )


class NoAdvertsHere(Conflict):
    """The space has no slots for adverts."""

    code = "governance.no_adverts_here"
    message = _("Adverts have no place in this space.")
    next_step = _("Choose a space with labelled slots for adverts.")


class AdvertTooOften(Conflict):
    """Somebody has posted as many adverts today as one person may."""

    code = "governance.advert_too_often"
    message = _("At most {most} adverts a day from one person here, the operators included.")
    next_step = _("Nothing is lost: keep it as a draft and post it tomorrow.")


class AdvertSlotsFull(Conflict):
    """One more advert would pass the share that a space allows."""

    code = "governance.advert_slots_full"
    message = _(
        "The slots for adverts are full: {adverts} of the last {threads} threads are adverts, and "
        "at most {slots} % may be, those of the operators included."
    )
    next_step = _("Keep it as a draft. A slot opens as soon as others have talked of other things.")


class InvalidReport(Invalid):
    """The report says neither a rule nor anything else."""

    code = "governance.invalid_report"
    message = _("Something is missing in this report.")


class OwnThing(Conflict):
    """Nobody reports themself."""

    code = "governance.own_thing"
    message = _("This is your own.")
    next_step = _("You can change it or take it back yourself.")


class AlreadyReported(Conflict):
    """Each member reports a thing once."""

    code = "governance.already_reported"
    message = _("You have reported this already; it waits for a decision.")
    next_step = _("You will hear what came of it.")


class CaseNotFound(NotFound):
    """No such report, or not for this viewer."""

    code = "governance.case_not_found"
    message = _("There is no such report in the queue.")
    next_step = _("Look in the queue; others may have decided it.")


class OwnCase(Forbidden):
    """Who wrote, reported or is the target of something does not decide about it."""

    code = "governance.own_case"
    message = _("You reported this, or it is yours: somebody else must decide.")
    next_step = _("Leave it in the queue for another operator; the same holds for everybody.")


class InvalidDecision(Invalid):
    """Outcome, rule or reason of a decision is missing or not one."""

    code = "governance.invalid_decision"
    message = _("This cannot be decided like this.")
    next_step = _("Choose what is done and, beyond nothing, a rule and a reason.")


class NoReason(Invalid):
    """Criticism and links to elsewhere are no reason to take something away."""

    code = "governance.no_reason"
    message = _("Criticism, and a link to somewhere else, are no reason to take something away.")
    next_step = _("If a rule is broken, say how. If not, answer it in the open.")


class CaseDecidedBefore(Conflict):
    """Somebody else has decided it."""

    code = "governance.case_decided_before"
    message = _("This has been decided already.")
    next_step = _("Load the page again to read the decision.")


class HeldForReview(Conflict):
    """A post waits for somebody to read it before it appears; nothing of it is lost."""

    code = "governance.held_for_review"
    message = _("It is kept and waits for a look before it appears. It touches a rule: {rule}")
    next_step = _(
        "Until then only you and those who keep order see it. You find it under “Held posts”, can "
        "say something to it there, and will hear the answer."
    )


class InvalidWords(Invalid):
    """The community's own list cannot be kept like this."""

    code = "governance.invalid_words"
    message = _("This list cannot be kept like this.")


class InvalidVote(Invalid):
    """A vote lacks something, or asks for what cannot be."""

    code = "governance.invalid_vote"
    message = _("This cannot be put to the vote like this.")


class VoteNotFound(NotFound):
    """No such vote, or not for this viewer."""

    code = "governance.vote_not_found"
    message = _("There is no such vote.")
    next_step = _("Look in the list of votes of the community.")


class NotYourVote(Forbidden):
    """Only who was a member when the vote was opened may vote."""

    code = "governance.not_your_vote"
    message = _("Who may vote was settled when the vote opened; you had not joined yet.")
    next_step = _("You can follow the result, and vote the next time.")


class VotedBefore(Conflict):
    """One member, one vote."""

    code = "governance.voted_before"
    message = _("You have voted already, and everybody has one vote.")
    next_step = _("The result appears when the vote closes.")


class VoteClosed(Conflict):
    """The time to vote is over."""

    code = "governance.vote_closed"
    message = _("This vote is closed.")
    next_step = _("Load the page again to see the result.")


class VoteRunning(Conflict):
    """The proposal is being voted on."""

    code = "governance.vote_running"
    message = _("A vote on this proposal is open already.")
    next_step = _("Cast yours there.")


class NotYourTask(Forbidden):
    """Only who took a task on, or who looks after votes, reports it as done."""

    code = "governance.not_your_task"
    message = _("Only who took this on can report it as done.")
    next_step = _("Ask them in the thread how far it is.")


class NoTask(Conflict):
    """The vote binds nobody to anything, or it has been done."""

    code = "governance.no_task"
    message = _("There is nothing left to do from this vote.")
    next_step = _("Load the page again to see how it stands.")


class ActNotFound(NotFound):
    """No such act in the log, or not for this viewer."""

    code = "governance.act_not_found"
    message = _("This act is not in the log.")
    next_step = _("Look in the list; somebody may have taken it back.")


class InvalidAct(Invalid):
    """The act names no value, or says nothing."""

    code = "governance.invalid_act"
    message = _("This cannot be linked like this.")


class AlreadyLinked(Conflict):
    """A thing shows a value once."""

    code = "governance.already_linked"
    message = _("This is linked to that value already.")
    next_step = _("Stand behind the sentence that is there, or choose another value.")


class ActTouchesARule(Conflict):
    """A list of words holds the sentence back."""

    code = "governance.act_touches_a_rule"
    message = _("The sentence touches a rule: {rule}")
    next_step = _("Say it in other words.")


class AmongFew(Conflict):
    """What was said among chosen people stays among them."""

    code = "governance.among_few"
    message = _("What was said where not every member reads stays there.")
    next_step = _("Choose something that all members can read.")


class NothingDecided(Conflict):
    """The vote has not decided anything."""

    code = "governance.nothing_decided"
    message = _("This vote has not decided anything.")
    next_step = _("Only a decision shows a value; wait for the result.")


class OwnAct(Conflict):
    """Nobody stands behind what they did or wrote down themselves."""

    code = "governance.own_act"
    message = _("You did this or wrote it down yourself.")
    next_step = _("Others will say whether they saw it too.")


class NoGoalYet(Conflict):
    """There is no confirmed goal that a vote could change."""

    code = "governance.no_goal_yet"
    message = _("No goal has been confirmed yet, so there is none to change.")
    next_step = _("The founders write it in the charter and confirm it.")
