"""What OpenAPI says of the doors: what FastAPI reads from the code, and what only the edge knows:
who gets in, what a repetition answers, how every no is written.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from fastapi import FastAPI

from chassis.http import problems
from chassis.http.idempotency import KEY_MAX, KEY_MIN
from chassis.http.read import TERMS, Terms
from contracts.refusal import Refusal

KEY = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
SCHEME = "key"
PROBLEM = "#/components/schemas/Problem"
ABOUT = (
    "Errors are `application/problem+json`; `code` is stable, and `type` is a page that says what "
    "it means and what to do. Every answer bears `X-Request-Id`, the caller's where it is of 1 to "
    "64 letters, digits and dashes with a letter among them. `x-laurel` is what the door demands."
)

Operation = dict[str, Any]

ALWAYS = (
    problems.Unauthenticated,
    problems.Forbidden,
    problems.Invalid,
    problems.Fault,
    problems.TryLater,
)
OF_BODIES = (
    problems.Malformed,
    problems.TooSlow,
    problems.TooLarge,
    problems.UnsupportedMediaType,
)
OF_KEYS = (problems.KeyRequired, problems.KeySpent, problems.KeyReused)

SECURITY: Mapping[str, Any] = {
    SCHEME: {
        "type": "http",
        "scheme": "bearer",
        "description": "A key of a channel, a team or a service. What a door demands is listed "
        "with it; a key without that scope is answered 403 `forbidden`.",
    }
}
SCHEMAS: Mapping[str, Any] = {
    "Problem": {
        "type": "object",
        "title": "Problem",
        "description": "RFC 9457. `outcome` says what became of the request: `none` (nothing "
        "changed), `applied`, or `unknown` (ask again in the same words: it takes effect once). "
        "The numbers that a code promises stand beside it.",
        "required": ["type", "title", "status", "detail", "code", "request_id", "outcome"],
        "properties": {
            "type": {"type": "string", "format": "uri-reference"},
            "title": {"type": "string"},
            "status": {"type": "integer", "minimum": 400, "maximum": 599},
            "detail": {"type": "string"},
            "code": {"type": "string"},
            "request_id": {"type": "string"},
            "outcome": {"enum": ["none", "applied", "unknown"]},
            "errors": {
                "type": "array",
                "description": "With `invalid`: what is wrong, and where.",
                "items": {"$ref": "#/components/schemas/FieldError"},
            },
        },
    },
    "FieldError": {
        "type": "object",
        "title": "FieldError",
        "required": ["path", "code"],
        "properties": {
            "path": {"type": "string", "description": "a JSON pointer into what was sent"},
            "code": {"type": "string"},
        },
    },
}
NOT_OURS = ("HTTPValidationError", "ValidationError")
KEY_PARAMETER: Mapping[str, Any] = {
    "name": KEY,
    "in": "header",
    "schema": {
        "type": "string",
        "minLength": KEY_MIN,
        "maxLength": KEY_MAX,
        "pattern": "^[!-~]+$",
    },
}
REPLAYED_HEADER: Mapping[str, Any] = {
    "description": "There where this was answered before: nothing has changed since.",
    "schema": {"const": "true"},
}
KEPT = frozenset({"404", "409"})
"""What the business says no with: a key may have kept that as its answer."""

SENTENCE = re.compile(r"(.+?)[.](?:\s+|$)(.*)", re.DOTALL)


class Described(FastAPI):
    """An application whose description is complete."""

    def openapi(self) -> dict[str, Any]:
        """The document, made once."""
        if self.openapi_schema is None:
            describe(super().openapi())
        assert self.openapi_schema is not None
        return self.openapi_schema


def described(refuses: Iterable[type[Refusal]], before: Operation | None = None) -> Operation:
    """Refusals as OpenAPI's responses, by status; joined with those of `before`."""
    responses: Operation = dict(before or {})
    for refusal in refuses:
        status = str(refusal.status)
        known = codes(responses.get(status, {}))
        known.setdefault(refusal.code, refusal.title)
        responses[status] = _no(known)
    return dict(sorted(responses.items()))


