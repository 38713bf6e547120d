"""What conversation answers to people, and whom it tells."""

from pathlib import Path

from qunluo.community.actions import write_to
from qunluo.community.events import (
    EntryEnded,
    GrantExpired,
    GrantRevoked,
    MemberJoined,
    MemberLeft,
    MemberRemoved,
    MemberSuspended,
)
from qunluo.conversation import actions, queries
from qunluo.conversation.events import (
    AnswerAccepted,
    ChatImported,
    CircleAnswered,
    CircleAsked,
    ImportedAuthorClaimed,
    ImportedAuthorReleased,
    ItemHeld,
    PersonMentioned,
    PostEdited,
    PostRemoved,
    PostRestored,
    PostsSplit,
    PostsTakenAlong,
    PostWithdrawn,
    PrivateTalkLeft,
    Reacted,
    ReplyWritten,
    ServiceDecided,
    ServiceMoved,
    ServiceRequested,
    SpaceArchived,
    SpaceChanged,
    SurveyOpened,
    ThreadHandled,
    ThreadMoved,
    ThreadOpened,
    ThreadOpenedToAll,
    ThreadRelocated,
    ThreadTakenAlong,
)
from qunluo.conversation.ports import sources
from qunluo.governance.events import ContentDecided, TaskDone, VoteEnded, VoteOpened
from qunluo.governance.ports import benches
from qunluo.kernel.definitions import load_file
from qunluo.kernel.delivery import reacts_to
from qunluo.kernel.text import _
from qunluo.people.events import PersonErased, PersonRegistered, ProfileUpdated
from qunluo.people.ports import own_data
from qunluo.people.queries import person_card
from qunluo.reach.events import MessageArrived
from qunluo.reach.ports import Hush, Subject, packer, sentences, subjects

DEFINITIONS = Path(__file__).parent / "definitions"
LETTERS = DEFINITIONS / "letters.toml"

own_data.contribute(
    "conversation",
    export=queries.own_documents,
    erase=actions.erase,
    media=queries.own_files,
    keeps=[
        _("That somebody wrote at a place in a thread and when, without words and without a name."),
        _("Reactions in the counts under posts, without a name."),
    ],
    holds=_(
        "What you wrote with its files and earlier versions, your drafts, reactions, answers to"
        " polls and reading marks"
    ),
)


benches.register(actions.may_judge)


@reacts_to(ContentDecided)
def carry_out_what_was_decided(event: ContentDecided) -> None:
    """Remove, label, restore or let through what a decision of governance is about."""
    if event.actor_id is not None:
        actions.carry_out(
            event.act, (event.target_type, event.target_id), event.measure_id, event.actor_id
        )


@reacts_to(VoteOpened, VoteEnded, TaskDone)
def follow_the_vote(event: VoteOpened | VoteEnded | TaskDone) -> None:
    """Move a proposal as its vote goes."""
    if isinstance(event, VoteOpened):
        state = "voting"
    elif isinstance(event, TaskDone):
        state = "done"
    else:
        state = "accepted" if event.outcome == "passed" else "declined"
    actions.follow_vote(vote_id=event.vote_id, actor_id=event.actor_id, state=state)


@reacts_to(ThreadHandled, ThreadMoved)
def tell_the_author(event: ThreadHandled | ThreadMoved) -> None:
    """Write to the author of feedback at each change, so that none ends in silence (C04)."""
    thread = queries.find_thread(event.thread_id)
    if thread is None or event.actor_id is None or event.actor_id == thread.author_id:
        return
    if not queries.kind_of(thread.kind).letters:
        return
    actor = person_card([event.actor_id])[event.actor_id]
    write_to(
        thread.author_id,
        thread.community,
        "moved",
        path=f"/c/{thread.community.slug}/talk/{thread.number}/",
        words={
            "title": thread.title,
            "told": queries.told(thread, event.move, actor.name, thread.author.language),
        },
        letters=LETTERS,
        rings=False,
    )


