"""Every answer that a test gets is what the service's OpenAPI document says of it."""

import json
import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

import httpx
from jsonschema import Draft202012Validator

from chassis.http.problems import MEDIA_TYPE
from chassis.http.read import JSON

CHECKED_MAX = 5
"""Bodies that are held against one schema; the rest of an answer always is."""

TOLD_HEADERS = ("Idempotent-Replayed", "Location")


class Conforming:
    """Holds answers against a document. A status, a code, a header or a body that it does not name
    fails the test that met it.
    """

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._components = document.get("components", {})
        paths = sorted(document["paths"].items(), key=lambda one: one[0].count("{"))
        self._doors = [(_pattern(path), path, operations) for path, operations in paths]
        self._checked: Counter[str] = Counter()
        self._validators: dict[str, Draft202012Validator] = {}

    async def check(self, answer: httpx.Response) -> None:
        """An httpx response hook. Raises AssertionError."""
        asked = answer.request
        found = self._door(asked.method, asked.url.path)
        if found is None:
            return
        name, operation = found
        name = f"{name} {answer.status_code}"
        told = operation["responses"].get(str(answer.status_code))
        assert told is not None, f"{name} is not described"
        for header in TOLD_HEADERS:
            assert header not in answer.headers or header in told.get("headers", {}), (name, header)
        body = await answer.aread()
        if body:
            self._check_body(name, answer.headers.get("content-type", ""), body, told)

    def _door(self, method: str, path: str) -> tuple[str, dict[str, Any]] | None:
        for pattern, template, operations in self._doors:
            if method.lower() in operations and pattern.fullmatch(path):
                return f"{method} {template}", operations[method.lower()]
        return None

    def _check_body(self, name: str, kind: str, body: bytes, told: Mapping[str, Any]) -> None:
        content = told.get("content", {})
        kind = kind if kind in content else kind.partition(";")[0]
        assert kind in content, f"{name}: {kind} is not described"
        schema = content[kind].get("schema", {})
        if kind == MEDIA_TYPE:
            code = json.loads(body)["code"]
            assert code in schema["properties"]["code"]["enum"], f"{name}: {code} is not described"
        self._checked[name] += 1
        if kind in {MEDIA_TYPE, JSON} and self._checked[name] <= CHECKED_MAX:
            self._validator(name, schema).validate(json.loads(body))

    def _validator(self, name: str, schema: Mapping[str, Any]) -> Draft202012Validator:
        if name not in self._validators:
            whole = {**schema, "components": self._components}
            self._validators[name] = Draft202012Validator(whole)
        return self._validators[name]


def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"{\w+}", "[^/]+", template.replace(".", r"\.")))
