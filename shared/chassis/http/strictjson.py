"""JSON as it is read here: no duplicate keys, no NaN or Infinity, no lone surrogates, at most 16
deep.
"""

import json
from typing import Any

from chassis.http.problems import Malformed

DEPTH_MAX = 16


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    named = dict(pairs)
    if len(named) != len(pairs):
        raise Malformed(reason="duplicate_key")
    return named


def _no_constant(_: str) -> Any:
    raise Malformed(reason="not_a_number")


_decoder = json.JSONDecoder(object_pairs_hook=_no_duplicates, parse_constant=_no_constant)


def parse(body: bytes) -> Any:
    """The value of `body`. Refusals: Malformed, with a reason that never quotes the input."""
    try:
        written = body.decode("utf-8")
        value = _decoder.decode(written)
    except Malformed:
        raise
    except RecursionError:
        raise Malformed(reason="too_deep") from None
    except ValueError:
        raise Malformed(reason="not_json") from None
    if "\\u" in written and not _has_only_scalars(written, value):
        raise Malformed(reason="lone_surrogate")
    if _too_deep(value):
        raise Malformed(reason="too_deep")
    return value


def _has_only_scalars(written: str, value: Any) -> bool:
    if "\\ud" not in written.lower():
        return True
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _too_deep(value: Any) -> bool:
    level = [value]
    for _ in range(DEPTH_MAX):
        level = [
            child
            for node in level
            if isinstance(node, (dict, list))
            for child in (node.values() if isinstance(node, dict) else node)
        ]
        if not level:
            return False
    return any(isinstance(node, (dict, list)) for node in level)
