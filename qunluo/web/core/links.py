"""Addresses by name; each pattern is compiled once: reverse() is the dearest call on a page."""

from collections.abc import Hashable
from functools import cache, lru_cache
from urllib.parse import quote

from django.conf import settings
from django.urls import NoReverseMatch, URLResolver, get_resolver, get_script_prefix, reverse
from django.urls.resolvers import get_ns_resolver

SAFE = "/~:@!$&'()*+,;="
MOST = 10_000  # addresses that are remembered


@cache
def _patterns(urlconf: str, name: str) -> dict[frozenset[str], tuple[str, dict[str, object]]]:
    """Return the address patterns of a name by the set of parameters they take."""
    *spaces, view = name.split(":")
    resolver: URLResolver = get_resolver(urlconf)
    prefix, converters = "", {}
    for space in spaces:
        extra, resolver = resolver.namespace_dict[space]
        prefix += extra
        converters.update(resolver.pattern.converters)
    if prefix:
        resolver = get_ns_resolver(prefix, resolver, tuple(converters.items()))
    found: dict[frozenset[str], tuple[str, dict[str, object]]] = {}
    for possibilities, _pattern, _defaults, own in resolver.reverse_dict.getlist(view):
        for template, parameters in possibilities:
            found.setdefault(frozenset(parameters), (template, {**converters, **own}))
    return found


def url(name: str, /, **parameters: object) -> str:
    """Return the path of a named address; NoReverseMatch when there is none."""
    said = _path(name, **parameters)
    return reverse(name, kwargs=parameters or None) if said is None else get_script_prefix() + said


@lru_cache(maxsize=MOST, typed=True)
def _path(name: str, /, **parameters: Hashable) -> str | None:
    """Return the path behind the prefix; None where Django has to look, or to complain."""
    try:
        template, converters = _patterns(settings.ROOT_URLCONF, name)[frozenset(parameters)]
        said = {
            key: quote(str(converters[key].to_url(value)), safe=SAFE)  # type: ignore[attr-defined]
            for key, value in parameters.items()
        }
    except (KeyError, ValueError):
        return None
    return template % said


def url_or_nothing(name: str, /, **parameters: object) -> str:
    """Return the path, or an empty string when this installation has no such page."""
    try:
        return url(name, **parameters)
    except NoReverseMatch:
        return ""
