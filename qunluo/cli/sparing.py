"""Migrate from nothing several times as fast as Django, to the same tables.

For each step of a migration Django renders a model anew and all that are related to it. Here
everything is related to people and communities, and so that was nearly everything, 600 times.
"""

from typing import Any

from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import ProjectState


class SparingState(ProjectState):
    """Renders the model that changed, and nothing around it.

    A table is made of its own model alone. Where others are touched (a field that they point at
    changes), and where a migration moves rows, everything is rendered, as Django does it.
    """

    _adding = False

    def clone(self) -> ProjectState:
        """Copy the state; the copy is as sparing."""
        copy = super().clone()
        copy.__class__ = type(self)
        return copy

    def add_field(
        self, app_label: str, model_name: str, name: str, field: Any, preserve_default: Any
    ) -> None:
        """Add a field; also one that points at another model leaves the table of that one alone."""
        self._adding = True
        try:
            super().add_field(app_label, model_name, name, field, preserve_default)
        finally:
            self._adding = False

    def _find_reload_model(
        self,
        app_label: str,
        model_name: str,
        delay: bool = False,  # noqa: FBT001, FBT002 - Django's
    ) -> set[tuple[str, str]]:
        if delay or self._adding or model_name not in self.apps.all_models[app_label]:
            self.is_delayed = True  # whoever moves rows sees all models rendered anew
            return {(app_label, model_name)}
        every: set[tuple[str, str]] = super()._find_reload_model(app_label, model_name, delay)  # type: ignore[misc]
        return every


def starting_state(executor: MigrationExecutor) -> ProjectState | None:
    """The state to migrate an empty database from; None, which is Django's own, for another."""
    if executor.loader.applied_migrations:
        return None
    return SparingState(real_apps=executor.loader.unmigrated_apps)
