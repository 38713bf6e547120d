"""Spaces and threads, made by the real actions."""

import io

from PIL import Image

from qunluo.community import actions as community_actions
from qunluo.community.models import Membership
from qunluo.conversation import actions, queries
from qunluo.kernel.clock import now
from tests.community.makers import community, give, member, membership, person

__all__ = [
    "community",
    "give",
    "member",
    "membership",
    "person",
    "picture",
    "post",
    "sound",
    "space",
    "thread",
    "unread",
]


def space(of, *, type="board", **fields):
    """A space that the owner opens."""
    made = actions.open_space(actor=of.owner, community=of, name="Square", type=type, **fields)
    made.community = of
    return made


def thread(who, where, kind="talk", *, title="Rain", source="It rains.", **more):
    """A thread in a space."""
    return actions.write_post(actor=who, space=where, kind=kind, title=title, source=source, **more)


def post(of, place=1, *, viewer):
    """A post of a thread as it stands, with its thread and space."""
    window = queries.read_thread(of.community, of.number, viewer=viewer, after=place - 1, limit=1)
    return queries.get_post(window.posts[0].id, viewer=viewer)


def unread(who, of):
    """How many posts of a thread somebody has not read, as the list says it."""
    return queries.read_thread(of.community, of.number, viewer=who).card.unread


def badge(of, who, name="baker"):
    """A badge that the owner gives."""
    return community_actions.grant(
        actor=of.owner, community=of, person=who, kind="badge", name=name, source="x"
    )


def revoke(of, grant):
    """Take a badge back."""
    community_actions.revoke_grant(actor=of.owner, grant=grant, reason="over")


def suspend(who, of):
    """Suspend a member, without a rule: only the state counts here."""
    until = now().replace(year=now().year + 1, day=1)
    Membership.objects.filter(pk=membership(who, of).pk).update(suspended_until=until)


def picture(size=(900, 600), fmt="JPEG"):
    """A photo as a phone sends it."""
    out = io.BytesIO()
    Image.new("RGB", size, (200, 120, 30)).save(out, fmt)
    return out.getvalue()


def sound():
    """The beginning of an Ogg Opus recording."""
    return b"OggS\0\x02" + b"\0" * 22 + b"\x01\x13OpusHead\x01\x01" + b"\0" * 400
