"""The api app."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """Registers the room with Django."""

    name = "qunluo.api"
