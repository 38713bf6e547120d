"""Channels as the talk of a community knows them: what may leave, in which words, and what for."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from statistics import median
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import F, Min
from django.utils import translation
from django.utils.translation import gettext

from qunluo.community.queries import active_members, find_community, require
from qunluo.conversation.models import Post, Space, Thread
from qunluo.conversation.queries.hearing import listening
from qunluo.conversation.queries.threads import find_thread
from qunluo.conversation.rules.kinds import kind_of
from qunluo.conversation.rules.markup import plain
from qunluo.conversation.rules.spaces import type_of
from qunluo.kernel.clock import now
from qunluo.kernel.text import pick
from qunluo.people.queries import person_card
from qunluo.reach import queries as reach
from qunluo.reach.ports import Parcel, joins
from qunluo.reach.queries import CHANNEL_WINDOW as WINDOW

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.people.models import Person
    from qunluo.reach.models import Channel, ChannelSending

MANAGE_CHANNELS = "channels.manage"
WORDS, MOST = 400, 2000
HOUR, THREADS_AN_HOUR = timedelta(hours=1), 30
QUESTION = "question"
INTO = ("talk", QUESTION)


@dataclass(frozen=True)
class Measure:
    """How well a channel does its job; `minutes` is a median where somebody waited."""

    job: str
    value: int
    n: int
    minutes: int | None = None
    days: int = WINDOW.days
    known: bool = True

    @property
    def formula(self) -> Any:
        """Return what the number means, in both languages."""
        return reach.jobs_of_channels()[self.job].formula


def channels_here(community: "Community", *, viewer: "Person") -> "list[Channel]":
    """Return the channels of a community, for who manages them. PermissionMissing."""
    require(viewer, community, MANAGE_CHANNELS)
    return reach.channels_of(community.pk)


def get_channel(community: "Community", pk: int, *, viewer: "Person") -> "Channel":
    """Return one channel, for who manages them. ChannelNotFound, PermissionMissing."""
    require(viewer, community, MANAGE_CHANNELS)
    return reach.channel_in(community.pk, pk)


def channels_to_bind(community: "Community") -> "list[Channel]":
    """Return the channels by which a community reaches single people who want that."""
    kinds = reach.kinds_of_channel()
    return [one for one in reach.channels_of(community.pk) if one.active and kinds[one.kind].person]


def carriable_spaces(community: "Community") -> list[Space]:
    """Return the spaces whose talk a channel may carry: those of chosen people never."""
    found = Space.objects.filter(community=community, archived_at=None)
    return list(found.exclude(visibility=Space.Visibility.PEOPLE).order_by("position", "pk"))


def spaces_to_write_in(community: "Community") -> list[Space]:
    """Return the spaces in which a channel may open threads."""
    return [one for one in carriable_spaces(community) if kind_in(one)]


def kind_in(space: Space, wanted: str = "talk") -> str:
    """Return of which kind a thread is that a channel opens in a space; "" where it may not."""
    offered = [kind.name for kind in type_of(space.type).kinds]
    return next((name for name in (wanted, *INTO) if name in offered), "")


def is_open(space: Space) -> bool:
    """Return whether everybody reads a space anyway, so that nothing leaves that was inside."""
    published = space.community.stage == "published"
    return published and space.visibility == Space.Visibility.PUBLIC


def may_leave(channel: "Channel", space: Space) -> bool:
    """Return whether a channel may carry what is said in a space, as things stand now."""
    if space.private or space.archived_at or space.community.stage == "closed":
        return False
    if space.pk not in channel.setup.get("spaces", ()):
        return False
    return is_open(space) or is_confirmed(channel.setup, space)


def is_confirmed(setup: Mapping[str, Any], space: Space) -> bool:
    """Return whether somebody confirmed that talk may leave a space that is read by as many now."""
    return bool(setup.get("readers", {}).get(str(space.pk)) == read_by(space))


def read_by(space: Space) -> str:
    """Return who reads a space, as it is kept with a confirmation."""
    return f"{space.visibility}:{space.grant_kind}:{space.grant_name}"


def is_full(channel: "Channel") -> bool:
    """Return whether a channel has opened as many threads as it may in an hour."""
    if channel.author is None:
        return False
    lately = Thread.objects.filter(author=channel.author, opened_at__gt=now() - HOUR)
    return lately.count() >= THREADS_AN_HOUR


def readers_of_channel(channel: "Channel", thread: Thread, actor_id: int | None) -> set[int]:
    """Return whom a channel reaches, who may read a thread and want to hear of its space."""
    bound = set(reach.bound_people(channel)) - {actor_id or 0}
    return listening(thread, bound, actor_id)


def pack(sending: "ChannelSending", to: str) -> Parcel | None:
    """Return what a message says now; None when it may no longer be told."""
    channel = sending.channel
    community = find_community(channel.community_id)
    if community is None or community.stage == "closed":
        return None
    with translation.override(community.language):
        if sending.what == "trial":
            return _trial(sending, community)
        if sending.what == "joined":
            return _joined(sending, community)
        return _of_a_thread(sending, community, to)


def _trial(sending: "ChannelSending", community: "Community") -> Parcel:
    text = gettext("A trial from %(name)s: this channel works.") % {"name": community.name}
    url = f"{settings.SITE_URL}/c/{community.slug}/"
    return _parcel(sending, community, "channel.trial", gettext("Trial"), text, url, {})


def _joined(sending: "ChannelSending", community: "Community") -> Parcel:
    title = gettext("A new member")
    text = gettext("Member no. %(number)s has come.") % {"number": sending.number}
    url = f"{settings.SITE_URL}/c/{community.slug}/"
    data = {"member_number": sending.number}
    return _parcel(sending, community, "member.joined", title, text, url, data)


def _of_a_thread(sending: "ChannelSending", community: "Community", to: str) -> Parcel | None:
    post = Post.objects.filter(pk=sending.post_id).first() if sending.post_id else None
    # A post may have been moved since: what counts is where it stands now.
    thread = find_thread(post.thread_id if post else sending.thread_id)
    if thread is None or thread.held_back or not may_leave(sending.channel, thread.space):
        return None
    said_by = post.author_id if post else thread.author_id
    if sending.to and not listening(thread, {sending.to}, said_by):
        return None
    kind = reach.carriables()[sending.what].type
    url = f"{settings.SITE_URL}/w/{sending.channel.code}/{thread.number}/"
    ids = {"thread": thread.number, "space": thread.space.slug, "post": sending.post_id or None}
    if sending.what == "removed":
        return _parcel(sending, community, kind, gettext("A post was removed"), "", url, ids)
    if sending.post_id and (post is None or post.removed_at):
        return None
    if thread.opener_gone and sending.what == "opened":
        return None
    data = {**ids, **_said(thread, post)}
    title = "" if thread.opener_gone else thread.title or thread.excerpt
    title = title or f"{thread.space.name} #{thread.number}"
    text = plain(post.html, WORDS) if post else _step(thread)
    who = data["author"]["name"] if post else ""
    colon = "：" if community.language.startswith("zh") else ": "
    told = f"{who}{colon}{text}" if who else text
    link = _invitation(sending.channel)
    told = f"{told}\n\n{link}" if link else told
    return _parcel(sending, community, kind, title, told, url, data, to=to)


def _said(thread: Thread, post: Post | None) -> dict[str, Any]:
    """Return what programs read about a thread and one of its posts."""
    author_id = post.author_id if post else thread.author_id
    author = person_card([author_id]).get(author_id)
    return {
        "kind": thread.kind,
        "state": thread.state,
        # The title is the opener's words: when they are gone, it is gone with them.
        "title": "" if thread.opener_gone else thread.title,
        "author": {"name": author.name, "handle": author.handle} if author else None,
        "place": post.place if post else None,
        "source": post.source if post else None,
        "html": post.html if post else None,
    }


def _step(thread: Thread) -> str:
    return str(pick(kind_of(thread.kind).state(thread.state).label, translation.get_language()))


def _invitation(channel: "Channel") -> str:
    """Return the invitation that a channel carries, if that is its job."""
    code = channel.setup.get("invitation", "")
    if channel.job != "acquire" or not code:
        return ""
    return gettext("Join us: %(link)s") % {"link": f"{settings.SITE_URL}/i/{code}/"}


def _parcel(
    sending: "ChannelSending",
    community: "Community",
    kind: str,
    title: str,
    text: str,
    url: str,
    data: dict[str, Any],
    to: str = "",
) -> Parcel:
    return Parcel(
        id=sending.message_id,
        type=kind,
        at=sending.happened_at,
        title=title,
        text=text,
        url=url,
        community=community.name,
        data={"community": community.slug, "url": url, **data},
        to=to,
    )


def measure_of(channel: "Channel") -> Measure:
    """Return how well a channel does its job, in the last 28 days (X02)."""
    since = now() - WINDOW
    if channel.job == "activate":
        back, carried = reach.returned_count(channel, since), reach.carried_count(channel, since)
        return Measure("activate", back, carried)
    if channel.job == "serve":
        return _served(reach.carried_threads(channel, since))
    community = find_community(channel.community_id)
    came = active_members(community).filter(joined_at__gt=since).count() if community else 0
    code = str(channel.setup.get("invitation", ""))
    found = joins.by(channel.community_id, code, since) if code else None
    return Measure("acquire", found.joined if found else 0, came, known=found is not None)


def measures_of(channels: "Iterable[Channel]") -> "list[tuple[Channel, Measure]]":
    """Return channels with how well they do their jobs."""
    return [(one, measure_of(one)) for one in channels]


def _served(threads: Iterable[int]) -> Measure:
    """Return how many of the questions among some threads were answered, and how soon."""
    ids: Sequence[int] = sorted(threads)[-MOST:]
    asked = Thread.objects.filter(pk__in=ids, kind=QUESTION)
    opened = dict(asked.values_list("pk", "opened_at"))
    replies = Post.objects.filter(thread_id__in=list(opened), place__gt=1, removed_at=None)
    others = replies.exclude(author_id=F("thread__author_id"))
    first = others.values_list("thread_id").annotate(at=Min("written_at"))
    waits = [(at - opened[pk]).total_seconds() / 60 for pk, at in first]
    minutes = round(median(waits)) if waits else None
    return Measure("serve", len(waits), len(opened), minutes)
