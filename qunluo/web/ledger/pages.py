"""What the pages of the books share: amounts as they are said, and tables to take along."""

import csv
from collections.abc import Iterable, Iterator
from functools import partial
from io import StringIO
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse, StreamingHttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from qunluo.growth.queries import safe_cell
from qunluo.kernel.ids import token
from qunluo.kernel.text import pick
from qunluo.ledger import queries
from qunluo.web.core.once import FIELD
from qunluo.web.core.requests import PersonRequest
from qunluo.web.core.say import told
from qunluo.web.core.show import show
from qunluo.web.desk.desk import tabs

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.ledger.models import Account


def show_books(
    request: PersonRequest,
    community: "Community",
    template: str,
    context: dict[str, Any],
    *,
    block: str | None = None,
    desk: bool = True,
    status: int = 200,
) -> HttpResponse:
    """Answer with a page of the books; those at the desk carry its tabs."""
    language, points = get_language() or "en", queries.points_name(community.pk)
    given = {
        "community": community,
        "amount": partial(_said, language, points),
        "unit_name": partial(_unit, language, points),
        "told": told,
        **({"desk_tabs": tabs(request, community)} if desk else {}),
        **context,
    }
    return show(request, f"ledger/{template}", block, given, status=status)


def _said(language: str, points: queries.Named, minor: int, unit: str) -> str:
    return queries.amount_said(minor, unit, language, points)


def _unit(language: str, points: queries.Named, unit: str) -> str:
    return queries.unit_said(unit, language, points)


def key_of(request: PersonRequest) -> str:
    """Return the key of a form: sent twice, it books once."""
    return f"web:{request.POST.get(FIELD, '')[:60] or token()}"


def statement_table(account: "Account") -> StreamingHttpResponse:
    """Return the whole statement of an account as a table, the oldest first."""
    lines = queries.whole_statement(account)
    answer = StreamingHttpResponse(_rows(account, lines), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="statement-{account.pk}.csv"'
    return answer


def _rows(account: "Account", lines: "Iterable[queries.Line]") -> Iterator[str]:
    """Yield lines of CSV; a spreadsheet never takes what people wrote for a formula."""
    out, language = StringIO(), get_language()
    writer = csv.writer(out)
    writer.writerow([_("Date"), _("Kind"), _("Reason"), _("Amount"), _("Balance"), _("Unit"), "id"])
    yield "\ufeff"
    exponent, code = account.unit.exponent, account.unit.code
    for line in lines:
        moved = line.transfer
        writer.writerow(
            [
                moved.at.isoformat(timespec="seconds"),
                pick(line.kind.name, language),
                safe_cell(told(moved.memo)),
                queries.plain_amount(line.amount, exponent),
                queries.plain_amount(line.balance, exponent),
                code,
                moved.pk,
            ]
        )
        yield out.getvalue()
        out.seek(0)
        out.truncate()
    yield out.getvalue()