def codes(response: Mapping[str, Any]) -> dict[str, str]:
    """The codes of a no, with what each says."""
    content = response.get("content", {}).get(problems.MEDIA_TYPE, {})
    named: Sequence[str] = (
        content.get("schema", {}).get("properties", {}).get("code", {}).get("enum", ())
    )
    titles = dict(re.findall(r"`(\w+)`: ([^\n]*)", str(response.get("description", ""))))
    return {code: titles[code] for code in named}


def _no(named: Mapping[str, str]) -> dict[str, Any]:
    known = dict(sorted(named.items()))
    schema = {"$ref": PROBLEM, "properties": {"code": {"enum": list(known)}}}
    told = "\n".join(f"- `{code}`: {title}" for code, title in known.items())
    return {"description": told, "content": {problems.MEDIA_TYPE: {"schema": schema}}}


def describe(document: dict[str, Any]) -> None:
    """Complete a document that FastAPI has made."""
    document["info"]["description"] = ABOUT
    parts = document.setdefault("components", {})
    parts["securitySchemes"] = dict(SECURITY)
    schemas = {k: v for k, v in parts.get("schemas", {}).items() if k not in NOT_OURS}
    parts["schemas"] = dict(sorted({**schemas, **SCHEMAS}.items()))
    for operations in document["paths"].values():
        for operation in operations.values():
            _complete(operation)


def _complete(operation: Operation) -> None:
    terms = Terms(**operation[TERMS])
    operation["security"] = [{SCHEME: [terms.scope]}]
    operation["operationId"] = (
        "_".join([*operation.get("tags", [])[:1], operation["summary"]]).replace(" ", "_").lower()
    )
    _say(operation)
    is_keyed = _take_key(operation, terms)
    responses = operation["responses"]
    if "HTTPValidationError" in str(responses.get("422")):
        del responses["422"]
    refuses = [*ALWAYS, *(OF_BODIES if "requestBody" in operation else ())]
    operation["responses"] = described([*refuses, *(OF_KEYS if is_keyed else ())], responses)
    _succeed(operation["responses"], terms, is_keyed)


def _say(operation: Operation) -> None:
    """The first sentence of what the code says is the summary, the rest the description."""
    said = " ".join(operation.pop("description", operation["summary"]).split())
    found = SENTENCE.match(said)
    summary, rest = found.groups() if found else (said, "")
    operation["summary"] = summary
    if rest:
        operation["description"] = rest


def _take_key(operation: Operation, terms: Terms) -> bool:
    """Whether a key belongs to the request; its parameter is told once, and in one way."""
    parameters = operation.get("parameters", [])
    others = [one for one in parameters if one["name"].lower() != KEY.lower()]
    is_keyed = terms.keyed or len(others) < len(parameters)
    if is_keyed:
        required = not terms.named_by
        hint = {} if required else {"description": f"Needed where the body has no {terms.named_by}"}
        operation["parameters"] = [*others, {**KEY_PARAMETER, "required": required, **hint}]
    return is_keyed


def _succeed(responses: Operation, terms: Terms, is_keyed: bool) -> None:
    """What is answered where all went well: the first time, again, and where it takes longer."""
    good = sorted(status for status in responses if status.startswith("2"))
    first = next((one for one in good if "content" in responses[one]), good[0])
    if terms.again and str(terms.again) not in responses:
        text = "The same again: what it was answered, or what it is by now. Nothing changes."
        responses[str(terms.again)] = {"description": text}
    for status in sorted(one for one in responses if one.startswith("2")):
        told = responses[status]
        if told.get("description") == "Successful Response":
            told["description"] = "Done."
        if "content" in responses[first]:
            told.setdefault("content", responses[first]["content"])
        if is_keyed or str(terms.again) == status:
            told.setdefault("headers", {})[REPLAYED] = dict(REPLAYED_HEADER)
    for status in KEPT.intersection(responses) if is_keyed else ():
        responses[status].setdefault("headers", {})[REPLAYED] = dict(REPLAYED_HEADER)
