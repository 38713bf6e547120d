"""The OpenAPI document: what django-ninja knows, and what the operations say of themselves."""

import copy
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language, gettext, override

from qunluo.api import problems
from qunluo.api.area import OPERATIONS, Declared
from qunluo.api.once import HEADER
from qunluo.api.v1 import api
from qunluo.kernel import definitions
from qunluo.kernel.errors import TooMany
from qunluo.kernel.text import _, pick

Document = dict[str, Any]
ABOUT = definitions.load_file(Path(__file__).parent / "definitions" / "about.toml")
SECURITY = {
    "token": {
        "type": "http",
        "scheme": "bearer",
        "description": _("A personal token, “qlt_…”, made under Me, Tokens; it has scopes."),
    },
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": settings.SESSION_COOKIE_NAME,
        "description": _(
            "The session of the browser. Writes also need the header X-CSRFToken with the value "
            "of the cookie “csrftoken”."
        ),
    },
}
KEY = {
    "in": "header",
    "name": HEADER,
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": 100, "pattern": "^[!-~]+$"},
    "description": _(
        "A key of your own, for example a random UUID. The same key with the same body gets the "
        "first answer again for 48 hours; with another body it is refused."
    ),
}
DONE = _("Done")
PROBLEM = "#/components/schemas/Problem"
RETRY = {
    "description": _("Seconds to wait."),
    "schema": {"type": "integer", "minimum": 1},
}


def openapi_json(request: HttpRequest) -> JsonResponse:
    """Serve the document in the language of the request."""
    response = JsonResponse(
        document(get_language() or "en"), json_dumps_params={"ensure_ascii": False}
    )
    patch_vary_headers(response, ["Accept-Language", "Cookie"])
    return response


@cache
def _drawn() -> Document:
    """Return what the schemas say before any words: drawing them takes seconds, once."""
    return dict(api.get_openapi_schema())


@lru_cache(maxsize=4)
def document(language: str) -> Document:
    """Return the document in a language; shared, so never change it."""
    with override(language):
        found = copy.deepcopy(_drawn())
        found["info"]["description"] = str(pick(ABOUT["about"], language))
        found["servers"] = [{"url": settings.SITE_URL}]
        found["tags"] = [
            {"name": tag, "description": str(pick(texts["about"], language)),
             "x-title": str(pick(texts["title"], language))}
            for tag, texts in ABOUT["tags"].items()
        ]  # fmt: skip
        for path in found["paths"].values():
            for operation in path.values():
                _complete(operation, OPERATIONS[operation["operationId"]], language)
        found["components"]["securitySchemes"] = copy.deepcopy(SECURITY)
        found["components"]["schemas"]["Problem"] = problems.Problem.model_json_schema()
        if language != "en":
            # What a schema is for is said in its code, in English only.
            for schema in found["components"]["schemas"].values():
                schema.pop("description", None)
        _translate(found)
    return found


def _complete(operation: Document, declared: Declared, language: str) -> None:
    """Add what django-ninja cannot know: texts, scopes, the key, the kind of problems."""
    shape = declared.shape
    operation["summary"] = declared.summary(language)
    operation["description"] = declared.about(language)
    session_only = shape.scope == "session"
    operation["security"] = [] if session_only else [{"token": [shape.scope]}]
    operation["security"] += [{"session": []}] + ([{}] if shape.public else [])
    operation["x-scope"] = shape.scope
    if shape.keyed:
        operation["parameters"] = [*operation["parameters"], dict(KEY)]
    for response in operation["responses"].values():
        response["description"] = gettext(DONE)
        if shape.media:
            response["content"] = {shape.media: {"schema": {}}}
    for status in declared.refusals:
        operation["responses"][status] = _refusal(status)


def _refusal(status: int) -> Document:
    """Return the answer of a status with the schema of problems and an example."""
    content = {"schema": {"$ref": PROBLEM}, "example": problems.example(status)}
    answer: Document = {
        "description": gettext(problems.TITLES[status]),
        "content": {problems.MEDIA_TYPE: content},
    }
    if status == TooMany.status:
        answer["headers"] = {"Retry-After": dict(RETRY)}
    return answer


def _translate(value: Any) -> None:
    """Translate the marked descriptions of parameters and schemas where they stand."""
    if isinstance(value, dict):
        text = value.get("description")
        if isinstance(text, str) and text:
            value["description"] = gettext(text)
        for inner in value.values():
            _translate(inner)
    elif isinstance(value, list):
        for inner in value:
            _translate(inner)
