"""What every page knows."""

from typing import Any

from django.conf import settings
from django.contrib.messages import get_messages
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language

from qunluo.web.core.once import hidden_fields

SCHEMES = ("light", "dark")


def page(request: HttpRequest) -> dict[str, Any]:
    """Return the variables of every page; cheap, nothing here asks the database."""
    language = get_language() or settings.LANGUAGE_CODE
    scheme = request.COOKIES.get("scheme", "")
    return {
        "csrf_input": hidden_fields(request),
        "person": getattr(request, "person", None),
        "lang": language,
        "html_lang": {"zh-hans": "zh-Hans"}.get(language, language),
        "languages": settings.LANGUAGES,
        "scheme": scheme if scheme in SCHEMES else "",
        "csp_nonce": SimpleLazyObject(lambda: str(getattr(request, "csp_nonce", ""))),
        "messages": SimpleLazyObject(lambda: list(get_messages(request))),
        "site_url": settings.SITE_URL,
        "here": request.get_full_path(),
        "demo": settings.DEMO,
        "bare": False,
    }
