"""Conditions compiled: each node becomes a function from a scene to the set of lines for which it
holds, and says what it needs, so that rules which cannot match are never asked (P5).
"""

from collections.abc import Callable, Iterator, Mapping
from functools import reduce
from typing import Any, NamedTuple

from points_svc.domain.cel import LINE_NAMES, compiled_cel
from points_svc.domain.conditions_document import Condition, MinorRange, UnitRange
from points_svc.domain.scenes import INDEXED, Amount, Item, Scene
from points_svc.domain.windows import ALWAYS, Span, holds_at, span_of

Mask = Callable[[Scene], int]
Key = tuple[str, str]

MEMBER_LEAVES = frozenset({"tier", "segment", "first_purchase"})
CEL_MEMBER_NAMES = {"tier": "tier", "segments": "segment", "first_purchase": "first_purchase"}


class Node(NamedTuple):
    """A compiled node. `path` leads to it from the rule's `when`; `name` is its one member.

    `keys`: it can hold only where one of them is there (None: no such limit); `span`: only then.
    `reads` are those of tier, segment and first_purchase that it looks at.
    """

    name: str
    path: str
    mask: Mask
    parts: tuple["Node", ...] = ()
    keys: frozenset[Key] | None = None
    span: Span = ALWAYS
    reads: frozenset[str] = frozenset()
    value: Any = None

    def leaves(self) -> Iterator["Node"]:
        """Every leaf below, in writing order."""
        if not self.parts:
            yield self
        for part in self.parts:
            yield from part.leaves()


def _everywhere(scene: Scene) -> int:
    return scene.full


ANYTHING = Node("anything", "", _everywhere)
"""What a rule without a condition asks."""


def compiled(when: Condition | None, path: str = "") -> Node:
    """The condition as functions. None holds for everything."""
    if when is None:
        return ANYTHING
    name, value = when.said
    parts = tuple(compiled(part, path + below) for below, part in when.parts.items())
    if name == "all":
        return _all(path, parts)
    if name == "any":
        return _any(path, parts)
    reads = frozenset[str]().union(*(part.reads for part in parts))
    if name == "not":
        inner = parts[0].mask
        return Node(name, path, lambda scene: scene.full & ~inner(scene), parts, reads=reads)
    return _leaf(name, value, path)


def failing(node: Node, scene: Scene) -> Node | None:
    """The first node, in writing order, without which the condition would not hold for nothing:
    a leaf, or a `not` whose inside holds. None where it holds for some line.
    """
    if node.mask(scene):
        return None
    if node.name == "any":
        return failing(node.parts[0], scene)
    if node.name != "all":
        return node
    left = scene.full
    for part in node.parts:
        left &= part.mask(scene)
        if not left:
            return failing(part, scene) or part
    return node


def _all(path: str, parts: tuple[Node, ...]) -> Node:
    masks = [part.mask for part in parts]

    def mask(scene: Scene) -> int:
        left = scene.full
        for one in masks:
            left &= one(scene)
            if not left:
                return 0
        return left

    keyed = [part.keys for part in parts if part.keys is not None]
    return Node(
        "all",
        path,
        mask,
        parts,
        min(keyed, key=len, default=None),
        reduce(Span.both, (part.span for part in parts)),
        frozenset[str]().union(*(part.reads for part in parts)),
    )


def _any(path: str, parts: tuple[Node, ...]) -> Node:
    masks = [part.mask for part in parts]

    def mask(scene: Scene) -> int:
        found = 0
        for one in masks:
            found |= one(scene)
            if found == scene.full:
                return found
        return found

    keyed = [part.keys for part in parts if part.keys is not None]
    keys = frozenset[Key]().union(*keyed) if len(keyed) == len(parts) else None
    return Node(
        "any",
        path,
        mask,
        parts,
        keys,
        reduce(Span.either, (part.span for part in parts)),
        frozenset[str]().union(*(part.reads for part in parts)),
    )


def _leaf(name: str, value: Any, path: str) -> Node:
    if name == "cel":
        return _cel(value, path)
    value = frozenset(value) if isinstance(value, list) else value
    keys = frozenset((name, text) for text in value) if name in INDEXED else None
    span = span_of(value) if name == "time" else ALWAYS
    reads = frozenset({name}) & MEMBER_LEAVES
    return Node(name, path, LEAVES[name](value), (), keys, span, reads, value)


