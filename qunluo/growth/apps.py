"""The growth app."""

from importlib import import_module

from django.apps import AppConfig

from qunluo.people.ports import own_data


class GrowthConfig(AppConfig):
    """Registers the room with Django."""

    name = "qunluo.growth"

    def ready(self) -> None:
        """Contribute to the own data of people; tables exist only from here on."""
        own_data.contribute(
            "growth",
            export=import_module("qunluo.growth.queries.own_data").own_documents,
            erase=import_module("qunluo.growth.actions.own_data").erase,
        )
