"""Rows of another table within a row, where there would be two questions, or many rows of one."""

from typing import Any

from django.db.models import Func, JSONField


class JsonRow(Func):
    """Values as a list; moments come as text, truth on SQLite as 0 and 1."""

    function = "JSONB_BUILD_ARRAY"
    output_field = JSONField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """Write it as SQLite calls it."""
        return self.as_sql(compiler, connection, function="JSON_ARRAY", **context)


class JsonRows(Func):
    """The one column of a subquery as a list of its rows, in no order; None may stand for none."""

    function = "JSONB_AGG"
    output_field = JSONField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """Write it as SQLite calls it."""
        return self.as_sql(compiler, connection, function="JSON_GROUP_ARRAY", **context)
