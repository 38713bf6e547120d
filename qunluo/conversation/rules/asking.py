"""Asking to be let into a circle: with a sentence, and not again and again."""

from datetime import timedelta

from qunluo.conversation.rules.writing import Faults, tidy
from qunluo.kernel.text import _

LENGTH = 300
AGAIN_AFTER = timedelta(days=30)  # a refusal counts for so long
ASKED_A_DAY = 10


def check_asking(text: str) -> tuple[str, Faults]:
    """Return what is said for oneself, tidied, with what is wrong with it."""
    said = " ".join(tidy(text).split())
    if not said:
        return said, {"text": [_("Say in a sentence why you would like to join.")]}
    if len(said) > LENGTH:
        return said, {"text": [_("At most 300 characters.")]}
    return said, {}


def check_reason(text: str) -> tuple[str, Faults]:
    """Return why somebody is not let in, tidied, with what is wrong with it."""
    said = " ".join(tidy(text).split())
    if not said:
        return said, {"reason": [_("Say why, in a sentence that helps.")]}
    if len(said) > LENGTH:
        return said, {"reason": [_("At most 300 characters.")]}
    return said, {}
