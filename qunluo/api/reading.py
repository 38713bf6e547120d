"""The OpenAPI document told to people: groups of operations, with plain names of types."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from qunluo.api.openapi import Document, document

METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Field:
    """One parameter or one member of a body."""

    name: str
    type: str
    required: bool
    about: str
    place: str = ""


@dataclass(frozen=True)
class Operation:
    """One operation, ready to be shown."""

    name: str
    method: str
    path: str
    summary: str
    about: str
    scope: str
    public: bool
    parameters: list[Field]
    body: list[Field]
    body_type: str
    answer_status: str
    answer_type: str
    answer: list[Field]
    refusals: list[str]


@dataclass(frozen=True)
class Group:
    """The operations of one area."""

    name: str
    title: str
    about: str
    operations: list[Operation]


def groups(language: str) -> list[Group]:
    """Return every operation by group, in the order in which they are declared."""
    found = document(language)
    by_tag: dict[str, list[Operation]] = {tag["name"]: [] for tag in found["tags"]}
    for path, methods in found["paths"].items():
        for method in METHODS:
            if method in methods:
                operation = methods[method]
                by_tag[operation["tags"][0]].append(_operation(found, method, path, operation))
    return [
        Group(tag["name"], tag["x-title"], tag["description"], by_tag[tag["name"]])
        for tag in found["tags"]
    ]


def intro(language: str) -> str:
    """Return what is said before the first operation, as Markdown."""
    return str(document(language)["info"]["description"])


def _operation(whole: Document, method: str, path: str, operation: Document) -> Operation:
    body_kind, body_schema = _content(operation.get("requestBody", {}))
    status, success = next(iter(operation["responses"].items()))
    answer_kind, answer_schema = _content(success)
    return Operation(
        name=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=operation["summary"],
        about=operation["description"],
        scope=operation["x-scope"],
        public={} in operation["security"],
        parameters=[_parameter(p) for p in operation["parameters"]],
        body=list(_members(whole, body_schema)),
        body_type=body_kind,
        answer_status=str(status),
        answer_type=type_of(answer_schema) if answer_schema else answer_kind,
        answer=list(_members(whole, answer_schema)),
        refusals=[str(code) for code in operation["responses"] if int(code) >= 400],
    )


def _content(holder: Document) -> tuple[str, Document]:
    """Return the media type and the schema of a body or answer; both empty if it has none."""
    for kind, media in holder.get("content", {}).items():
        return kind, media["schema"]
    return "", {}


def _parameter(declared: Document) -> Field:
    return Field(
        declared["name"],
        type_of(declared["schema"]),
        declared.get("required", False),
        declared.get("description", ""),
        declared["in"],
    )


def _members(whole: Document, schema: Document) -> Iterator[Field]:
    """Yield the members of a schema; those of the items where it is a list."""
    if "items" in schema:
        schema = schema["items"]
    if "$ref" in schema:
        schema = whole["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    needed = schema.get("required", [])
    for name, member in schema.get("properties", {}).items():
        yield Field(name, type_of(member), name in needed, member.get("description", ""))


def type_of(schema: Document) -> str:
    """Return a short name of a type: integer, string | null, list of PersonCard."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if choices := schema.get("anyOf", schema.get("oneOf")):
        return " | ".join(dict.fromkeys(type_of(choice) for choice in choices))
    if "enum" in schema or "const" in schema:
        return " | ".join(str(value) for value in schema.get("enum", [schema.get("const")]))
    kind: Any = schema.get("type", "any")
    if kind == "array":
        return f"list of {type_of(schema.get('items', {}))}"
    if kind == "object" and isinstance(schema.get("additionalProperties"), dict):
        return f"map to {type_of(schema['additionalProperties'])}"
    return {"date-time": "moment", "date": "day"}.get(schema.get("format", ""), str(kind))
