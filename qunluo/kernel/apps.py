"""The kernel app: finds the events, reactions and jobs of every room."""

from importlib import import_module

from django.apps import AppConfig, apps
from django.utils.module_loading import module_has_submodule

from qunluo.kernel import sqlite

FOUND_BY_ITSELF = ("events", "reactions", "jobs")


class KernelConfig(AppConfig):
    """Registers the kernel, then imports what each installed room declares."""

    name = "qunluo.kernel"

    def ready(self) -> None:
        """Import <room>.events, <room>.reactions and <room>.jobs so that they register."""
        sqlite.register()
        rooms = [c for c in apps.get_app_configs() if c.name.startswith("qunluo.")]
        for room in rooms:
            for part in FOUND_BY_ITSELF:
                if room.module and module_has_submodule(room.module, part):
                    import_module(f"{room.name}.{part}")
