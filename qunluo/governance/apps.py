"""The governance app."""

from django.apps import AppConfig


class GovernanceConfig(AppConfig):
    """Registers the room with Django."""

    name = "qunluo.governance"