def _of_line(name: str) -> Callable[[frozenset[str]], Mask]:
    def leaf(values: frozenset[str]) -> Mask:
        def mask(scene: Scene) -> int:
            found = 0
            for value, lines in scene.lines_by(name).items():
                if value in values:
                    found |= lines
            return found

        return mask

    return leaf


def _of_order(holds: Callable[[Scene, Any], bool]) -> Callable[[Any], Mask]:
    return lambda value: lambda scene: scene.full if holds(scene, value) else 0


def _in_minor(limits: MinorRange, amount: Amount) -> bool:
    least, below = limits.at_least_minor, limits.below_minor
    return (least is None or amount >= least) and (below is None or amount < below)


def _in_units(limits: UnitRange, units: int) -> bool:
    least, below = limits.at_least, limits.below
    return (least is None or units >= least) and (below is None or units < below)


LEAVES: Mapping[str, Callable[[Any], Mask]] = {
    "category": _of_line("category"),
    "sku": _of_line("sku"),
    "brand": _of_line("brand"),
    "line_amount": lambda limits: (
        lambda scene: scene.lines_where(lambda item: _in_minor(limits, item.net_minor))
    ),
    "line_quantity": lambda limits: (
        lambda scene: scene.lines_where(lambda item: _in_units(limits, item.units))
    ),
    "store": _of_order(lambda scene, names: scene.around.store_id in names),
    "channel": _of_order(lambda scene, names: scene.around.source in names),
    "payment": _of_order(lambda scene, names: not names.isdisjoint(scene.around.payments)),
    "order_amount": _of_order(lambda scene, limits: _in_minor(limits, scene.net_minor())),
    "order_quantity": _of_order(lambda scene, limits: _in_units(limits, scene.units())),
    "time": _of_order(lambda scene, window: holds_at(window, scene.wall_time(window.zone))),
    "tier": _of_order(lambda scene, names: scene.around.tier in names),
    "segment": _of_order(lambda scene, names: not names.isdisjoint(scene.around.segments)),
    "first_purchase": _of_order(lambda scene, is_asked: scene.around.is_first is is_asked),
    "occasion": _of_order(lambda scene, names: not names.isdisjoint(scene.around.occasions)),
    "attribute": _of_order(
        lambda scene, asked: scene.around.attributes.get(asked.name) in asked.values
    ),
    "activity": _of_order(lambda scene, names: scene.around.activity in names),
}


def _cel(text: str, path: str) -> Node:
    expression = compiled_cel(text)
    reads = frozenset(CEL_MEMBER_NAMES[n] for n in expression.names & CEL_MEMBER_NAMES.keys())

    def of_order(scene: Scene) -> int:
        return scene.full if expression.holds({**NO_LINE, **_order_values(scene)}) else 0

    def of_lines(scene: Scene) -> int:
        order = _order_values(scene)
        return scene.lines_where(
            lambda item: bool(expression.holds({**order, **_line_values(item)}))
        )

    return Node(
        "cel", path, of_lines if expression.is_by_line else of_order, reads=reads, value=text
    )


NO_LINE: Mapping[str, object] = {
    "line_minor": 0,
    "line_quantity": 0,
    "category": "",
    "sku": "",
    "brand": "",
}
assert NO_LINE.keys() == LINE_NAMES.keys()


def _line_values(item: Item) -> dict[str, object]:
    """Amounts are whole minor units, rounded down where only a part of a line is kept."""
    return {
        "line_minor": int(item.net_minor),
        "line_quantity": item.units,
        "category": item.category,
        "sku": item.sku,
        "brand": item.brand,
    }


def _order_values(scene: Scene) -> dict[str, object]:
    around, wall = scene.around, scene.wall_time("programme")
    return {
        "order_minor": int(scene.net_minor()),
        "order_quantity": scene.units(),
        "store": around.store_id,
        "channel": around.source,
        "payments": list(around.payments),
        "attributes": dict(around.attributes),
        "occasions": list(around.occasions),
        "tier": around.tier,
        "segments": list(around.segments),
        "first_purchase": around.is_first,
        "activity": around.activity,
        "weekday": wall.isoweekday(),
        "hour": wall.hour,
        "minute": wall.minute,
        "day": wall.day,
        "month": wall.month,
        "year": wall.year,
    }
