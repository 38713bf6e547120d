"""Posts and threads in lists, laid together from what is kept (web/core/pieces.py)."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from qunluo.conversation import queries
from qunluo.web.core import say
from qunluo.web.core.jinja import tight
from qunluo.web.core.pieces import GAP, macros, pieces

if TYPE_CHECKING:
    from qunluo.community.models import Community

PARTS = "conversation/parts.html"
WARES = "conversation/wares.html"
LONG = 4000  # of longer posts a thousand would take too much memory


def thread_row(card: queries.ThreadCard, slug: str, moments: say.Moments) -> Markup:
    """Return the row of a thread in the list of its space."""
    key = (
        moments.language, slug, card.number, card.author, card.gone, card.title, card.excerpt,
        card.replies, card.last_author.name, card.last_excerpt, card.advert, card.kind.name,
        card.state.name, card.settled, card.overdue, card.following, card.seconds, card.cover,
        card.unread,
    )  # fmt: skip
    first, last = pieces(key, lambda: tight(macros(PARTS).thread_row(card, slug, when=GAP)))
    return Markup(f"{first}{moments.tag(card.active_at)}{last}")  # noqa: S704 - of a template


def ware_html(place: int, context: Mapping[str, Any]) -> Markup:
    """Return the cards of products that the post at a place names; nothing for most."""
    if not (some := context["wares"].get(place)):
        return Markup()
    given = (context["ware_shop"], context["ware_amount"])
    return Markup(tight(macros(WARES).cards(some, *given)))  # noqa: S704 - of a template


def post_item(
    post: queries.PostView,
    window: queries.ThreadWindow,
    community: "Community",
    context: Mapping[str, Any],
    moments: say.Moments,
) -> Markup:
    """Return a post as the viewer of a window sees it; what few have is rendered anew."""

    def make(when: str = "") -> str:
        names = ("reactions", "told", "placed", "accepts", "seconded")
        given = [context[name] for name in names]
        shown = ware_html(post.place, context)
        return tight(macros(PARTS).post_item(post, window, community, *given, when, shown))

    wares = post.place in context["wares"]
    if post.removed or post.files or post.poll or wares or len(post.html) > LONG:
        return Markup(make())  # noqa: S704 - of a template
    card, to = window.card, context["placed"].get(post.reply_to)
    key = (
        moments.language, community.slug, post.place, post.author, post.html, post.reply_to,
        to.author.name if to else None, post.move, post.edited_at is None,
        tuple(post.reactions.items()), post.reacted, post.own, post.accepted,
        post.author.id in window.hidden, post.label, post.measure_id, card.number, card.kind.name,
        card.settled, card.seconds if post.place == 1 else 0, window.may_reply, window.may_moderate,
        window.sight.writes(window.space), window.sight.member, window.space.visibility,
        context["accepts"], context["seconded"],
    )  # fmt: skip
    first, last = pieces(key, lambda: make(GAP))
    return Markup(f"{first}{moments.tag(post.written_at)}{last}")  # noqa: S704 - of a template
