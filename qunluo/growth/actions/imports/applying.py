"""Taking staged rows over: one transaction, so that readers see nothing or everything."""

import json
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from qunluo.growth.actions.imports import sql
from qunluo.growth.errors import RowsRefused
from qunluo.growth.models import Customer, CustomerImport
from qunluo.growth.rules.importing import (
    CUSTOMERS,
    ORDERS,
    ORDERS_FROM,
    ImportPlan,
    Report,
    Tally,
)
from qunluo.growth.rules.suppression import as_address
from qunluo.kernel.clock import now
from qunluo.kernel.tx import write_tx
from qunluo.reach.queries import suppressed

CHUNK = 500
DIALECTS = {
    "sqlite": {
        "tags": "tags",
        "differs": "IS NOT",
        "number": sql.NUMBER_SQLITE,
        "day_invited": "DATE(invited_at)",
    },
    "postgresql": {
        "tags": "tags::jsonb",
        "differs": "IS DISTINCT FROM",
        "number": sql.NUMBER_POSTGRES,
        "day_invited": "invited_at::date",
    },
}


@dataclass
class Applied:
    """What came of it: the report, and the lines of orders whose customer nobody knows."""

    report: Report
    unknown: list[int]


class Applier:
    """Runs the statements for one job; make a new one for each try."""

    def __init__(self, job: CustomerImport, plan: ImportPlan, tally: Tally) -> None:
        """Prepare the values that the statements share."""
        self.job, self.plan, self.tally = job, plan, tally
        self.dialect = DIALECTS[connection.vendor]
        self.moment = now()
        self.values: dict[str, Any] = {
            "job": job.pk,
            "community": job.community_id,
            "currency": plan.currency,
            "source": plan.source,
            "consent": plan.consent,
            "consent_source": plan.consent_source,
            "now": connection.ops.adapt_datetimefield_value(self.moment)
            if connection.vendor == "sqlite"
            else self.moment,
            "false": False,
            "orders_from": ORDERS_FROM,
        }

    def apply(self, *, dry_run: bool) -> Applied:
        """Take everything over; with dry_run everything but the report is undone."""
        with write_tx():
            self._recognise()
            unknown = [row[0] - ORDERS_FROM for row in self._rows(sql.UNKNOWN)]
            refused = self.job.errors_count + len(unknown)
            if self.plan.all_or_nothing and refused and not dry_run:
                raise RowsRefused(count=refused)
            report = Report(rows=self.job.rows_done, rows_refused=refused)
            self._take_customers(report)
            self._take_orders(report)
            self._tell_rows(report, len(unknown))
            if dry_run:
                transaction.set_rollback(True)
        return Applied(report, unknown)

    def _recognise(self) -> None:
        """Find out who is known, number who is new, and tell the orders."""
        if connection.vendor == "postgresql":
            self._run("ANALYZE growth_stagedcustomer")
            self._run("ANALYZE growth_stagedorder")
        self._run(sql.BY_EXTERNAL_ID)
        for column in ("phone", "email"):
            self._run(sql.BY_CONTACT.replace("{column}", column))
        if self._rows(sql.NUMBERED_TWICE):
            self._run(sql.ONE_NUMBER_EACH)
        self._run(self.dialect["number"])
        self._run(sql.FOLLOW)
        self._run(sql.ORDER_CUSTOMERS)
        if self._rows(sql.TWICE):
            self._run(sql.RANK_ANEW)

    def _take_customers(self, report: Report) -> None:
        self._run(sql.INSERT)
        ((ranks,),) = self._rows(sql.RANKS)
        for rank in range(1, ranks + 1):
            self._run(sql.UPDATE, rank=rank)
        self._add_tags()
        report.suppressed = self._silence()
        ((new, changed, together),) = self._rows(sql.COUNTS)
        report.customers_new, report.customers_changed = new, changed
        report.customers_same = together - new - changed

    def _take_orders(self, report: Report) -> None:
        ((wanted,),) = self._rows(
            "SELECT COUNT(customer) FROM growth_stagedorder WHERE job_id = %(job)s"
        )
        if wanted:
            report.orders_new = self._run(sql.INSERT_ORDERS)
            report.orders_known = wanted - report.orders_new
            self._run(sql.AGGREGATE)
            self._run(sql.RETURNED)

    def _tell_rows(self, report: Report, unknown: int) -> None:
        """Say what became of every row, so that the numbers add up."""
        rows, refused = self.tally.rows, self.tally.refused
        report.rows_overwriting = self.tally.overwrites
        report.overwriting = self.tally.overwriting
        each_a_purchase = "on" in self.plan.customers.mapping
        if not each_a_purchase:
            ((customers,),) = self._rows(sql.CUSTOMERS_TOLD)
            report.customer_rows, report.customer_rows_refused = rows[CUSTOMERS], refused[CUSTOMERS]
            report.customer_rows_repeating = rows[CUSTOMERS] - refused[CUSTOMERS] - customers
        if each_a_purchase or self.plan.orders:
            both = (CUSTOMERS, ORDERS) if each_a_purchase else (ORDERS,)
            report.order_rows = sum(rows[role] for role in both)
            report.order_rows_refused = sum(refused[role] for role in both) + unknown

    def _add_tags(self) -> None:
        """Add the tags of the file to those that customers have; JSON lists merge in Python."""
        wanted: dict[int, list[str]] = {}
        for pk, given, kept in self._rows(sql.TAGGED):
            wanted[pk] = list(
                dict.fromkeys([*wanted.get(pk, json.loads(kept)), *json.loads(given)])
            )
        ids = list(wanted)
        for start in range(0, len(ids), CHUNK):
            found = Customer.objects.filter(pk__in=ids[start : start + CHUNK])
            changed = [customer for customer in found if customer.tags != wanted[customer.pk]]
            for customer in changed:
                customer.tags, customer.changed_at = wanted[customer.pk], self.moment
            Customer.objects.bulk_update(changed, ["tags", "changed_at"])

    def _silence(self) -> int:
        """Mark who had unsubscribed before, even if they were deleted since (caution 14)."""
        reachable = Customer.objects.filter(
            community=self.job.community_id, imported_by=self.job.pk, unsubscribed_at=None
        ).exclude(email="", phone="")
        addresses: dict[str, list[int]] = {}
        for pk, email, phone in reachable.values_list("pk", "email", "phone").iterator(2000):
            for address in (email, as_address(phone)):
                if address:
                    addresses.setdefault(address, []).append(pk)
        silent = suppressed(addresses, self.job.community_id)
        ids = [pk for address in silent for pk in addresses[address]]
        return Customer.objects.filter(pk__in=ids).update(unsubscribed_at=self.moment)

    def _run(self, statement: str, **more: Any) -> int:
        with connection.cursor() as cursor:
            cursor.execute(self._written(statement), {**self.values, **more})
            return int(cursor.rowcount)

    def _rows(self, statement: str) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(self._written(statement), self.values)
            return list(cursor.fetchall())

    def _written(self, statement: str) -> str:
        for name, text in (
            ("{consents}", sql.CONSENTS),
            ("{stated}", sql.STATED),
            ("{tags}", self.dialect["tags"]),
            ("{differs}", self.dialect["differs"]),
            ("{day_invited}", self.dialect["day_invited"]),
        ):
            statement = statement.replace(name, text)
        return statement
