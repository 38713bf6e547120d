"""Reading what the growth room knows."""

from qunluo.growth.queries.imports import (
    Choices,
    FileChoices,
    FilePreview,
    errors_csv,
    get_import,
    imports,
    look_at,
    phone_region,
    row_errors,
    waiting_imports,
)

__all__ = [
    "Choices",
    "FileChoices",
    "FilePreview",
    "errors_csv",
    "get_import",
    "imports",
    "look_at",
    "phone_region",
    "row_errors",
    "waiting_imports",
]
