"""The web app."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Registers the room with Django."""

    name = "qunluo.web"
