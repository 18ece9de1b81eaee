"""Requests that must be refused, made from a service's own OpenAPI description.

A sample that the schema accepts is spoilt in one place at a time. What the schema would accept all
the same is left out, unless it is bad in every place: NUL, lone surrogates, NaN, 2⁶³ and their kin.
"""

import copy
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from jsonschema import Draft202012Validator

PROBLEM = "application/problem+json"
UUID = "0198b1f0-0000-7000-8000-000000000001"
TEXTS = ("a-ref-1", UUID, "CNY", "card", "2026-03-02T10:00:00+08:00", "2026-03-02", "1", "a", "A1")
RAW = {
    "@NaN@": "NaN",
    "@Infinity@": "-Infinity",
    "@surrogate@": '"\\ud800"',
    "@exponent@": "1e3",
    "@one@": "1.0",
}
ALWAYS_BAD = ("@NaN@", "@Infinity@", "@surrogate@", "a\0b", 2**63, -(2**63) - 1, 10**400)
BAD_WHERE_WHOLE = ("@exponent@", "@one@", True)
WRONG: tuple[Any, ...] = (
    "x" * 300,
    "",
    -1,
    0.5,
    False,
    None,
    [],
    {},
    [None],
    "0",
    "\u202etxt",
    10**13,
)
PLACES_MAX = 60
DEPTH_MAX = 4
HOSTILE_PATHS = ("%00", "%ED%A0%80", "x" * 300, "a%20b", "%F0%9F%92%A9", "%22%27%3B--")
HOSTILE_QUERIES = {
    "limit": ("0", "201", "-1", "NaN", "1.5", "9223372036854775808", ""),
    "cursor": ("x", "e30", "%00", "A" * 3000),
    "at": ("yesterday", "2026-03-01", "2026-03-01T00:00:00", "%00"),
    "known_at": ("now", "99999-01-01T00:00:00Z"),
}


@dataclass(frozen=True)
class Door:
    """One operation of a service."""

    service: str
    method: str
    path: str
    operation: dict[str, Any]
    schema: dict[str, Any] | None

    @property
    def terms(self) -> dict[str, Any]:
        terms: dict[str, Any] = self.operation["x-laurel"]
        return terms

    @property
    def codes(self) -> set[str]:
        """The codes that the route documents."""
        told = (each.get("content", {}) for each in self.operation["responses"].values())
        noes = (content[PROBLEM]["schema"] for content in told if PROBLEM in content)
        return {code for schema in noes for code in schema["properties"]["code"]["enum"]}

    @property
    def spoilt_codes(self) -> set[str]:
        """What a spoilt body may be answered: never that something else was not found."""
        return {"malformed", "invalid"} | {c for c in self.codes if c.endswith("_invalid")}

    def at(self, value: str = UUID) -> str:
        """The path with every parameter set to `value`."""
        return re.sub(r"{\w+}", value, self.path)

    def of(self, member_id: str) -> str:
        """The path of a member who is there; what is not a member is not there."""
        return re.sub(r"{\w+}", UUID, self.path.replace("{member_id}", member_id))


def doors(service: str, openapi: dict[str, Any]) -> list[Door]:
    found = []
    for path, operations in openapi["paths"].items():
        for method, operation in operations.items():
            found.append(Door(service, method.upper(), path, operation, _body(openapi, operation)))
    return found


def _body(openapi: dict[str, Any], operation: dict[str, Any]) -> dict[str, Any] | None:
    content = operation.get("requestBody", {}).get("content", {})
    if "application/json" not in content:
        return None
    parts = {"components": openapi.get("components", {})}
    schema: dict[str, Any] = content["application/json"]["schema"] | parts
    return schema


def sample(schema: dict[str, Any], root: dict[str, Any], depth: int = 0) -> Any:
    """Something that the schema accepts, with every optional member there, down to a depth."""
    schema = _resolved(schema, root)
    for union in ("anyOf", "oneOf"):
        if union in schema:
            return sample(_first(schema[union]), root, depth)
    if "const" in schema or "enum" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    kind = schema.get("type")
    if kind == "object":
        members = schema.get("properties", {})
        wanted = members if depth < DEPTH_MAX else schema.get("required", ())
        return {name: sample(members[name], root, depth + 1) for name in wanted}
    if kind == "array":
        parts = schema.get("prefixItems", [schema.get("items", {"type": "string"})])
        return [sample(each, root, depth) for each in parts]
    if kind in {"integer", "number"}:
        return max(1, schema.get("minimum", 1))
    return kind == "boolean" or _text(schema)


def _text(schema: dict[str, Any]) -> str:
    wanted = {"date-time": TEXTS[4], "date": TEXTS[5]}.get(schema.get("format", ""))
    if wanted:
        return wanted
    fits = (text for text in TEXTS if re.search(schema.get("pattern", ""), text))
    return next(fits, TEXTS[0])


def _first(options: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return next(each for each in options if each.get("type") != "null")


def _resolved(schema: dict[str, Any], root: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        found: Any = root
        for part in schema["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        schema = found
    return schema


def spoilt(door: Door) -> Iterator[bytes]:
    """Bodies of a door, each bad in one way."""
    yield from (b'{"a":', b"[]", b'"x"', b"\xff\xfe", b'{"a":1,"a":2}', b"1")
    if door.operation["requestBody"].get("required"):
        yield b"null"
    yield b"[" * 5_000
    schema = door.schema
    if schema is None:
        return
    good = sample(schema, schema)
    accepts = Draft202012Validator(schema).is_valid
    if isinstance(good, dict):
        yield _text_of({**good, "unheard_of": 1})
        yield from (_text_of(less) for less in _without_one(good) if not accepts(less))
    for place in list(_places(good))[:PLACES_MAX]:
        for wrong in (*ALWAYS_BAD, *BAD_WHERE_WHOLE, *WRONG):
            bad = _with(good, place, wrong)
            if _is_bad(_at(good, place), wrong) or not accepts(bad):
                yield _text_of(bad)


def _is_bad(was: Any, wrong: Any) -> bool:
    always = any(wrong is each or wrong == each for each in ALWAYS_BAD)
    whole = type(was) is int and any(wrong is each for each in BAD_WHERE_WHOLE)
    return always or whole


def _text_of(value: Any) -> bytes:
    text = json.dumps(value)
    for name, raw in RAW.items():
        text = text.replace(f'"{name}"', raw)
    return text.encode()


def _without_one(good: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for name in good:
        yield {other: value for other, value in good.items() if other != name}


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    members: Iterable[tuple[Any, Any]] = ()
    if isinstance(value, dict):
        members = value.items()
    elif isinstance(value, list):
        members = enumerate(value)
    for name, child in members:
        yield (*path, name)
        yield from _places(child, (*path, name))


def _at(value: Any, place: tuple[Any, ...]) -> Any:
    for name in place:
        value = value[name]
    return value


def _with(good: Any, place: tuple[Any, ...], wrong: Any) -> Any:
    bad = copy.deepcopy(good)
    _at(bad, place[:-1])[place[-1]] = wrong
    return bad
