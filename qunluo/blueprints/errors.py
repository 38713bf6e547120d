"""Refusals of the blueprints room."""

from qunluo.kernel.errors import NotFound
from qunluo.kernel.text import _


class BlueprintUnknown(NotFound):
    """There is no such blueprint."""

    code = "blueprints.unknown"
    message = _("There is no blueprint “{blueprint}”.")
    next_step = _("Choose one from the list; each can be changed in every detail afterwards.")
