"""Refusing to start in production with settings that would endanger people."""

from qunluo.cli import console
from qunluo.environment import Fault, env
from qunluo.kernel.text import _


def refuse_unsafe() -> bool:
    """Say what production refuses; True when there is such a thing."""
    found = env.unsafe()
    for fault in found:
        _tell(_("Not started: {what} {remedy}"), fault)
    return bool(found)


def warn_of_doubtful() -> None:
    """Say what production starts with all the same."""
    for fault in env.doubtful():
        _tell(_("Careful: {what} {remedy}"), fault)


def _tell(text: str, fault: Fault) -> None:
    what, remedy = (console.say(said, **fault.values) for said in (fault.what, fault.remedy))
    console.complain(text, what=what, remedy=remedy)
