"""Addresses of the API are found in few looks, and are the same ones."""

import re

from django.urls import resolve

from qunluo.api.urls import v1_patterns

WORDS = {"int": "7", "uuid": "00000000-0000-4000-8000-000000000000"}


def example(route):
    """An address of that route."""
    return re.sub(r"<(?:(\w+):)?\w+>", lambda found: WORDS.get(found[1], "word"), route)


def test_every_address_leads_where_it_would_if_all_were_asked_in_turn():
    for pattern in v1_patterns:
        address = example(str(pattern.pattern))
        plain = next(found for one in v1_patterns if (found := one.resolve(address)))
        found = resolve(f"/api/v1/{address}")
        assert (found.func, found.kwargs) == (plain.func, plain.kwargs), address
        assert found.view_name == f"api:{plain.url_name}"
