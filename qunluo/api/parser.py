"""Reading bodies: plain JSON that every database can keep."""

import json
import re
from typing import Any, NoReturn

from django.http import HttpRequest
from django.utils.datastructures import MultiValueDict
from ninja.errors import HttpError
from ninja.parser import Parser

from qunluo.api.errors import Unreadable

NOT_STORED = re.compile("[\0\ud800-\udfff]")


class StrictParser(Parser):
    """Refuses what JSON does not know (NaN) and what PostgreSQL cannot keep (NUL, half pairs)."""

    def parse_body(self, request: HttpRequest) -> Any:
        """Return the body; Unreadable."""
        try:
            body = json.loads(request.body, parse_constant=_refuse)
        except RecursionError:
            raise Unreadable from None
        check(body)
        return body

    def parse_querydict(
        self, data: MultiValueDict[str, Any], list_fields: list[str], request: HttpRequest
    ) -> dict[str, Any]:
        """Return the parameters; Unreadable."""
        found = super().parse_querydict(data, list_fields, request)
        check(found)
        return found


def check(value: Any) -> None:
    """Refuse text, at any depth, that cannot be stored; HttpError 400."""
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            if NOT_STORED.search(item):
                raise HttpError(400, "text that cannot be stored")
        elif isinstance(item, dict):
            stack += [*item.keys(), *item.values()]
        elif isinstance(item, list):
            stack += item


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)
