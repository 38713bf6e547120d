"""The community app."""

from importlib import import_module

from django.apps import AppConfig

from qunluo.people.ports import neighbours, own_data


class CommunityConfig(AppConfig):
    """Registers the room with Django."""

    name = "qunluo.community"

    def ready(self) -> None:
        """Answer what people asks of the rooms above; tables exist only from here on."""
        queries = import_module("qunluo.community.queries.own_data")
        own_data.contribute(
            "community",
            export=queries.own_documents,
            erase=import_module("qunluo.community.actions.own_data").erase,
            blocks=queries.blockers,
            keeps=queries.KEEPS,
        )
        neighbours.answered_by(
            import_module("qunluo.community.queries.membership").share_a_community
        )