@reacts_to(ThreadOpened, ThreadOpenedToAll, ReplyWritten, PersonMentioned)
def tell_of_words(
    event: ThreadOpened | ThreadOpenedToAll | ReplyWritten | PersonMentioned,
) -> None:
    """Tell whoever follows, wrote, began it or is called that something was said."""
    actions.tell_of_words(event)


@reacts_to(ThreadMoved, ThreadHandled, AnswerAccepted)
def tell_of_steps(event: ThreadMoved | ThreadHandled | AnswerAccepted) -> None:
    """Tell whoever it concerns that a thread has moved on."""
    actions.tell_of_steps(event)


@reacts_to(ServiceRequested, ServiceMoved, ServiceDecided)
def tell_of_service(event: ServiceRequested | ServiceMoved | ServiceDecided) -> None:
    """Tell both sides of a request for a service that it has gone on."""
    actions.tell_of_service(event)


@reacts_to(EntryEnded, MemberLeft, MemberRemoved, MemberSuspended)
def part_from_services(event: EntryEnded | MemberLeft | MemberRemoved | MemberSuspended) -> None:
    """Give back what is set aside for services that somebody can no longer give or take."""
    if event.person_id and event.community_id:
        actions.part_from_services(person_id=event.person_id, community_id=event.community_id)


@reacts_to(SpaceArchived)
def close_services(event: SpaceArchived) -> None:
    """Give back what is set aside for services in a space that was put away."""
    actions.close_services_in(event.space_id)


@reacts_to(CircleAsked, CircleAnswered)
def tell_of_asking(event: CircleAsked | CircleAnswered) -> None:
    """Tell a host that somebody asks to be let in, and them what the host said."""
    actions.tell_of_asking(event)


@reacts_to(SurveyOpened)
def tell_of_survey(event: SurveyOpened) -> None:
    """Tell the first members that a question waits for them; a job tells the others."""
    actions.tell_of_survey(event.survey_id)


@reacts_to(Reacted)
def tell_of_reaction(event: Reacted) -> None:
    """Tell the author of a post, quietly, that somebody reacted to it."""
    actions.tell_of_reaction(event)


@reacts_to(GrantRevoked, GrantExpired, EntryEnded, MemberLeft, MemberRemoved, PrivateTalkLeft)
def take_notices_back(
    event: GrantRevoked | GrantExpired | EntryEnded | MemberLeft | MemberRemoved | PrivateTalkLeft,
) -> None:
    """Take notices back from somebody who may no longer know what they are about."""
    if isinstance(event, PrivateTalkLeft):
        actions.take_back_in(event.space_id)
    elif event.person_id:
        actions.take_back_from(event.person_id, event.community_id)


@reacts_to(SpaceChanged)
def take_notices_of_a_space_back(event: SpaceChanged) -> None:
    """Take notices back when fewer people may read a space than before."""
    if {"visibility", "grant_kind", "grant_name"} & set(event.changed):
        actions.take_back_in(event.space_id)


sentences.brought_by(DEFINITIONS / "notices.toml")
WORDS = load_file(DEFINITIONS / "notices.toml")
MUTE_THREAD = Hush(WORDS["mute_thread"]["label"], actions.mute_thread_by_id)
MUTE_SPACE = Hush(WORDS["mute_space"]["label"], actions.mute_space_by_id)
subjects.answered_by("thread", Subject(queries.known_threads, {"thread": MUTE_THREAD}))
subjects.answered_by("space", Subject(queries.known_spaces, {"space": MUTE_SPACE}))
subjects.answered_by("community", Subject(queries.known_communities))
subjects.answered_by("item", Subject(queries.known_items))
subjects.answered_by("survey", Subject(queries.known_surveys))
subjects.answered_by("circle", Subject(queries.known_circles))


sources.register(queries.PEOPLE)


