"""What conversation refuses, and what to do next."""

from qunluo.conversation.errors.services import (
    NotEnoughPoints as NotEnoughPoints,
)
from qunluo.conversation.errors.services import (
    PriceChanged as PriceChanged,
)
from qunluo.conversation.errors.services import (
    RequestNotFound as RequestNotFound,
)
from qunluo.conversation.errors.services import (
    RequestOpen as RequestOpen,
)
from qunluo.conversation.errors.services import (
    ServiceMoved as ServiceMoved,
)
from qunluo.conversation.errors.services import (
    ServiceNotOffered as ServiceNotOffered,
)
from qunluo.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from qunluo.kernel.text import _


class SpaceNotFound(NotFound):
    """No such space, or not for this viewer."""

    code = "conversation.space_not_found"
    message = _("There is no such space here.")
    next_step = _("Look in the list of spaces; it may have been put away, or be for others.")


class ThreadNotFound(NotFound):
    """No such thread or post, or not for this viewer."""

    code = "conversation.thread_not_found"
    message = _("There is no such thread here.")
    next_step = _("Look in the spaces of the community; it may stand in one that is for others.")


class InvalidSpace(Invalid):
    """Name, address, type or visibility of a space cannot be taken like this."""

    code = "conversation.invalid_space"
    message = _("This space cannot be made like this.")


class SpaceSlugTaken(Conflict):
    """Another space of the community has this address."""

    code = "conversation.space_slug_taken"
    message = _("There is a space at this address already: {slug}.")
    next_step = _("Choose another address.")


class SpacePutAway(Conflict):
    """An archived space can be read, not written in."""

    code = "conversation.space_put_away"
    message = _("This space has been put away; it can be read but not written in.")
    next_step = _("Write in another space, or ask an operator to bring it back.")


class KindNotHere(Conflict):
    """The space does not offer this kind of thread."""

    code = "conversation.kind_not_here"
    message = _("Threads of this kind cannot be opened in this space.")
    next_step = _("Here you can open: {kinds}.")


class InvalidPost(Invalid):
    """Text, title or a field of the kind is missing or not right."""

    code = "conversation.invalid_post"
    message = _("Something is missing in what you wrote.")


class ThreadClosed(Conflict):
    """The thread takes no replies in its state."""

    code = "conversation.thread_closed"
    message = _("This thread takes no more replies.")
    next_step = _("Open a new one and link to it.")


class NotYourPost(Forbidden):
    """Only the author changes what they wrote."""

    code = "conversation.not_your_post"
    message = _("Only who wrote it can change it.")
    next_step = _("You can reply to it instead.")


class JudgedByIt(Forbidden):
    """Who sells does not take down what compares it."""

    code = "conversation.judged_by_it"
    message = _("This compares what you sell, so that you do not take it down or move it.")
    next_step = _("Answer it in a reply. If it breaks a rule, report it: somebody else decides.")


class PostGone(Conflict):
    """The post has been removed."""

    code = "conversation.post_gone"
    message = _("This post has been removed.")
    next_step = _("Load the thread again; the reason stands in its place.")


class UnknownMove(Invalid):
    """The kind knows no such move."""

    code = "conversation.unknown_move"
    message = _("Threads of this kind do not know this step: {move}.")
    next_step = _("Load the thread again and choose one of the steps it offers.")


class NotYourMove(Forbidden):
    """Somebody else takes this step."""

    code = "conversation.not_your_move"
    message = _("“{move}” is for others to decide: {who}.")
    next_step = _("You can reply and ask them.")


class StateMoved(Conflict):
    """The thread's state does not allow the move, or somebody was quicker."""

    code = "conversation.state_moved"
    message = _("The thread has moved on: it is “{state}” now.")
    next_step = _("Load the thread again to see what can be done now.")


class UnknownReaction(Invalid):
    """There is no such reaction, or it does not fit here."""

    code = "conversation.unknown_reaction"
    message = _("There is no such reaction here.")
    next_step = _("Choose one of those that are offered.")


class UnknownFollowing(Invalid):
    """One follows, takes it as it comes, or mutes."""

    code = "conversation.unknown_following"
    message = _("A thread is followed, normal or muted.")
    next_step = _("Choose one of the three.")


class AttachmentNotFound(NotFound):
    """No such file, or not for this viewer."""

    code = "conversation.attachment_not_found"
    message = _("There is no such file here.")
    next_step = _("It may have been taken back, or stand where only others read.")


class TooManyFiles(Conflict):
    """A post, or a day, holds as many files as it takes."""

    code = "conversation.too_many_files"
    message = _("A post takes at most {most} files.")
    next_step = _("Take one away first, or write a second post.")


class PollClosed(Conflict):
    """The poll has ended."""

    code = "conversation.poll_closed"
    message = _("This poll has ended.")
    next_step = _("Load the thread again to see how it ended.")


class NotToOneself(Conflict):
    """A talk of two needs two."""

    code = "conversation.not_to_oneself"
    message = _("A talk of two needs somebody else.")
    next_step = _("Keep what is only for yourself as a draft.")


class NotTheHost(Forbidden):
    """Name, rules and people of a circle are its host's to change."""

    code = "conversation.not_the_host"
    message = _("The host of this circle looks after its name, its rules and who is in it.")
    next_step = _("Ask them, or begin a circle of your own.")


class CircleFull(Conflict):
    """A circle stays small."""

    code = "conversation.circle_full"
    message = _("A circle has room for {most} people.")
    next_step = _("Ask an operator for a space that is open to more.")


class NotReachable(Conflict):
    """The other one has left, or the two keep away from each other."""

    code = "conversation.not_reachable"
    message = _("A message would not reach this person here.")
    next_step = _("What you wrote to each other stays; an operator helps if you must reach them.")


