"""Which events are told, whom they change, and in what words."""

from collections.abc import Container, Iterable
from typing import Any

from qunluo.conversation import queries
from qunluo.kernel.delivery.log import Place
from qunluo.kernel.events import REGISTRY, Event
from qunluo.live.items import Item, frame
from qunluo.reach.queries import bells

WRITTEN = {"conversation.thread_opened", "conversation.reply_written", "governance.post_released"}
CHANGED = {
    "conversation.post_edited",
    "conversation.post_withdrawn",
    "conversation.post_removed",
    "conversation.post_restored",
    "conversation.reacted",
    "conversation.reaction_withdrawn",
}
# After these a person, or everybody in a community, may hear more or less than before.
SIGHT = {
    "community.founded", "community.closed", "community.reopened", "community.cofounder_joined",
    "community.member_joined", "community.member_left", "community.member_removed",
    "community.entry_ended", "community.entry_renewed", "community.member_reinstated",
    "community.member_suspended", "community.suspension_lifted",
    "community.grant_given", "community.grant_extended", "community.grant_revoked",
    "community.grant_expired", "conversation.space_opened", "conversation.space_changed",
    "conversation.space_archived", "conversation.space_restored",
    "conversation.private_talk_joined", "conversation.private_talk_left", "people.person_erased",
}  # fmt: skip
HIDDEN = ("space_id", "thread_id", "author_id", "person_id", "pair", "only")


def names() -> list[str]:
    """Return the events that are followed, as far as they exist."""
    return sorted((WRITTEN | CHANGED | SIGHT) & REGISTRY.keys())


def changes_sight(event: Event) -> bool:
    """Return whether somebody may hear more or less after an event."""
    return event.name in SIGHT


def told(events: Iterable[tuple[Place, Event]]) -> list[Item]:
    """Return what is to be sent of some events, in their order; a handful of queries for all."""
    wanted = [
        (place, event)
        for place, event in events
        if event.name in WRITTEN | CHANGED and getattr(event, "post_id", None)
    ]
    posts = queries.posts_to_tell(event.post_id for _, event in wanted)  # type: ignore[attr-defined]
    found = []
    for place, event in wanted:
        post = posts.get(event.post_id)  # type: ignore[attr-defined]
        if post is None or (event.name in WRITTEN and post["removed"]):
            continue
        found.append(_item(place, post, new=event.name in WRITTEN))
    return found


def _item(place: Place, post: dict[str, Any], *, new: bool) -> Item:
    said = {key: value for key, value in post.items() if key not in HIDDEN}
    brief = {key: said[key] for key in ("community", "space", "room", "private", "thread", "place")}
    brief |= {"what": "news", "author": said["author"]}
    return Item(
        full=frame({"what": "post" if new else "change"} | said, place),
        brief=frame(brief, place) if new else b"",
        place=place,
        space=post["space_id"],
        thread=post["thread_id"],
        only=post["only"],
    )


def whispered(words: Iterable[dict[str, Any]], listening: Container[int]) -> list[Item]:
    """Return what is to be sent of whispers to those who listen: marks of reading, and bells."""
    words = list(words)
    reads = {
        (word["person"], word["thread"])
        for word in words
        if word.get("what") == "read" and {"person", "thread"} <= word.keys()
    }
    found = []
    for mark in queries.marks_to_tell(reads) if reads else []:
        said = {key: value for key, value in mark.items() if key not in HIDDEN}
        found.append(_for({"what": "read"} | said, mark["person_id"]))
        if mark["pair"]:
            seen = frame({"what": "seen", "thread": mark["thread"], "read": mark["read"]})
            found.append(
                Item(
                    full=seen,
                    space=mark["space_id"],
                    thread=mark["thread_id"],
                    but=mark["person_id"],
                    watchers=True,
                )
            )
    rung: set[int] = set()
    for word in words:
        if word.get("what") == "bell":
            rung |= {one for one in word.get("people", ()) if one in listening}
        elif word.get("what") == "anew" and word.get("person") in listening:
            found.append(_for({"what": "anew"}, word["person"]))
    counts = bells(rung) if rung else {}
    return found + [_for(bell_of(count), pk) for pk, count in counts.items()]


def bell_of(count: int) -> dict[str, Any]:
    """Return what is told of a bell: how many notices wait, 100 for more than 99."""
    return {"what": "bell", "count": count}


def _for(said: dict[str, Any], person_id: int) -> Item:
    told = frame(said)
    return Item(full=told, brief=told, people=frozenset({person_id}))