@reacts_to(
    ThreadOpened,
    ReplyWritten,
    PostEdited,
    PostWithdrawn,
    PostRemoved,
    PostRestored,
    from_start=True,
)
def let_it_be_found(
    event: ThreadOpened | ReplyWritten | PostEdited | PostWithdrawn | PostRemoved | PostRestored,
) -> None:
    """Keep what posts are found by, and their topics, as the posts stand now."""
    actions.index_posts([event.post_id])


@reacts_to(ThreadTakenAlong, ThreadRelocated, PostsTakenAlong, PostsSplit)
def let_it_be_found_where_it_went(
    event: ThreadTakenAlong | ThreadRelocated | PostsTakenAlong | PostsSplit,
) -> None:
    """Index again what is found by its space."""
    actions.index_posts(queries.post_ids(event.thread_id))


@reacts_to(ImportedAuthorClaimed, ImportedAuthorReleased)
def let_it_be_found_under_its_author(
    event: ImportedAuthorClaimed | ImportedAuthorReleased,
) -> None:
    """Index again what is found by who wrote it."""
    actions.index_thread(event.thread_id)


@reacts_to(PersonRegistered, ProfileUpdated, PersonErased, from_start=True)
def let_somebody_be_found(event: PersonRegistered | ProfileUpdated | PersonErased) -> None:
    """Keep what people are found by as they describe themselves now."""
    if event.person_id is not None:
        actions.index(queries.PEOPLE.name, [event.person_id])


@reacts_to(ChatImported, ImportedAuthorClaimed, ImportedAuthorReleased)
def let_imported_words_be_found(
    event: ChatImported | ImportedAuthorClaimed | ImportedAuthorReleased,
) -> None:
    """Index what came from another chat, and again under who turned out to have written it."""
    if isinstance(event, ChatImported):
        actions.index_room(event.thread_id, first=event.first)
    elif author := queries.writer_of(event.author_id):
        actions.index_room(event.thread_id, author_id=author)


@reacts_to(ReplyWritten, PersonMentioned, from_start=True)
def know_who_talks_with_whom(event: ReplyWritten | PersonMentioned) -> None:
    """Keep who talks with whom where a community talks; private talk is nobody's to count."""
    if event.community_id is None or event.actor_id is None:
        return
    if isinstance(event, ReplyWritten):
        actions.note_answer(event.community_id, event.post_id, event.actor_id, event.person_id)
    elif event.at is not None:
        actions.note_talk(event.community_id, event.actor_id, event.person_id, event.at)


@reacts_to(ThreadOpened)
def note_what_appeared(event: ThreadOpened) -> None:
    """Note that an item of the calendar appeared, also after somebody had let it through."""
    thread = queries.find_thread(event.thread_id)
    if thread is not None and thread.plan:
        actions.mark_published(thread)


@reacts_to(ItemHeld)
def tell_why_it_waits(event: ItemHeld) -> None:
    """Tell the authors of an item that it did not appear, and why."""
    item = queries.find_planned(event.item_id)
    if item is not None:
        actions.tell_of_held(item, queries.authors_of(item), event)


packer.done_by(queries.pack)


@reacts_to(
    ThreadOpened,
    ReplyWritten,
    AnswerAccepted,
    ThreadMoved,
    ThreadHandled,
    PostWithdrawn,
    PostRemoved,
    MemberJoined,
)
def pass_on_through_channels(
    event: ThreadOpened
    | ReplyWritten
    | AnswerAccepted
    | ThreadMoved
    | ThreadHandled
    | PostWithdrawn
    | PostRemoved
    | MemberJoined,
) -> None:
    """Carry what was said out through the channels of the community that are to carry it."""
    actions.pass_on(event)


@reacts_to(MessageArrived)
def take_in_what_arrived(event: MessageArrived) -> None:
    """Put what a channel brought where it belongs."""
    actions.take_in(event.arrival_id)
