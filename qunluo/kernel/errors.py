"""Refusals that people can read: code, HTTP status, a sentence, a next step; plain Python."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from qunluo.kernel.text import SPOKEN, _, enumerated, worded


class DomainError(Exception):
    """A refusal; subclasses declare code, status, message and next_step, doors show them.

    Keyword arguments fill {placeholders}: `raise SoldOut(name="Honey")`. A value may be bilingual
    data, {en = …, zh = …}, a day or a moment, or a list, told as the reader's language does it.
    """

    code: ClassVar[str] = "kernel.error"
    status: ClassVar[int] = 400
    message: str = _("This could not be done.")
    next_step: str = ""

    def __init__(
        self,
        message: str | None = None,
        *,
        next_step: str | None = None,
        fields: Mapping[str, Sequence[str]] | None = None,
        **context: Any,
    ) -> None:
        """Take another sentence, errors by form field, and values for the placeholders."""
        if message is not None:
            self.message = message
        if next_step is not None:
            self.next_step = next_step
        self.fields = {name: list(said) for name, said in (fields or {}).items()}
        self.context = context
        super().__init__(self.message)

    def say(self, translate: Callable[[str], str]) -> tuple[str, str]:
        """Return message and next step, translated and filled."""
        return self._fill(translate, self.message), self._fill(translate, self.next_step)

    def say_fields(self, translate: Callable[[str], str]) -> dict[str, list[str]]:
        """Return the errors by form field, translated and filled."""
        return {
            name: [self._fill(translate, text) for text in said]
            for name, said in self.fields.items()
        }

    def _fill(self, translate: Callable[[str], str], text: str) -> str:
        if not text:
            return ""
        language = translate(SPOKEN)
        said = {key: _told(value, translate, language) for key, value in self.context.items()}
        return translate(text).format_map(_Gaps(said))

    def __str__(self) -> str:
        """Return code and filled English message, for logs and the command line."""
        return f"{self.code}: {self._fill(str, self.message)}"


def _told(value: Any, translate: Callable[[str], str], language: str) -> Any:
    if isinstance(value, list | tuple):
        return enumerated([worded(one, language) for one in value], language)
    return translate(value) if isinstance(value, str) and value else worded(value, language)


class _Gaps(dict[str, Any]):
    """A forgotten placeholder stays visible instead of hiding the real error."""

    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


class NotFound(DomainError):
    """There is no such thing, or it is not for this viewer."""

    code, status = "kernel.not_found", 404
    message = _("We could not find this.")
    next_step = _("Check the address, or go back to the page you came from.")


class Forbidden(DomainError):
    """The person may not do this."""

    code, status = "kernel.forbidden", 403
    message = _("You may not do this.")
    next_step = _("Ask an owner or operator of the community.")


class Invalid(DomainError):
    """Something that was given cannot be accepted; `fields` says where."""

    code, status = "kernel.invalid", 422
    message = _("Something is missing or not right.")
    next_step = _("Correct the marked fields and send again; nothing was lost.")


class Conflict(DomainError):
    """The state has moved on, or another request was first."""

    code, status = "kernel.conflict", 409
    message = _("This has changed in the meantime.")
    next_step = _("Load the page again and repeat what you wanted to do.")


class TooMany(DomainError):
    """A rate limit or quota was reached; context has retry_after in seconds."""

    code, status = "kernel.too_many", 429
    message = _("That was too often in a short time.")
    next_step = _("Wait {retry_after} seconds and try again.")

    @property
    def retry_after(self) -> int:
        """Return the seconds to wait."""
        return int(self.context.get("retry_after", 60))


class Busy(DomainError):
    """The database stayed locked for too long."""

    code, status = "kernel.busy", 503
    message = _("The site is very busy at this moment.")
    next_step = _("Nothing was changed. Try again in a few seconds.")


class Away(DomainError):
    """The database server is down, restarts, or takes no more connections."""

    code, status = "kernel.away", 503
    message = _("The database does not answer at this moment.")
    next_step = _("Nothing you saved is lost. Wait half a minute, then send the same again.")
    retry_after = 5