class HeldNotFound(NotFound):
    """No such words that wait, or somebody else's."""

    code = "conversation.held_not_found"
    message = _("There is nothing of yours that waits here.")
    next_step = _("It may have appeared meanwhile; look in the thread.")


class UnreadableChat(Invalid):
    """The file is not a chat of the format that was named."""

    code = "conversation.unreadable_chat"
    message = _("No messages of the format {format} were found in this file.")
    next_step = _("Formats are {formats}; a table needs columns for time, author and text.")


class DayMissing(Invalid):
    """An IRC log tells hours only."""

    code = "conversation.day_missing"
    message = _("The log tells hours but not the day.")
    next_step = _("Name the day with --date 2024-05-01, or put it into the name of the file.")


class OlderThanRoom(Conflict):
    """Messages cannot be put in before those that are there: places never change."""

    code = "conversation.older_than_room"
    message = _("The file begins before {moment}, when the last message of this room was written.")
    next_step = _("Bring it into a room of its own, or take the older file first.")


class ClaimNotFound(NotFound):
    """No such code, or it was used."""

    code = "conversation.claim_not_found"
    message = _("This link leads to nobody's messages, or somebody has taken them already.")
    next_step = _("Ask whoever sent it for a new one.")


class StaysWhereItIs(Conflict):
    """What was said among chosen people stays there; rooms and a moved thread stay as they are."""

    code = "conversation.stays_where_it_is"
    message = _("This cannot be moved there.")
    next_step = _("Choose another space. What chosen people said among themselves stays with them.")


class MoreWouldRead(Conflict):
    """Others would read what they cannot read now, and nobody confirmed that."""

    code = "conversation.more_would_read"
    message = _("In “{space}” people would read this who cannot read it now.")
    next_step = _("Ask those who wrote it; then confirm that it may be read there.")


class ItemNotFound(NotFound):
    """No such item of the calendar, or not for this viewer."""

    code = "conversation.item_not_found"
    message = _("There is no such item in this calendar.")
    next_step = _("It may be somebody's own until it is published.")


class InvalidItem(Invalid):
    """Something about an item of the calendar cannot be taken like this."""

    code = "conversation.invalid_item"
    message = _("Something about this item is missing or not right.")


class ChecksOpen(Conflict):
    """A check before publishing is not done, or says no."""

    code = "conversation.checks_open"
    message = _("This cannot be scheduled yet: {checks}.")
    next_step = _("Go through the checks below; each says why it is asked.")


class ItemMoved(Conflict):
    """Somebody changed the item meanwhile, or it has been published."""

    code = "conversation.item_moved"
    message = _("This item was changed or published in the meantime.")
    next_step = _("Load it again; what you wrote stands in this form still.")


class NotYourItem(Forbidden):
    """Only its authors change an item."""

    code = "conversation.not_your_item"
    message = _("Only those who write this item change it.")
    next_step = _("Ask its author to name you as one of them.")


class RatedAlready(Conflict):
    """One member, one answer; and nobody rates what they made."""

    code = "conversation.rated_already"
    message = _("You have answered this already, or made it yourself.")
    next_step = _("Everybody answers once; the mean stands beside it.")


class InvalidAsking(Invalid):
    """What was said to be let into a circle, or not to let somebody in, cannot stand."""

    code = "conversation.invalid_asking"
    message = _("This cannot be sent yet.")
    next_step = _("See the note at the field, and send it again.")


class AlreadyInside(Conflict):
    """Nobody asks for what they have."""

    code = "conversation.already_inside"
    message = _("You are in this circle already.")
    next_step = _("Open it from your talks.")


class AskedAlready(Conflict):
    """One question at a time."""

    code = "conversation.asked_already"
    message = _("You have asked already; its host has not answered yet.")
    next_step = _("You hear of it as soon as they have. You can take your question back.")


class AskedLately(Conflict):
    """A refusal counts for thirty days."""

    code = "conversation.asked_lately"
    message = _("The host of this circle said no; from {day} on you can ask again.")
    next_step = _("Their reason stands on the map of cells. You can begin a circle of your own.")


class AskingSettled(Conflict):
    """It was answered or taken back in the meantime."""

    code = "conversation.asking_settled"
    message = _("This has been answered or taken back in the meantime.")
    next_step = _("Load the page again to see how it stands.")


class SurveyNotFound(NotFound):
    """There is no such question."""

    code = "conversation.survey_not_found"
    message = _("There is no such question here.")
    next_step = _("Look at the calendar and at the hall of honour: each asks one.")


class SurveyRuns(Conflict):
    """One round at a time."""

    code = "conversation.survey_runs"
    message = _("This question is being asked already.")
    next_step = _("Wait until the round ends, or end it now.")


class SurveyTooSoon(Conflict):
    """Who is asked too often answers without thinking."""

    code = "conversation.survey_too_soon"
    message = _("This was asked a short while ago; from {day} on it can be asked again.")
    next_step = _("Look at what came of the last round meanwhile.")


class SurveyOver(Conflict):
    """The round has ended."""

    code = "conversation.survey_over"
    message = _("This question is not being asked now.")
    next_step = _("You are told when it is asked again.")


class AnsweredAlready(Conflict):
    """One member, one answer a round."""

    code = "conversation.answered_already"
    message = _("You have answered in this round already.")
    next_step = _("Your answer counts; what came of it shows when the round has ended.")


class InvalidAnswer(Invalid):
    """The answer is none of those that are offered."""

    code = "conversation.invalid_answer"
    message = _("This is no answer to the question.")
    next_step = _("Choose a number from 1 to 5.")
