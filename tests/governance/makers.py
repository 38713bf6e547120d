"""A farm with rules and the people who keep order in it."""

from types import SimpleNamespace

from qunluo.conversation import queries
from tests.community.makers import RULES, community, member
from tests.conversation.makers import post, space, thread


def farm(**fields):
    """A farm with rules: owner, operator, two members, a space and a thread of Mei."""
    made = community(rules=RULES, **fields)
    cast = SimpleNamespace(
        owner=made.owner,
        operator=member(made, "Operator", role="operator"),
        mei=member(made, "Mei"),
        li=member(made, "Li"),
    )
    square = space(made)
    opened = thread(cast.mei, square, source="It rains and rains.")
    return made, cast, square, opened


def first_post(of, viewer):
    """The post that opens a thread."""
    return post(of, 1, viewer=viewer)


def seen(made, of, viewer):
    """The posts of a thread as somebody sees them."""
    return queries.read_thread(made, of.number, viewer=viewer, after=0).posts
