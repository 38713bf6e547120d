"""Django's connection to PostgreSQL with moments read in C, and statements that keep their plan.

Django reads moments by an expression in Python, to be able to give them any time zone; ours are
always UTC. And it writes values into the text of a statement, so that the server has to plan each
anew; for what is asked all day the planning cost more than the answer.
"""

from collections.abc import Sequence
from datetime import UTC
from typing import Any, cast

from django.db.backends.postgresql.base import DatabaseWrapper as Django
from django.db.backends.postgresql.base import ServerBindingCursor, ServerSideCursor
from django.db.backends.postgresql.operations import DatabaseOperations
from psycopg import OperationalError, adapters
from psycopg.pq import ConnStatus, Format
from psycopg.types.numeric import Int8

TIMESTAMPTZ = "timestamptz"
# The second time a statement is asked on a connection, its plan is kept; the oldest of 500 goes.
ASKED_BEFORE, KEPT = 1, 500
# Rows are found by their place as fast as in a row: no disk turns any more. No question of ours
# runs long enough to be compiled.
AS_WE_ASK = "-c random_page_cost=1.1 -c jit=off -c plan_cache_mode=auto"


class Operations(DatabaseOperations):
    """Tells of a statement whose plan was kept as of others, for logs of queries."""

    def last_executed_query(self, cursor: Any, sql: str, params: Any) -> str:
        """Return the statement with its values."""
        told = super().last_executed_query(cursor, sql, params)
        return cast("str", told or self.compose_sql(sql, params))


class DatabaseWrapper(Django):
    """A connection that gives moments in UTC."""

    ops_class = Operations
    # As what whole numbers go to a statement: of one size, or each size would make another.
    number = Int8
    health_check_enabled: bool  # which the stubs do not know
    health_check_done: bool

    def get_connection_params(self) -> dict[str, Any]:
        """Return how to connect; what the address asks for itself comes last and counts."""
        given: dict[str, Any] = super().get_connection_params()
        given["prepare_threshold"] = ASKED_BEFORE
        given["options"] = f"{AS_WE_ASK} {given.get('options', '')}".strip()
        return given

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Return a new connection."""
        if self.timezone is not UTC:
            raise ValueError("Moments come from PostgreSQL in UTC only.")
        connection = super().get_new_connection(conn_params)
        oid = adapters.types[TIMESTAMPTZ].oid
        quick = adapters.get_loader(oid, Format.TEXT)
        if quick is not None:
            connection.adapters.register_loader(TIMESTAMPTZ, quick)
        connection.prepared_max = KEPT
        return connection

    def close_if_health_check_failed(self) -> None:
        """Let go, at most once a request, of a connection whose server has ended it meanwhile.

        Django would ask the server each time; that it hung up stands in our own socket already.
        """
        if self.connection is None or self.health_check_done or not self.health_check_enabled:
            return
        if self._hung_up():
            self.close()
        self.health_check_done = True

    def _hung_up(self) -> bool:
        wire = self.connection.pgconn
        try:
            # The first look takes the last words of the server, the second finds the end.
            wire.consume_input()
            wire.consume_input()
        except OperationalError:
            return True
        return bool(wire.status != ConnStatus.OK)

    def create_cursor(self, name: str | None = None) -> Any:
        """Return a cursor; Django's own would look which time zone the moments have."""
        if name is None:
            return self.connection.cursor()
        made: Any = ServerSideCursor  # which the stubs know as an older one
        return made(
            self.connection, name=name, scrollable=False, withhold=self.connection.autocommit
        )

    def rows(self, sql: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        """Return what a statement finds; the database keeps its plan."""
        with self.statements() as cursor:
            cursor.execute(sql, values)
            return cast("list[tuple[Any, ...]]", cursor.fetchall())

    def statements(self) -> Any:
        """Return a cursor whose values travel beside the statement, which then keeps its plan."""
        self.close_if_health_check_failed()
        self.ensure_connection()
        self.validate_thread_sharing()
        made: Any = ServerBindingCursor
        with self.wrap_database_errors:
            cursor = made(self.connection)
        return self.make_debug_cursor(cursor) if self.queries_logged else self.make_cursor(cursor)
