"""The conversation app."""

from django.apps import AppConfig


class ConversationConfig(AppConfig):
    """Registers the room with Django."""

    name = "qunluo.conversation"
