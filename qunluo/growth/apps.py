"""The growth app."""

from django.apps import AppConfig


class GrowthConfig(AppConfig):
    """Registers the room with Django."""

    name = "qunluo.growth"
