"""The directory of members: filters, visibility, pages."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.db.models import (
    BooleanField,
    DateTimeField,
    Exists,
    F,
    Func,
    OuterRef,
    Q,
    QuerySet,
    Value,
)
from django.db.models.functions import Least

from qunluo.community.models import Community, Grant, Membership, MemberTag, RulesVersion
from qunluo.community.queries.permissions import ROLE_KINDS, in_force, live_grants, require
from qunluo.community.rules import segments as rules
from qunluo.community.rules.permissions import MEMBER
from qunluo.kernel.clock import now
from qunluo.kernel.paging import Page, page

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from qunluo.people.models import Person

VIEW, MANAGE = "members.view", "members.manage"
SHOWN_TO_MEMBERS = ("everyone", "members")
ORDER = ["-joined_at", "-id"]


@dataclass(frozen=True)
class MemberCard:
    """What the directory shows of a member to other members."""

    membership: Membership
    roles: frozenset[str]
    offers: tuple[str, ...]
    intro: str
    badges: tuple[str, ...] = ()

    @property
    def person(self) -> "Person":
        """Return the person behind the membership."""
        return self.membership.person


@dataclass(frozen=True)
class _Ask:
    """A question to the directory; `manages` says whether the asker looks after members."""

    community: Community
    wanted: rules.Filters
    manages: bool


class AnyItem(Func):
    """True when an item of a JSON list of strings is like a pattern, ignoring case."""

    output_field = BooleanField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """Unpack with json_each: stored text is escaped, so LIKE on it would miss Chinese."""
        template = "EXISTS (SELECT 1 FROM json_each(%(expressions)s ESCAPE '\\')"
        return self.as_sql(
            compiler, connection, template=template, arg_joiner=") AS item WHERE item.value LIKE ",
            **context,
        )  # fmt: skip

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """Unpack with jsonb_array_elements_text."""
        template = "EXISTS (SELECT 1 FROM jsonb_array_elements_text(%(expressions)s)"
        return self.as_sql(
            compiler, connection, template=template, arg_joiner=") AS item WHERE item ILIKE ",
            **context,
        )  # fmt: skip


def members(
    community: Community,
    *,
    viewer: "Person | AnonymousUser | None",
    filters: Mapping[str, Any] | None = None,
    after: str | None = None,
    limit: int = 50,
) -> Page[MemberCard]:
    """Return a page of the directory, the newest first.

    Members may filter by q, role, tag and offers; the rest takes members.manage. InvalidFilter.
    """
    wanted = rules.parse(filters or {})
    found = page(_visible(community, viewer, wanted), ORDER, after, limit)
    return Page(_cards(community, found.items), found.next)


def count_members(
    community: Community,
    *,
    viewer: "Person | AnonymousUser | None",
    filters: Mapping[str, Any] | None = None,
) -> int:
    """Return how many members the filters leave."""
    return _visible(community, viewer, rules.parse(filters or {})).count()


def active_members(community: Community) -> "QuerySet[Membership]":
    """Return the memberships that count."""
    return Membership.objects.filter(in_force(), community=community)


def people_called(community: Community, texts: Iterable[str]) -> "dict[str, list[Person]]":
    """Return for each text the members it names: the one of that handle, or all of that name.

    An @ before a handle and blanks around are no part of it; who is named by nothing is left out.
    """
    plain = {text: text.replace("\0", "").strip().removeprefix("@") for text in texts}
    handles = [one.upper() for one in plain.values() if one.isalnum()]  # nothing else can be one
    rows = active_members(community).filter(
        Q(person__handle__in=handles) | Q(person__name__in=list(plain.values()))
    )
    people = [one.person for one in rows.select_related("person").order_by("person")]
    found = {}
    for text, said in plain.items():
        by_handle = [one for one in people if one.handle == said.upper()]
        if named := by_handle or [one for one in people if one.name == said]:
            found[text] = named
    return found


def there_at(community: str, person: str, moment: str) -> Exists:
    """Return the condition that who a row names was a member, not suspended, at its moment.

    The three are names of columns of that row. A moment that lies ahead is asked about as of now,
    save that a suspension may end before it.
    """
    asked = Least(OuterRef(moment), Value(now(), DateTimeField()))
    found = Membership.objects.filter(
        Q(status=Membership.Status.ACTIVE) | Q(ended_at__gt=asked),
        Q(paid_until=None) | Q(paid_until__gt=asked),
        Q(suspended_until=None) | Q(suspended_until__lte=OuterRef(moment)),
        community=OuterRef(community), person=OuterRef(person), joined_at__lte=asked,
    )  # fmt: skip
    return Exists(found)


def filtered(community: Community, wanted: rules.Filters, *, manages: bool) -> QuerySet[Membership]:
    """Return the members that filters leave; `manages` also matches what operators noted."""
    ask, condition = _Ask(community, wanted, manages), Q()
    for name in wanted.as_json():
        condition &= CONDITIONS[name](ask)
    return active_members(community).filter(condition)


def _visible(
    community: Community, viewer: "Person | AnonymousUser | None", wanted: rules.Filters
) -> "QuerySet[Membership]":
    found = require(viewer, community, MANAGE if wanted.for_operators else VIEW)
    return filtered(community, wanted, manages=MANAGE in found.permissions).select_related("person")


def _cards(community: Community, found: list[Membership]) -> list[MemberCard]:
    held: dict[int, set[str]] = {}
    worn: dict[int, list[str]] = {}
    people = [membership.person_id for membership in found]
    for person_id, kind, name in _shown(community, people).values_list("person_id", "kind", "name"):
        if kind == Grant.Kind.BADGE:
            worn.setdefault(person_id, []).append(name)
        else:
            held.setdefault(person_id, set()).add(name)
    return [
        MemberCard(
            membership,
            frozenset({MEMBER, *held.get(membership.person_id, ())}),
            tuple(membership.person.offers) if _shows(membership.person, "offers") else (),
            membership.person.intro if _shows(membership.person, "intro") else "",
            tuple(worn.get(membership.person_id, ())),
        )
        for membership in found
    ]


def badges_of(person: "Person", community: Community) -> list[str]:
    """Return the names of the badges that a member wears here, the oldest first."""
    shown = _shown(community, [person.pk]).filter(kind=Grant.Kind.BADGE)
    return list(shown.values_list("name", flat=True))


def _shown(community: Community, people: list[int]) -> "QuerySet[Grant]":
    """Return what members see of each other's grants: roles, the seat and badges."""
    return Grant.objects.filter(
        live_grants(),
        community=community,
        kind__in=[*ROLE_KINDS, Grant.Kind.BADGE],
        person__in=people,
    ).order_by("pk")


