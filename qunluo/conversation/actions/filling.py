"""What stands in an item of the calendar: taken from a form, checked, all faults at once."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from qunluo.community.queries import members_called
from qunluo.conversation.errors import InvalidItem, KindNotHere
from qunluo.conversation.models import PlannedItem
from qunluo.conversation.queries.calendar import PUBLISH, values_of
from qunluo.conversation.rules import calendar as rules
from qunluo.conversation.rules import writing
from qunluo.conversation.rules.kinds import kind_of
from qunluo.conversation.rules.polls import check_planned
from qunluo.kernel.clock import now
from qunluo.kernel.text import _

if TYPE_CHECKING:
    from qunluo.conversation.queries.sight import Sight

TAGS = ("target", "values", *rules.ATTRIBUTES, "causes", "motive", "licence", "originality")
MOST_TICKS, TICK_LENGTH = 40, 40


def leads(sight: "Sight") -> bool:
    """Return whether somebody publishes for the community."""
    return PUBLISH in sight.permissions


def fill(item: PlannedItem, sight: "Sight", said: Mapping[str, Any]) -> list[int] | None:
    """Put what was said into an item; what was not said stays. Needs the sight of who writes.

    Returns who writes it together with the author (ids), None to leave them. KindNotHere,
    InvalidItem.
    """
    offers = sight.opens(item.space)
    if kind_of(item.kind) not in offers:
        raise KindNotHere(kinds=[one.label for one in offers] or "-")
    words, faults = _words(item, said)
    tags = rules.check_tags(
        {name: said.get(name, getattr(item, name)) for name in TAGS}, values_of(item.community)
    )
    people, wrong = _together(item, said.get("together"))
    poll, unfit = check_planned(said.get("poll"), now())
    faults = {**faults, **tags.faults, **_times(item, sight, said), **wrong, **unfit}
    if faults:
        raise InvalidItem(fields=faults)
    for name, value in words.items():
        setattr(item, name, value)
    for name in ("target", "values", "causes", "motive", "licence", "originality"):
        setattr(item, name, getattr(tags, name))
    for name, points in tags.attributes.items():
        setattr(item, name, points)
    if "poll" in said:
        item.poll = poll
    if "ticks" in said:
        ticks = {str(one)[:TICK_LENGTH] for one in said["ticks"] or ()}
        item.ticks = sorted(ticks)[:MOST_TICKS]
    return people


def _words(item: PlannedItem, said: Mapping[str, Any]) -> tuple[dict[str, Any], writing.Faults]:
    """Return title, text and the fields of the kind as they will be said."""
    known = {name: said.get(name, getattr(item, name)) for name in ("title", "source", "fields")}
    fields = {name: str(value) for name, value in (known["fields"] or {}).items() if value}
    files = said.get("attached")
    wordless = bool(files) or (item.pk is not None and item.files.exists())
    written = writing.check_thread(
        kind_of(item.kind),
        known["title"] or "",
        known["source"] or "",
        fields,
        now().date(),
        wordless=wordless,
    )
    words = {
        "title": written.title,
        "source": written.source,
        "fields": fields,
        "digest": rules.digest(written.title, written.source),
    }
    return words, written.faults


def _times(item: PlannedItem, sight: "Sight", said: Mapping[str, Any]) -> writing.Faults:
    """Put the times into an item, and who reads it first; return what is wrong with them."""
    for name in ("publish_at", "open_at"):
        if name in said:
            setattr(item, name, said[name])
    for name in ("early_kind", "early_name"):
        if name in said:
            setattr(item, name, " ".join(str(said[name] or "").replace("\0", "").split()))
    if item.open_at is None and "open_at" in said and "early_kind" not in said:
        item.early_kind = item.early_name = ""
    faults = rules.check_times(
        item.publish_at, item.open_at, item.early_kind, item.early_name, leads=leads(sight)
    )
    if item.state == PlannedItem.State.SCHEDULED and item.publish_at is None:
        faults["publish_at"] = [_("A scheduled item needs a time.")]
    return faults


def _together(
    item: PlannedItem, names: Sequence[str] | None
) -> tuple[list[int] | None, writing.Faults]:
    """Return the members who write together with the author, by the names given."""
    if names is None:
        return None, {}
    words = [name.strip().lstrip("@") for name in names if name.strip()]
    found = members_called(item.community, words)
    if any(word not in found for word in words):
        return None, {"together": [_("There is no member of this name here.")]}
    people = list(dict.fromkeys(found[word].person_id for word in words))
    people = [pk for pk in people if pk != item.author_id]
    if len(people) > rules.MOST_TOGETHER:
        return None, {"together": [_("At most ten people.")]}
    return people, {}
