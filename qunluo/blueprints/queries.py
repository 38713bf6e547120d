"""Reading the blueprints that this installation offers."""

from collections.abc import Mapping
from pathlib import Path

from django.conf import settings

from qunluo.blueprints.errors import BlueprintUnknown
from qunluo.blueprints.rules import DEFINITIONS, Blueprint, read


def blueprints() -> Mapping[str, Blueprint]:
    """Return every blueprint by id, ours first, then the files in DATA_DIR/blueprints."""
    own = Path(settings.DATA_DIR) / "blueprints"
    return {**read(DEFINITIONS), **(read(own) if own.is_dir() else {})}


def get_blueprint(id: str) -> Blueprint:
    """Return a blueprint; BlueprintUnknown."""
    found = blueprints().get(id)
    if found is None:
        raise BlueprintUnknown(blueprint=id)
    return found
