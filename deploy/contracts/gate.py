"""Whether a changed event can be said beside the old one. If not, it is a new class and version."""

import json
from typing import Any

from jsoncompat import check_compat

from deploy.contracts.schemas import Schema


def breaks(old: Schema, new: Schema) -> list[str]:
    """What goes wrong when `new` takes the place of `old` under the same name; nothing, if empty.

    Readers ignore fields that they do not know, and events of the old kind stay in the outbox and
    on the bus: so old readers must understand new events, and new readers the old ones, which bear
    the old fields and no other.
    """
    found = []
    if not check_compat(json.dumps(old), json.dumps(new), "serializer"):
        found.append("a service that is not yet updated could not read it")
    if not check_compat(json.dumps(_closed(old)), json.dumps(new), "deserializer"):
        found.append("an updated service could not read what was said before")
    return found


def _closed(schema: Any) -> Any:
    """The same schema, without leave for fields that it does not name."""
    if isinstance(schema, list):
        return [_closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {key: _closed(part) for key, part in schema.items()}
    return {"additionalProperties": False} | closed if "properties" in schema else closed
