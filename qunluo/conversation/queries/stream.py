"""The home stream of a member: what waits, what people they know said, the rest; it ends."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Case, Exists, F, FilteredRelation, OuterRef, Q, Subquery, Value, When
from django.db.models.expressions import RawSQL

from qunluo.community import queries as communities
from qunluo.conversation.models import (
    Draft,
    Reading,
    ServiceRequest,
    Space,
    SpaceFollowing,
    Thread,
    Tie,
)
from qunluo.conversation.queries.cards import Light, ThreadCard, stream_cards, unread_of
from qunluo.conversation.queries.early import opened
from qunluo.conversation.queries.sight import MANAGE, Sight
from qunluo.conversation.rules import ranking
from qunluo.conversation.rules.kinds import kind_of, kinds_waiting_for
from qunluo.conversation.rules.reading import STREAM_DAYS
from qunluo.governance.queries import hidden_ids, votes_to_cast
from qunluo.kernel.clock import now
from qunluo.kernel.paging import BadCursor
from qunluo.kernel.prepared import ask, of_columns
from qunluo.kernel.rows import JsonRow, JsonRows

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

    from qunluo.community.models import Community
    from qunluo.community.queries import Belonging
    from qunluo.people.models import Person

PROPOSAL, VOTING, SERVICE = "proposal", "voting", "service"
MUTED, FOLLOWED = Reading.Following.MUTED, Reading.Following.FOLLOWED
UNMUTED = [Reading.Following.NORMAL, FOLLOWED]
FELT = tuple(ranking.FELT)
NEWEST_FIRST = "ORDER BY active_at DESC, id DESC LIMIT %s"
NEWEST_OF = "SELECT * FROM (SELECT id FROM"
NEWEST_HERE = (
    "SELECT * FROM (SELECT id, active_at FROM conversation_thread WHERE community_id = %s"  # noqa: S608
    f" AND space_id IN ({{spaces}}) AND NOT opener_gone {NEWEST_FIRST}) AS there"
)
CALLED = "SELECT thread_id FROM conversation_reading WHERE person_id = %s AND mentioned > read"
MINE_TO_DO = (
    "SELECT id FROM conversation_thread WHERE community_id IN ({here}) AND author_id = %s"
    " AND kind IN ({kinds}) AND NOT settled"
)
# What of a space decides who sees it, and what a card shows of it.
SPACE = (
    "id", "community_id", "slug", "name", "type", "visibility", "grant_kind", "grant_name",
)  # fmt: skip
LOOKED_AFTER = "SELECT id FROM conversation_thread WHERE assignee_id = %s AND NOT settled"
ASKED_FOR = "SELECT thread_id FROM conversation_servicerequest WHERE turn_id = %s"
PROPOSED = (
    "SELECT id FROM conversation_thread WHERE community_id IN ({here}) AND kind = %s"
    " AND NOT settled"
)


@dataclass(frozen=True)
class Stream:
    """A part of the stream; `before` is the section with which the part before it ended."""

    items: list[ThreadCard]
    next: str | None
    before: str
    belongings: "list[Belonging]"


def stream(
    person: "Person",
    *,
    community: "Community | None" = None,
    after: str | None = None,
    limit: int = 20,
    order: str = ranking.RANKED,
) -> Stream:
    """Return what is said in the spaces that a member sees: of 90 days, at most 100 threads.

    What waits for them comes first, then people they talk with, then the rest (rules/ranking.py),
    or plainly the newest first. The cursor carries what is still to come, so that nothing comes
    twice or not at all while people write; what may no longer be read by then stays away. Muted
    ones are left out; each says why it stands here. Three queries. BadCursor.
    """
    everywhere = communities.communities_of(person, _open_spaces)
    belongings = [one for one in everywhere if community is None or one.community == community]
    sights = {one.community.pk: sight_in(person, one) for one in belongings}
    spaces, heard = _spaces(belongings, sights)
    since = {one.community.pk: one.membership.joined_at for one in belongings}
    limit = max(1, min(limit, ranking.STREAM_CARDS))
    if not after:
        before, wanted = "", None
    else:
        try:
            before, wanted = ranking.unpacked(after)
        except ValueError:
            raise BadCursor from None
    ids = None if wanted is None else [pk for pk, _part in wanted[:limit]]
    light = _light(person, list(sights.values()), spaces, heard, ids)
    rows = {row[0]: Light._make(row) for row in light}
    standings = _standings(rows.values(), person.pk, since)
    if wanted is None:
        sort = ranking.newest if order == ranking.NEWEST else _ranked
        wanted = sort(standings.values())
    shown, rest = wanted[:limit], wanted[limit:]
    here = [(pk, part) for pk, part in shown if pk in standings]
    found = stream_cards([pk for pk, _part in here], spaces, person.pk, since, rows)
    today = now().date()
    items = [
        _told(found[pk], standings[pk], part, ranking.why(standings[pk], today))
        for pk, part in here
        if pk in found
    ]
    cursor = ranking.packed(shown[-1][1], rest) if rest else None
    return Stream(items, cursor, before, everywhere)


def drafts(person: "Person") -> list[Draft]:
    """Return what a person began to write and did not send, the newest first."""
    found = Draft.objects.filter(person=person).select_related("space__community", "thread")
    return list(found.order_by("-saved_at", "-pk"))


def draft_for(person: "Person", space: Space) -> Draft | None:
    """Return the new thread that a person began to write in a space."""
    return Draft.objects.filter(person=person, space=space, thread=None).first()


def _ranked(found: "Iterable[ranking.Standing]") -> list[tuple[int, str]]:
    return ranking.ranked(found, now())


def _light(
    person: "Person",
    sights: Sequence[Sight],
    spaces: Collection[int],
    heard: Collection[int],
    ids: Sequence[int] | None,
) -> list[tuple[Any, ...]]:
    """Return what the order goes by; of the newest and what waits, or of those that are named."""
    if not spaces or ids == []:
        return []
    parts = [[person.pk], [one.community_id for one in sights], list(spaces), list(heard), ids]
    lengths = tuple(len(part or ()) for part in parts)
    managed = tuple(MANAGE in one.permissions for one in sights)

    def build(numbers: Sequence[int]) -> "QuerySet[Thread, Any]":
        at, cut = 0, list[Sequence[int]]()
        for length in lengths:
            cut.append(numbers[at : at + length])
            at += length
        me, here, those, unmuted, named = cut
        stand_ins = [
            replace(one, person_id=me[0], community_id=pk)
            for one, pk in zip(sights, here, strict=True)
        ]
        found = None if ids is None else named
        return _candidates(me[0], here, those, unmuted, stand_ins, found)

    numbers = [number for part in parts for number in part or ()]
    return ask((lengths, managed, ids is None), build, numbers)


def _candidates(
    person_id: int,
    here: Sequence[int],
    spaces: Sequence[int],
    heard: Sequence[int],
    sights: Sequence[Sight],
    ids: Sequence[int] | None,
) -> "QuerySet[Thread, Any]":
    """Return what the order goes by, from numbers that stand for those of the member.

    Of a muted space only what they follow in it themselves, which is the narrower wish.
    """
    talked = Tie.objects.filter(
        community_id=OuterRef("community_id"),
        person_id=person_id,
        talked_at__gte=now() - timedelta(days=ranking.TIE_DAYS),
    )
    mine = FilteredRelation("readings", condition=Q(readings__person_id=person_id))
    casts = votes_to_cast(person_id).filter(
        community_id=OuterRef("community_id"), thread_number=OuterRef("number")
    )
    asked = ServiceRequest.objects.filter(turn_id=person_id, due_at__gt=now())
    # A plain condition: negating the other one, Django asks for the reading of each thread anew.
    unmuted = Q(mine__following__isnull=True) | Q(mine__following__in=UNMUTED)
    return (
        Thread.objects.annotate(mine=mine)
        # Not the column itself, or SQLite looks into each space for each of the threads.
        .alias(room=F("space_id") + 0)
        .filter(
            Q(mine__following=FOLLOWED) | Q(space_id__in=heard) & unmuted,
            opened(*sights),
            pk__in=_newest(person_id, here, spaces) if ids is None else ids,
            room__in=spaces,
            active_at__gte=now() - timedelta(days=STREAM_DAYS),
            opener_gone=False,
        )
        .exclude(author_id__in=hidden_ids(person_id))
        .annotate(
            knows_author=Exists(talked.filter(other_id=OuterRef("author_id"))),
            knows_last=Exists(talked.filter(other_id=OuterRef("last_author_id"))),
            last_away=Case(
                When(last_author_id__in=hidden_ids(person_id), then=True),
                default=Value(value=False),
            ),
            asked_for=Case(
                When(kind=SERVICE, then=Exists(asked.filter(thread_id=OuterRef("pk")))),
                default=Value(value=False),
            ),
            votes_left=Case(
                When(kind=PROPOSAL, state=VOTING, then=Exists(casts)), default=Value(value=False)
            ),
        )
        .values_list(*Light._fields)
    )


def _newest(person_id: int, here: Sequence[int], spaces: Sequence[int]) -> RawSQL:
    """Return the ids of the newest threads, and of older ones that may wait for the member.

    Each part walks an index of its own, which one condition with OR would not.
    """
    kinds = kinds_waiting_for("author")
    newest = " UNION ALL ".join([_some(NEWEST_HERE, spaces=spaces)] * len(here))
    parts: dict[str, list[Any]] = {
        f"{NEWEST_OF} ({newest}) AS here {NEWEST_FIRST}) AS newest": [
            *(value for pk in here for value in (pk, *spaces, ranking.LOOKED_AT)),
            ranking.LOOKED_AT,
        ],
        CALLED: [person_id],
        _some(MINE_TO_DO, here=here, kinds=kinds): [*here, person_id, *kinds],
        LOOKED_AFTER: [person_id],
        ASKED_FOR: [person_id],
        _some(PROPOSED, here=here): [*here, PROPOSAL],
    }
    given = [value for values in parts.values() for value in values]
    return RawSQL(" UNION ALL ".join(parts), given)  # noqa: S611 - fixed text, values apart


def _some(statement: str, **values: Sequence[Any]) -> str:
    """Return a statement with a place for each of the values."""
    places = {name: ", ".join(["%s"] * len(some)) for name, some in values.items()}
    return statement.format(**places)


def _standings(
    rows: Iterable[Light], person_id: int, since: "Mapping[int, datetime]"
) -> dict[int, ranking.Standing]:
    """Return by id what rows say about the order."""
    found = {}
    for one in rows:
        turn = kind_of(one.kind).state(one.state).waits_for
        own = one.author_id == person_id
        waits = (own and turn == "author") or (turn == "assignee" and one.assignee_id == person_id)
        waits = waits or bool(one.asked_for)
        answered = (
            own
            and one.last_author_id != person_id
            and not one.last_away
            and unread_of(one._asdict(), since.get(one.community_id)) > 0
        )
        found[one.id] = ranking.Standing(
            one.id,
            one.active_at,
            (one.mine__mentioned or 0) > (one.mine__read or 0),
            waits,
            bool(one.votes_left),
            one.due_on if waits and not one.settled else None,
            own,
            one.mine__following == FOLLOWED,
            answered,
            one.knows_author,
            one.knows_last and one.replies > 0 and not one.last_away,
            (one.useful, one.fun, one.warm, one.beneficial),
        )
    return found


def _told(card: ThreadCard, standing: ranking.Standing, section: str, reason: str) -> ThreadCard:
    """Return the card with its section and the one line that says why it stands there."""
    name = card.last_author.name if reason in {"answered", "knows_last"} else card.author.name
    count = standing.felt[FELT.index(reason)] if reason in FELT else 0
    words = {"name": name, "n": str(count), "day": card.due_on or ""}
    return card._replace(why=reason, section=section, words=words)


def _spaces(
    belongings: "Iterable[Belonging]", sights: Mapping[int, Sight]
) -> tuple[dict[int, Space], frozenset[int]]:
    """Return the open spaces that a person sees where they belong, and which they have not muted.

    By id.
    """
    spaces: dict[int, Space] = {}
    heard = set()
    for one in belongings:
        sight = sights[one.community.pk]
        for *values, deaf in one.beside or ():
            space = of_columns(Space, SPACE, values)
            if sight.sees(space):
                space.community = one.community
                spaces[space.pk] = space
                if not deaf:
                    heard.add(space.pk)
    return spaces, frozenset(heard)


def _open_spaces(person_id: int) -> Subquery:
    """Return the open spaces of a community, and whether a person has muted them."""
    deaf = SpaceFollowing.objects.filter(person_id=person_id, following=MUTED, space=OuterRef("pk"))
    found = Space.objects.filter(community_id=OuterRef("community_id"), archived_at=None)
    found = found.exclude(visibility=Space.Visibility.PEOPLE).order_by()
    return Subquery(found.values_list(JsonRows(JsonRow(*SPACE, Exists(deaf)))))


def sight_in(person: "Person", one: "Belonging") -> Sight:
    """Return what a member may see where they belong, without asking anew."""
    membership = one.membership
    until = membership.suspended_until
    standing = communities.Standing(
        membership.pk, one.roles, until if until and until > now() else None, membership.joined_at
    )
    held = frozenset((one.community.pk, kind, name) for kind, name in one.held)
    return Sight(person.pk, one.community.pk, standing, membership.joined_at, held)
