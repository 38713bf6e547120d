"""The API as Markdown, for docs/reference/api.md."""

from collections.abc import Iterator

from qunluo.api import reading


def markdown() -> str:
    """Return the whole reference in English."""
    return "\n".join(_lines()).rstrip() + "\n"


def _lines() -> Iterator[str]:
    yield "# API"
    yield ""
    yield reading.intro("en").strip()
    yield ""
    yield "The OpenAPI document is at `/api/openapi.json`, the same for people at `/api/docs`."
    for group in reading.groups("en"):
        yield from ("", f"## {group.title}", "", group.about)
        for operation in group.operations:
            yield from _operation(operation)


def _operation(operation: reading.Operation) -> Iterator[str]:
    who = "session only" if operation.scope == "session" else f"scope `{operation.scope}`"
    if operation.public:
        who = f"open to visitors; {who}"
    yield from ("", f"### {operation.summary}", "")
    yield f"`{operation.method} {operation.path}` ({who})"
    yield from ("", operation.about)
    yield from _fields("Parameters", operation.parameters)
    yield from _fields(f"Body, `{operation.body_type}`", operation.body)
    answer = f"Answer {operation.answer_status}"
    answer += f", `{operation.answer_type}`" if operation.answer_type else ""
    if operation.answer:
        yield from _fields(answer, operation.answer)
    else:
        yield from ("", f"{answer}.")


def _fields(title: str, fields: list[reading.Field]) -> Iterator[str]:
    if not fields:
        return
    yield from ("", f"{title}:", "")
    for field in fields:
        notes = [field.type, field.place and f"in the {field.place}", field.required and "required"]
        kind = ", ".join(note for note in notes if note)
        yield f"- `{field.name}` ({kind})" + (f": {field.about}" if field.about else "")
