"""The Jinja environment of every page: translations, addresses, icons, money and dates."""

import re
from collections.abc import Callable
from functools import cache, lru_cache
from importlib.resources import files
from io import BytesIO
from types import FunctionType
from typing import Any
from urllib.parse import urlsplit
from zipfile import ZipFile

from django.conf import settings
from django.templatetags.static import static
from django.utils.translation import get_language, gettext, ngettext, npgettext, override, pgettext
from jinja2 import Environment, FileSystemBytecodeCache, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from qunluo.community.queries import say_value
from qunluo.kernel.clock import now
from qunluo.kernel.text import pick
from qunluo.web.core import bell, belonging, emblem, pieces, say, theme, words
from qunluo.web.core.links import url, url_or_nothing
from qunluo.web.core.places import community_places

PLAIN = {FunctionType, type(lru_cache(str))}
BETWEEN = re.compile(r">\s*\n\s*<|>\s{2,}<")


@cache
def _icons() -> ZipFile:
    # The package's own reader goes through the list of all its icons for each of them: 20 ms.
    return ZipFile(BytesIO((files("lucide") / "lucide.zip").read_bytes()))


@lru_cache(maxsize=1024)
def icon(name: str, size: int = 20, label: str = "") -> Markup:
    """Return a Lucide icon; decoration unless it has a label; KeyError if there is no such icon."""
    _head, _svg, drawn = _icons().read(f"{name}.svg").decode().partition("<svg")
    shapes = "".join(map(str.strip, drawn.partition(">")[2].rpartition("</svg>")[0].splitlines()))
    shapes = shapes.replace(" />", "/>")
    told = Markup('role="img" aria-label="{}"').format(label) if label else 'aria-hidden="true"'
    return Markup(  # noqa: S704  (the shapes are the package's, the label is escaped)
        f'<svg class="icon" width="{size}" height="{size}" viewBox="0 0 24 24" {told}>'
        f"{shapes}</svg>"
    )


def tight(html: str) -> Markup:
    """Leave out the line breaks between tags, which long lists would send for nothing."""
    return Markup(BETWEEN.sub("><", html))  # noqa: S704 - what a template made, less blanks


class Ui:
    """The macros of core/macros.html, at hand in every template and every block of one."""

    def __init__(self, env: Environment) -> None:
        self._env = env

    def __getattr__(self, name: str) -> Any:
        """Return a macro; kept from then on, unless templates may change meanwhile."""
        found = getattr(self._env.get_template("core/macros.html").module, name)
        if not self._env.auto_reload:
            self.__dict__[name] = found
        return found


@lru_cache(maxsize=8192)
def _said(message: str, language: str | None) -> Markup:
    with override(language):
        return Markup(gettext(message))  # noqa: S704 - a message of ours


@lru_cache(maxsize=8192)
def _whole(message: str, language: str | None) -> Markup:
    return _said(message, language) % {}


def said(message: str, /, **variables: Any) -> Markup:
    """Return a message in the reader's language, filled in as Jinja's own gettext does it."""
    return speaker(get_language())(message, **variables)


@cache
def speaker(language: str | None) -> Callable[..., Markup]:
    """Return `said` for a page whose language is known, so that not each message asks for it."""

    def spoken(message: str, /, **variables: Any) -> Markup:
        return _said(message, language) % variables if variables else _whole(message, language)

    return spoken


@pass_context
def may(context: Context, permission: str) -> bool:
    """Tell whether the viewer holds a permission in the community of this page."""
    return belonging.may(context["request"], context["community"], permission)


@pass_context
def is_member(context: Context) -> bool:
    """Tell whether the viewer is a member of the community of this page."""
    return belonging.is_member(context["request"], context["community"])


class PageContext(Context):
    """Calls plain functions at once; Jinja asks each thing that is called what it wants, twice."""

    def call(self, called: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Call something of a template."""
        if type(called) in PLAIN and "jinja_pass_arg" not in called.__dict__:
            kwargs.pop("_block_vars", None)
            kwargs.pop("_loop_vars", None)
            return called(*args, **kwargs)
        return super().call(called, *args, **kwargs)


def environment(**options: Any) -> Environment:
    """Build the environment; a misspelt variable is an error in tests and empty in production."""
    if settings.ENV == "test":
        options["undefined"] = StrictUndefined
        # Each of the many processes of a run would compile every template anew: three seconds.
        options["bytecode_cache"] = FileSystemBytecodeCache()
    env = Environment(  # noqa: S701 - Django passes autoescape=True
        **options,
        # All of them: to remember which was used last, a cache with an end looks through the rest.
        cache_size=-1,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=say.upright,
    )
    env.context_class = PageContext
    env.policies["ext.i18n.trimmed"] = True  # as scripts/translations.py reads them
    env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext, ngettext, newstyle=True, pgettext=pgettext, npgettext=npgettext
    )
    env.globals.update(
        gettext=said,
        _=said,
        ui=Ui(env),
        url=url,
        url_or_nothing=url_or_nothing,
        static=static if settings.DEBUG or settings.ENV == "test" else cache(static),
        icon=icon,
        now=now,
        may=may,
        is_member=is_member,
        language=get_language,
        emblem=emblem.emblem,
        portrait=emblem.portrait,
        contours=emblem.contours,
        gathering=emblem.gathering,
        theme_key=theme.key,
        community_places=community_places,
        told=words.told,
        role_of=words.role_of,
        glossed=words.glossed,
        bell=bell.bell,
        kept=pieces.kept,
        drawn=pieces.drawn,
        gap=pieces.GAP,
        community=None,
        HTMX_CONFIG=HTMX_CONFIG,
    )
    env.filters.update(
        money=say.money,
        when=say.when,
        moment=lambda value: Markup(say.Moments().tag(value)),  # noqa: S704 - of our own words
        date=say.date,
        ago=say.ago,
        number=say.number,
        percent=say.percent,
        pick=lambda value: pick(value, get_language() or settings.LANGUAGE_CODE),
        listed=say.listed,
        said=lambda value, field: say_value(field, value, get_language() or "en"),
        prose=say.prose,
        flat=say.flat,
        tight=tight,
        host=lambda address: urlsplit(address).hostname or address,
    )
    return env


HTMX_CONFIG = (
    '{"allowEval":false,"includeIndicatorStyles":false,"selfRequestsOnly":true,'
    '"allowScriptTags":false,"historyCacheSize":0,"refreshOnHistoryMiss":true,'
    '"defaultSettleDelay":0,"responseHandling":['
    '{"code":"204","swap":false},{"code":"[23]..","swap":true},{"code":"[45]..","swap":true}]}'
)
