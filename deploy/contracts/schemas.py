"""One golden JSON schema per event version, generated from its class."""

import json
from pathlib import Path
from typing import Any

import msgspec

from contracts.catalog import EVENTS
from contracts.events.base import Event

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "shared" / "contracts" / "schemas"

Schema = dict[str, Any]


def of(event: type[Event]) -> Schema:
    """The schema of an event's body; what it is made of stands under `$defs`."""
    generated = flowing(msgspec.json.schema(event))
    parts: dict[str, Schema] = generated["$defs"]
    body = parts.pop(generated["$ref"].rsplit("/", 1)[-1])
    return body | ({"$defs": dict(sorted(parts.items()))} if parts else {})


def flowing(schema: Any) -> Any:
    """The same schema; where a docstring's lines were broken makes no difference."""
    if isinstance(schema, list):
        return [flowing(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    told = schema.get("description")
    flat = {"description": " ".join(told.split())} if isinstance(told, str) else {}
    return {key: flowing(part) for key, part in schema.items()} | flat


def files() -> dict[Path, str]:
    """Every golden file as the code would write it."""
    return {FOLDER / f"{name}.json": text(of(event)) for name, event in EVENTS.items()}


def text(schema: Schema) -> str:
    """One way to write a schema, so that a difference in meaning is the only difference."""
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return json.dumps(head | schema, indent=2, ensure_ascii=False) + "\n"
