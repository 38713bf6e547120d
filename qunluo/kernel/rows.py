"""Rows of another table within a row, where there would be two questions, or many rows of one."""

from typing import Any

from django.db.models import Func, JSONField


class _Listed(Func):
    output_field = JSONField()
    on_sqlite = ""

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """Write it as SQLite calls it."""
        return self.as_sql(compiler, connection, function=self.on_sqlite, **context)


class JsonRow(_Listed):
    """Values as a list; moments come as text, truth on SQLite as 0 and 1."""

    function, on_sqlite = "JSONB_BUILD_ARRAY", "JSON_ARRAY"


class JsonRows(_Listed):
    """The one column of a subquery as a list of its rows, in no order; None may stand for none."""

    function, on_sqlite = "JSONB_AGG", "JSON_GROUP_ARRAY"