def _shows(person: "Person", field: str) -> bool:
    return person.visibility.get(field) in SHOWN_TO_MEMBERS


def _like(text: str) -> str:
    """Return a LIKE pattern for text that contains this, whatever characters it has."""
    return "%" + _exactly(text) + "%"


def _exactly(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _by_name(ask: _Ask) -> Q:
    return Q(person__name__icontains=ask.wanted.q)


def _by_role(ask: _Ask) -> Q:
    if ask.wanted.role == MEMBER:
        return Q()
    held = Grant.objects.filter(
        live_grants(),
        community=ask.community,
        person=OuterRef("person"),
        kind__in=ROLE_KINDS,
        name=ask.wanted.role,
    )
    return Q(Exists(held))


def _by_tag(ask: _Ask) -> Q:
    """Match tags in this community and in the profile; members never learn of operators' tags."""
    tags = MemberTag.objects.filter(
        community=ask.community, membership=OuterRef("pk"), name__iexact=ask.wanted.tag
    )
    if not ask.manages:
        tags = tags.filter(source=MemberTag.Source.SELF)
    own = Q(person__visibility__tags__in=SHOWN_TO_MEMBERS) & Q(
        AnyItem(F("person__tags"), Value(_exactly(ask.wanted.tag)))
    )
    return Q(Exists(tags)) | own


def _by_offers(ask: _Ask) -> Q:
    return Q(person__visibility__offers__in=SHOWN_TO_MEMBERS) & Q(
        AnyItem(F("person__offers"), Value(_like(ask.wanted.offers)))
    )


def _by_via(ask: _Ask) -> Q:
    return Q(via=ask.wanted.via)


def _by_host(ask: _Ask) -> Q:
    return Q(host=None) if ask.wanted.host == rules.NO_HOST else Q(host_id=ask.wanted.host)


def _by_label(ask: _Ask) -> Q:
    return Q(label_claim="" if ask.wanted.label == "none" else ask.wanted.label)


def _by_rules(ask: _Ask) -> Q:
    current = RulesVersion.objects.filter(community=ask.community).order_by("-number")
    return Q(rules_number__lt=current.values_list("number", flat=True).first() or 0)


def _joined_after(ask: _Ask) -> Q:
    return Q(joined_at__gte=_midnight(ask.community, ask.wanted.joined_after, days=1))


def _joined_before(ask: _Ask) -> Q:
    return Q(joined_at__lt=_midnight(ask.community, ask.wanted.joined_before, days=0))


def _dormant(ask: _Ask) -> Q:
    return Q(last_active_on__lte=now().date() - timedelta(days=ask.wanted.dormant_days or 0))


def _midnight(community: Community, day: Any, *, days: int) -> datetime:
    """Return the start of a day in the community's time zone, or of a later one."""
    return datetime.combine(day, time.min, ZoneInfo(community.time_zone)) + timedelta(days=days)


CONDITIONS = {
    "q": _by_name,
    "role": _by_role,
    "tag": _by_tag,
    "offers": _by_offers,
    "via": _by_via,
    "host": _by_host,
    "label": _by_label,
    "rules": _by_rules,
    "joined_after": _joined_after,
    "joined_before": _joined_before,
    "dormant_days": _dormant,
}
