"""The CEL leaf: an expression for what the tree of conditions cannot say, bounded in cost (P5).

Nothing in it loops: macros are switched off, and so are regular expressions; its work is at most
its length times that of its operands. It sees the declared names alone and no fraction. An
expression that errs while it is evaluated holds for nothing.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from cel_expr_python import cel

EXPRESSION_MAX = 500
NESTING_MAX = 16
TREES_MAX = 10_000

CONFIG = """
name: accrual
stdlib:
  disable_macros: true
  exclude_functions:
    - name: matches
    - name: double
"""
TEXT, WHOLE, TRUTH = cel.Type.STRING, cel.Type.INT, cel.Type.BOOL
ORDER_NAMES: Mapping[str, cel.Type] = {
    "order_minor": WHOLE,
    "order_quantity": WHOLE,
    "store": TEXT,
    "channel": TEXT,
    "payments": cel.Type.List(TEXT),
    "attributes": cel.Type.Map(TEXT, TEXT),
    "occasions": cel.Type.List(TEXT),
    "tier": TEXT,
    "segments": cel.Type.List(TEXT),
    "first_purchase": TRUTH,
    "activity": TEXT,
    "weekday": WHOLE,
    "hour": WHOLE,
    "minute": WHOLE,
    "day": WHOLE,
    "month": WHOLE,
    "year": WHOLE,
}
LINE_NAMES: Mapping[str, cel.Type] = {
    "line_minor": WHOLE,
    "line_quantity": WHOLE,
    "category": TEXT,
    "sku": TEXT,
    "brand": TEXT,
}
QUOTED = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"")
FRACTION = re.compile(r"[0-9]\.|\.[0-9]|[0-9][eE]")
WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

_env = cel.NewEnv(config=cel.NewEnvConfigFromYaml(CONFIG), variables={**ORDER_NAMES, **LINE_NAMES})


class Unreadable(Exception):
    """An expression that is refused; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Cel(NamedTuple):
    """A checked expression. `names` are those that it reads."""

    expression: cel.Expression
    names: frozenset[str]

    @property
    def is_by_line(self) -> bool:
        """Whether it looks at lines one by one."""
        return not self.names.isdisjoint(LINE_NAMES)

    def holds(self, values: Mapping[str, object]) -> bool | None:
        """Whether it is true of these values; None where it errs (overflow, no such key …)."""
        try:
            value = self.expression.eval(data=values)
        except RuntimeError:
            return None
        return bool(value.plain_value()) if value.type() == TRUTH else None


@lru_cache(maxsize=TREES_MAX)
def compiled_cel(text: str) -> Cel:
    """Read and check an expression. Raises Unreadable: `cel_too_long`, `cel_too_deep`, `cel_loops`
    (macros and regular expressions), `cel_fraction`, `cel_invalid`, `cel_not_boolean`.
    """
    bare = QUOTED.sub("''", text)
    words = frozenset(WORD.findall(bare))
    if len(text) > EXPRESSION_MAX:
        raise Unreadable("cel_too_long")
    if _nesting(bare) > NESTING_MAX:
        raise Unreadable("cel_too_deep")
    if re.search(r"\b(?:matches|all|exists|exists_one|filter|map|has)\s*\(", bare):
        raise Unreadable("cel_loops")
    if FRACTION.search(bare):
        raise Unreadable("cel_fraction")
    try:
        expression = _env.compile(text)
    except (RuntimeError, UnicodeError):
        raise Unreadable("cel_invalid") from None
    if expression.return_type() != TRUTH:
        raise Unreadable("cel_not_boolean")
    return Cel(expression, words & (ORDER_NAMES.keys() | LINE_NAMES.keys()))


def _nesting(text: str) -> int:
    depth = deepest = 0
    for sign in text:
        depth += (sign in "([{?") - (sign in ")]}")
        deepest = max(deepest, depth)
    return deepest
