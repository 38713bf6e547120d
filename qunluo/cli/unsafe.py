"""Refusing to start in production with settings that would endanger people."""

from qunluo.cli import console
from qunluo.environment import env
from qunluo.kernel.text import _


def refuse_unsafe() -> bool:
    """Say what production refuses; True when there is such a thing."""
    found = env.unsafe()
    for what, remedy in found:
        text = _("Not started: {what} {remedy}")
        console.complain(text, what=console.say(what), remedy=console.say(remedy))
    return bool(found)
