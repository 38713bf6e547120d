"""What is looked at before an item of the calendar appears."""

from qunluo.conversation.models import PlannedItem
from qunluo.conversation.queries.calendar import (
    calendar_settings,
    checklist,
    said_lately,
    same_text,
    values_of,
    zone_of,
)
from qunluo.conversation.rules import calendar as rules
from qunluo.governance.actions import check_text
from qunluo.governance.queries import rule_of
from qunluo.kernel.clock import now

HAND = {
    "en": "Asked by the standard that this community published.",
    "zh": "来自本社群公布的内容标准。",
}


def item_checks(item: PlannedItem) -> list[rules.Check]:
    """Return the checks of an item: those that a person ticks, then those that look by themselves.

    Fetch the item first. `open` and `stop` keep it from being scheduled.
    """
    return [*_by_hand(item), *automatic_checks(item)]


def automatic_checks(item: PlannedItem) -> list[rules.Check]:
    """Return what can be seen without a person."""
    community = item.community
    asked = calendar_settings(community)
    today = now().astimezone(zone_of(community)).date()
    said = said_lately(community, days=rules.RECENT_DAYS)
    text = "\n".join([item.title, item.source, *item.poll.get("options", ())])
    hit = None if item.space.private else check_text(community, text)
    pictures = [one.alt for one in item.files.all() if one.sort == one.Sort.PICTURE]
    return [
        rules.check_words((hit.word, rule_of(hit.category)) if hit else None),
        rules.check_lures(text),
        rules.check_pictures(len(pictures), sum(bool(alt) for alt in pictures)),
        rules.check_values(item.values, values_of(community)),
        rules.check_benefit(
            {name: getattr(item, name) for name in rules.ATTRIBUTES},
            rules.giving(said, today).value or 0.0,
            asked.line / 10,
            holds=asked.holds,
        ),
        rules.check_again(item.target, same_text(item)),
    ]


def _by_hand(item: PlannedItem) -> list[rules.Check]:
    ticked = set(item.ticks)
    return [
        rules.Check(f"hand.{name}", "fine" if name in ticked else "open", words, HAND, hand=True)
        for name, words in checklist(item.community)
    ]
