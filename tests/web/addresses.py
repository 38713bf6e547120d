"""Every address of the pages, filled in with the things of the farm."""

from django.urls import get_resolver, reverse

from tests.web.pages import TABLE

NOT_OURS = ("admin:", "api", "openapi")  # the API has a matrix of its own, admin is Django's
GIVEN = {"size": 192, "key": "336699", "number": 1, "older": 1, "newer": 1, "step": "intention",
         "place": 1, "move": "close", "topic": "rain"}  # fmt: skip


def _walk(resolver, inside="", above=frozenset()):
    for one in resolver.url_patterns:
        asked = above | set(one.pattern.converters) | set(one.pattern.regex.groupindex)
        if hasattr(one, "url_patterns"):
            yield from _walk(one, f"{inside}{one.namespace}:" if one.namespace else inside, asked)
        elif one.name:
            yield inside + one.name, asked - set(one.default_args)


# Every address, and what it asks for.
ASKED = {name: asked for name, asked in _walk(get_resolver()) if not name.startswith(NOT_OURS)}


def address(name, world, **other):
    """The address of a page about the things of the farm."""
    ids = world.ids
    growth = name.startswith("growth:")
    known = {
        **GIVEN, "slug": ids["slug"], "handle": ids["handle"], "signed": ids["signed"],
        "code": ids["invitation_code"] if growth else ids["code"], "tag": ids["tag_id"],
        "letter": ids["letter_id"], "space": ids["space"],
    }  # fmt: skip
    if name.startswith("talk:"):
        known["number"] = ids["thread"]
    if name == "core:media":
        known["key"] = "portraits/none.webp"
    if name == "account_confirm_email":
        known["key"] = "nothing"
    known |= {key: ids.get(value, value) for key, value in TABLE[name].ids.items()} | other
    return reverse(name, kwargs={key: known[key] for key in ASKED[name]})
