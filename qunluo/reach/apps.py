"""The reach app."""

from django.apps import AppConfig


class ReachConfig(AppConfig):
    """Registers the room with Django."""

    name = "qunluo.reach"
