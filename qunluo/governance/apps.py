"""The governance app."""

from importlib import import_module

from django.apps import AppConfig

from qunluo.kernel.text import _
from qunluo.people.ports import own_data


class GovernanceConfig(AppConfig):
    """Registers the room with Django."""

    name = "qunluo.governance"

    def ready(self) -> None:
        """Answer what people asks of the rooms above; tables exist only from here on."""
        own_data.contribute(
            "governance",
            export=import_module("qunluo.governance.queries").own_documents,
            erase=import_module("qunluo.governance.actions").erase,
            keeps=[_("That a rule was applied to somebody, for the public count, without a name.")],
        )
