"""What a password has to be, in our words."""

from django.contrib.auth.password_validation import MinimumLengthValidator
from django.utils.translation import ngettext


class LongEnough(MinimumLengthValidator):
    """Django's rule; its own sentence is not translated in every release."""

    def get_error_message(self) -> str:
        """Say how long a password has to be."""
        return ngettext(
            "This password is too short: it takes at least %(n)d character.",
            "This password is too short: it takes at least %(n)d characters.",
            self.min_length,
        ) % {"n": self.min_length}
