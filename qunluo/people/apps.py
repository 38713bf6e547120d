"""The people app."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Registers the room with Django."""

    name = "qunluo.people"
