"""The home stream on pages: what is the same for everybody is rendered once, the rest laid over.

A card is made of pieces that depend on what was said alone, never on who looks: they are kept
under everything that went into them, so that nothing has to be thrown away when something
changes. When it was, what is new and why it stands there come between the pieces.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlencode

from markupsafe import Markup, escape

from qunluo.conversation import queries
from qunluo.kernel.text import pick
from qunluo.web.core import say
from qunluo.web.core.jinja import tight
from qunluo.web.core.pieces import GAP, macros, pieces
from qunluo.web.core.requests import PersonRequest

if TYPE_CHECKING:
    from qunluo.community.models import Community

COOKIE = "order"  # what a member chose on this device


@dataclass(frozen=True)
class Row:
    """A card as the page puts it together."""

    section: str
    html: Markup


class Same(NamedTuple):
    """Everything of a card that is the same for whoever sees it; what its pieces are kept under."""

    language: str
    slug: str
    where: str
    number: int
    name: str
    body: str
    author: tuple[str, str, str]
    said: tuple[tuple[str, str], ...]
    kind: str
    state: str
    late: bool
    due_on: Any
    assignee: str
    link: str
    cover: str
    files: int
    poll: bool
    advert: bool
    felt: tuple[tuple[str, int], ...]
    seconds: int
    replies: int


def order_of(request: PersonRequest) -> str:
    """Return the order that was chosen on this device."""
    chosen = request.COOKIES.get(COOKIE, "")
    return chosen if chosen in queries.STREAM_ORDERS else queries.STREAM_ORDERS[0]


def stream_page(
    request: PersonRequest, *, community: "Community | None" = None, limit: int
) -> dict[str, Any]:
    """Return what the stream of a page needs; BadCursor."""
    after, order = request.GET.get("after"), order_of(request)
    found = queries.stream(
        request.person, community=community, after=after, limit=limit, order=order
    )
    several, moments = community is None, say.Moments()
    return {
        "rows": [_row(card, moments, several=several) for card in found.items],
        "more": "?" + urlencode({"after": found.next}) if found.next else "",
        "after": after or "",
        "before": found.before,
        "order": order,
        "several": several,
        "belongings": found.belongings,
    }


def _row(card: queries.ThreadCard, moments: say.Moments, *, several: bool) -> Row:
    """Lay what is the viewer's own over what is the same for everybody."""
    community = card.space.community
    language = moments.language
    same = _same(card, language, community.name if several else card.space.name)
    first, link, marks, end = _pieces(same)
    new = card.unread
    why = escape(say.upright(card.why_in(language)))
    key = f"t:{community.slug}/{card.number}"
    html = (
        f'<li class="thread-row{" new" if new else ""}" data-key="{key}">'
        f"{first}{moments.tag(card.active_at)}{link}{'#new' if new else ''}{marks}"
        f'<span class="stream-why">{why}</span>{end}{_unread(new, language) if new else ""}</li>'
    )
    return Row(card.section, Markup(html))  # noqa: S704 - from a template, and escaped above


def _unread(count: int, language: str) -> str:
    """Return the mark of what is new."""

    def make() -> str:
        return str(macros("conversation/parts.html").unread_mark(count, quiet=True))

    return pieces(("unread", count, language), make)[0]


def _same(card: queries.ThreadCard, language: str, where: str) -> Same:
    stateful = len(card.kind.states) > 1 and (card.kind.name != "talk" or card.settled)
    link = next((f.name for f in card.kind.fields if f.type == "link"), "")
    name = card.title or card.body or card.excerpt
    return Same(
        language=language,
        slug=card.space.community.slug,
        where=where,
        number=card.number,
        name=name,
        body=(card.body or card.excerpt) if card.title else "",
        author=(card.author.name, card.author.handle, card.author.picture),
        said=tuple((one.author.name, one.text) for one in card.comments),
        kind="" if card.kind.name == "talk" else card.kind.name,
        state=str(pick(card.state.label, language)) if stateful else "",
        late=card.overdue,
        due_on=card.due_on,
        assignee=card.assignee.name if card.assignee else "",
        link=str(card.fields.get(link) or "") if link else "",
        cover=card.cover,
        files=card.files,
        poll=card.poll,
        advert=card.advert,
        felt=tuple((name, count) for name in queries.FELT if (count := getattr(card, name))),
        seconds=card.seconds,
        replies=card.replies,
    )


def _pieces(same: Same) -> tuple[str, ...]:
    """Return a card, cut where the viewer's own comes in."""

    def make() -> str:
        kind = queries.kind_of(same.kind) if same.kind else None
        card = macros("conversation/stream_card.html").card
        return tight(card(same, kind, GAP, queries.reactions()))

    return pieces(same, make)
