"""The blueprints app."""

from django.apps import AppConfig


class BlueprintsConfig(AppConfig):
    """Registers the room with Django."""

    name = "qunluo.blueprints"
