"""What is told about the steps of a thread."""

from qunluo.conversation.models import Thread
from qunluo.conversation.rules.kinds import kind_of
from qunluo.kernel.text import dated, pick


def told(thread: Thread, move: str, actor: str, language: str) -> str:
    """Return what the author is told about a move, in their language; "" for an unknown one."""
    for step in kind_of(thread.kind).moves:
        if step.name == move:
            due = dated(thread.due_on, language) if thread.due_on else "–"
            text = str(pick(step.told, language))
            return text.format(actor=actor, number=thread.number, due=due)
    return ""
