"""People among what can be found: by name, and by what they let their communities read."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Exists, OuterRef, Q

from qunluo.community.queries import active_members
from qunluo.conversation.ports import Asking, Findable, Shown, Source
from qunluo.conversation.rules import search as rules
from qunluo.people.queries import described, people_after


def _documents(ids: Sequence[int]) -> Iterable[Findable]:
    for pk, one in described(ids).items():
        yield Findable(pk, one.card.name, "\n".join(one.texts))


def _within(documents: Any, asking: Asking) -> Any:
    """Narrow documents to members of the communities."""
    belongs = Q()
    for community in asking.communities:
        mine = active_members(community).filter(person_id=OuterRef("target"))
        belongs |= Q(Exists(mine))
    return documents.filter(belongs)


def _show(asking: Asking, ids: Sequence[int]) -> list[Shown]:
    """Return members who answer as they describe themselves today; those by name come first."""
    home: dict[int, str] = {}
    for community in reversed(asking.communities):
        here = active_members(community).filter(person_id__in=ids)
        home |= dict.fromkeys(here.values_list("person_id", flat=True), community.slug)
    asked = asking.question
    known = described(home)
    found: list[tuple[bool, int, Shown]] = []
    for pk in ids:
        one = known.get(pk)
        if one is None or not rules.answers(asked, one.card.name, *one.texts):
            continue
        named = rules.answers(asked, one.card.name)
        about = next((t for t in one.texts if rules.touches(asked, t)), one.intro)
        shown = Shown(
            pk,
            rules.highlight(asked, one.card.name),
            rules.excerpt(asked, about) if about else "",
            f"/c/{home[pk]}/members/{one.card.handle}/",
            one.card,
        )
        found.append((not named, len(found), shown))
    return [shown for _unnamed, _number, shown in sorted(found, key=lambda one: one[:2])]


PEOPLE = Source(
    name="person",
    label={"en": "People", "zh": "成员"},
    documents=_documents,
    after=people_after,
    within=_within,
    show=_show,
)
