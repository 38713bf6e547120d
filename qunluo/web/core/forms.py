"""Carrying out an action for a form: what the domain refuses appears where it was typed."""

from collections.abc import Callable
from typing import TypeVar

from django import forms
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from qunluo.governance.errors import HeldForReview
from qunluo.kernel.errors import DomainError

T = TypeVar("T")
# What Django says beside a field; its own Chinese is stiff, so our catalog says it instead.
SAID = (
    gettext_noop("This field is required."),
    gettext_noop("Enter a whole number."),
    gettext_noop("Enter a number."),
    gettext_noop("Ensure this value is less than or equal to %(limit_value)s."),
    gettext_noop("Ensure this value is greater than or equal to %(limit_value)s."),
    gettext_noop("Enter a valid date/time."),
    gettext_noop("Enter a valid date."),
)


def carry_out(form: forms.Form, act: Callable[[], T]) -> T | None:
    """Return what the action returns; on a refusal explain it in the form and return None."""
    try:
        return act()
    except DomainError as error:
        if isinstance(error, HeldForReview):  # kept, and shown on a page of its own
            raise
        explain(form, error)
        return None


def explain(form: forms.Form, error: DomainError) -> None:
    """Put a refusal into a form: beside its fields, or above them with the next step."""
    placed = False
    for name, lines in error.say_fields(_).items():
        placed |= name in form.fields
        form.add_error(name if name in form.fields else None, lines)
    if not placed:
        message, next_step = error.say(_)
        form.add_error(None, f"{message} {next_step}".strip())


def refusal(error: DomainError) -> str:
    """Return a refusal in one line, for a notice: what its fields say, or else what to do next."""
    lines = [line for some in error.say_fields(_).values() for line in some]
    return " ".join(lines or error.say(_))


def posted(request: HttpRequest) -> QueryDict | None:
    """Return what was sent, be it empty, or None for a form that was only opened."""
    return request.POST if request.method == "POST" else None
