"""The market app."""

from django.apps import AppConfig


class MarketConfig(AppConfig):
    """Registers the room with Django."""

    name = "qunluo.market"
