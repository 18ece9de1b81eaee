"""The OpenAPI documents: valid, complete, and with examples that the doors would read."""

from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
import schemathesis
from jsonschema import Draft202012Validator

from chassis.http.description import KEY, PROBLEM, Described
from chassis.process import doors_of
from deploy.local.credentials import SCOPES
from deploy.local.services import SERVICES

METHODS_WITH_BODIES = {"post", "put", "patch"}


def document(module: str) -> dict[str, Any]:
    """What a service answers at /openapi.json."""
    service = import_module(module).service
    app = Described(title=service.name)
    for router in doors_of(service):
        app.include_router(router)
    return app.openapi()


DOCUMENTS = {service.name: document(service.module) for service in SERVICES}


def operations(name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in DOCUMENTS[name]["paths"].items():
        for method, operation in methods.items():
            yield f"{method} {path}", operation


every = pytest.mark.parametrize("name", DOCUMENTS)


@every
def test_the_document_is_valid(name):
    schemathesis.openapi.from_dict(DOCUMENTS[name]).validate()
    assert DOCUMENTS[name]["openapi"].startswith("3.1")


@every
def test_each_door_says_who_gets_in_and_what_it_does(name):
    known = {scope for scopes in SCOPES.values() for scope in scopes.split()}
    (scheme,) = DOCUMENTS[name]["components"]["securitySchemes"]
    for door, operation in operations(name):
        assert operation["security"] == [{scheme: [operation["x-laurel"]["scope"]]}], door
        assert operation["x-laurel"]["scope"] in known, door
        assert operation["tags"], door
        assert " " in operation["summary"], door
    ids = Counter(operation["operationId"] for _, operation in operations(name))
    assert max(ids.values()) == 1, ids.most_common(3)


@every
def test_each_no_is_a_problem_with_its_codes(name):
    for door, operation in operations(name):
        noes = {s: told for s, told in operation["responses"].items() if s >= "4"}
        assert {"401", "403", "422", "500", "503"} <= noes.keys(), door
        for told in noes.values():
            schema = told["content"]["application/problem+json"]["schema"]
            assert schema["$ref"] == PROBLEM
            assert schema["properties"]["code"]["enum"], door


@every
def test_a_key_is_a_parameter_wherever_one_is_read(name):
    for door, operation in operations(name):
        told = [one for one in operation.get("parameters", ()) if one["name"] == KEY]
        codes = operation["responses"].get("400", {"description": ""})["description"]
        assert bool(told) == ("idempotency_key_required" in codes), door
        assert not operation["x-laurel"]["keyed"] or told, door
    asked = {door for door, one in operations("benefit-svc") if KEY in str(one.get("parameters"))}
    assert {"post /v1/redemptions", "post /v1/redemptions/{redemption_id}/cancel"} <= asked


@every
def test_an_example_is_something_that_the_door_reads(name):
    parts = DOCUMENTS[name]["components"]
    for body, schema in parts["schemas"].items():
        for example in schema.get("examples", ()):
            found = list(Draft202012Validator({**schema, "components": parts}).iter_errors(example))
            assert not found, f"{body}: {found}"


@pytest.mark.parametrize("channel", ["till", "web"])
def test_each_body_that_a_channel_sends_has_an_example(channel):
    for name, parts in ((name, DOCUMENTS[name]["components"]["schemas"]) for name in DOCUMENTS):
        for door, operation in operations(name):
            content = operation.get("requestBody", {}).get("content", {}).get("application/json")
            if content and operation["x-laurel"]["scope"] in SCOPES[channel].split():
                bodies = [parts[ref] for ref in _references(content["schema"])]
                assert all("examples" in body for body in bodies), door


def _references(schema: dict[str, Any]) -> list[str]:
    """The bodies that a request's schema names, itself or as one of several."""
    named = [schema, *schema.get("anyOf", ())]
    return [one["$ref"].rsplit("/", 1)[-1] for one in named if "$ref" in one]
