"""Fields of forms by Jinja, which is quicker; by Django's own templates where only those exist."""

from functools import cache
from typing import Any

from django.forms.renderers import DjangoTemplates, Jinja2
from django.template import TemplateDoesNotExist


class Fields(Jinja2):
    """Renders widgets; those of the admin come in Django's templates alone."""

    def get_template(self, template_name: str) -> Any:
        """Return a template of either kind."""
        return _template(self, template_name)


@cache
def _template(renderer: Fields, name: str) -> Any:
    try:
        return Jinja2.get_template(renderer, name)
    except TemplateDoesNotExist:
        return DjangoTemplates().get_template(name)
