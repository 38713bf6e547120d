"""The community app."""

from django.apps import AppConfig


class CommunityConfig(AppConfig):
    """Registers the room with Django."""

    name = "qunluo.community"
