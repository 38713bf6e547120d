"""Amounts."""

from django import template
from django.utils.formats import number_format

register = template.Library()


@register.filter
def money(cents):
    """An amount as people read it."""
    return f"¥{number_format(cents / 100, 2, use_l10n=True, force_grouping=True)}"
