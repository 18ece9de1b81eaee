"""What rules look at: the lines of a fact that are kept, and what is around them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

from msgspec import Struct

Amount = int | Fraction
Zones = Mapping[str, ZoneInfo]
NO_ZONES: Zones = {}


class Item(Struct, frozen=True, gc=False):
    """A line as it is kept: its units, and what of its net and gross amount they bear, exactly."""

    line_id: str
    units: int
    net_minor: Amount
    gross_minor: Amount
    sku: str = ""
    category: str = ""
    brand: str = ""


class Around(Struct, frozen=True, gc=False):
    """What holds for the whole fact: where, when and how it happened, and to whom.

    `payments` are kinds. `tier`, `segments` and `is_first` are what was known of the member just
    before it; an activity has a `kind` and no lines of its own.
    """

    occurred_at: datetime
    store_id: str = ""
    source: str = ""
    payments: Sequence[str] = ()
    attributes: Mapping[str, str] = {}
    occasions: Sequence[str] = ()
    tier: str = ""
    segments: Sequence[str] = ()
    is_first: bool = False
    activity: str = ""


class Scene:
    """One fact as rules see it. Lines are numbered from 0; a set of them is the bits of a number,
    `full` is all of them.
    """

    __slots__ = ("_masks", "_walls", "around", "full", "items", "store_zones", "zone")

    def __init__(
        self, items: Sequence[Item], around: Around, zone: ZoneInfo, store_zones: Zones = NO_ZONES
    ) -> None:
        self.items = items
        self.around = around
        self.zone = zone
        self.store_zones = store_zones
        self.full = (1 << len(items)) - 1
        self._masks: dict[str, dict[str, int]] = {}
        self._walls: dict[str, datetime] = {}

    def lines_by(self, name: str) -> Mapping[str, int]:
        """The lines of each value of `category`, `sku` or `brand`."""
        found = self._masks.get(name)
        if found is None:
            found = self._masks[name] = {}
            for bit, item in enumerate(self.items):
                value: str = getattr(item, name)
                found[value] = found.get(value, 0) | 1 << bit
        return found

    def values_of(self, name: str) -> Iterable[str]:
        """The values that are there of an indexed leaf."""
        return self.lines_by(name) if name in BY_LINE else VALUES_AROUND[name](self.around)

    def lines_where(self, holds: Callable[[Item], bool]) -> int:
        """The lines for which something holds."""
        return sum(1 << bit for bit, item in enumerate(self.items) if holds(item))

    def wall_time(self, zone: str) -> datetime:
        """When it happened on the wall clock of the `programme`, or of its `store`: the
        programme's where the store has no zone of its own.
        """
        wall = self._walls.get(zone)
        if wall is None:
            own = self.store_zones.get(self.around.store_id) if zone == "store" else None
            wall = self._walls[zone] = self.around.occurred_at.astimezone(own or self.zone)
        return wall

    def net_minor(self) -> Amount:
        """The net amount of all lines."""
        return sum(item.net_minor for item in self.items)

    def units(self) -> int:
        """The units of all lines."""
        return sum(item.units for item in self.items)


BY_LINE = frozenset({"category", "sku", "brand"})
VALUES_AROUND: Mapping[str, Callable[[Around], Iterable[str]]] = {
    "store": lambda around: (around.store_id,),
    "channel": lambda around: (around.source,),
    "payment": lambda around: around.payments,
    "occasion": lambda around: around.occasions,
    "activity": lambda around: (around.activity,),
}
INDEXED = BY_LINE | VALUES_AROUND.keys()


def bits(mask: int) -> Iterable[int]:
    """The numbers of the lines in a set, ascending."""
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest
