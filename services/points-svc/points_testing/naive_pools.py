"""Pools of the naive ledger (P10), which is whole with them: who shares one, what is gathered."""

from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from math import floor
from typing import Any

from points_testing.naive_commands import BURNABLE, NaiveCommands, Sent
from points_testing.naive_ledger import Move, Refused


@dataclass(eq=False)
class Gathered:
    """What each bore of points that one of them gathered."""

    member: str
    borne: dict[str, int]
    is_burned: bool
    is_back: bool = False


class NaiveLedger(NaiveCommands):
    """Some members' ledger. Pools are dictionaries: who shares one, and with which weight."""

    def __init__(self, settings: dict[str, Any], document: dict[str, Any], now: datetime) -> None:
        super().__init__(settings, document, now)
        self.pools: dict[str, dict[str, int]] = {}
        self.gathered: dict[str, Gathered] = {}
        self.moved: list[Sent] = []

    def change_status(self, member: str, status: str) -> None:
        """Who has gone shares no pool."""
        super().change_status(member, status)
        for pool in self.pools.values():
            if status == "closed":
                pool.pop(member, None)

    def open_pool(self, pool_id: str, shares: dict[str, int]) -> None:
        self.pools[pool_id] = {}
        try:
            for member, share in sorted(shares.items()):
                self.share(pool_id, member, share)
        except Refused:
            del self.pools[pool_id]
            raise

    def share(self, pool_id: str, member: str, share: int) -> None:
        pool = self.pools[pool_id]
        if pool.get(member) == share:
            return
        self.demand_active(member)
        if member not in pool and len(pool) >= self.settings["pools"]["members_max"]:
            raise Refused("pool_full")
        if any(member in other for other in self.pools.values() if other is not pool):
            raise Refused("in_another_pool")
        pool[member] = share

    def leave(self, pool_id: str, member: str) -> None:
        if member not in self.pools[pool_id]:
            raise Refused("not_in_pool")
        del self.pools[pool_id][member]

    def gather(
        self, name: str, pool_id: str, member: str, points: int, purpose: str, *, stepped_up: bool
    ) -> None:
        pool, own = self.pools[pool_id], (member, BURNABLE)
        if member not in pool:
            raise Refused("not_in_pool")
        self.demand_active(member)
        have = {one: self.available((one, BURNABLE)) for one in pool if self.is_active(one)}
        borne = self.borne(points, member, pool, have)
        others = {one: part for one, part in borne.items() if one != member}
        moved = sum(others.values())
        if moved:
            terms = self.settings["pools"]
            self.demand_allowed(terms, self.moved, member, moved, stepped_up)
            if not purpose:
                self.demand_room(own, moved)
        if purpose and points > have[member] + moved - self.owed.get(own, 0):
            raise Refused("points_insufficient")
        for one, part in others.items():
            self.send(name, (one, BURNABLE), own, part)
        if purpose:
            self.burns[name] = Move(own, points, self.demand(own, points), "burned")
        self.moved.append((member, self.now, moved))
        self.gathered[name] = Gathered(member, borne, bool(purpose))

    @staticmethod
    def borne(
        points: int, member: str, pool: dict[str, int], have: dict[str, int]
    ) -> dict[str, int]:
        """Who bears what, by member: those who have less than is theirs to bear give all, and the
        others share the rest in the same way; what is left is the member's own.
        """
        able = [one for one in sorted(have) if have[one] and pool[one]]
        parts: dict[str, int] = {}
        left = points
        while able and left:
            asked = by_weight(left, {one: pool[one] for one in able})
            short = [one for one in able if asked[one] > have[one]]
            for one in short or able:
                parts[one] = min(asked[one], have[one])
                left -= parts[one]
            able = [one for one in able if one not in parts]
        parts[member] = parts.get(member, 0) + left
        if parts[member] > have[member]:
            raise Refused("points_insufficient")
        return {one: part for one, part in sorted(parts.items()) if part}

    def give_back(self, name: str) -> None:
        """All or nothing: a burn that cannot be given back whole stays a burn."""
        one = self.gathered[name]
        if one.is_back:
            return
        before = deepcopy((self.lots, self.owed, self.holds, self.burns))
        if one.is_burned:
            self.cancel(name)
        others = {who: part for who, part in one.borne.items() if who != one.member}
        if sum(others.values()) > self.available((one.member, BURNABLE)):
            self.lots, self.owed, self.holds, self.burns = before
            raise Refused("points_insufficient")
        for who, part in others.items():
            self.send(name, (one.member, BURNABLE), (who, BURNABLE), part)
        one.is_back = True


def by_weight(points: int, weights: dict[str, int]) -> dict[str, int]:
    """In proportion, in whole points: who misses most gets one more, of equal ones the first."""
    exact = {one: Fraction(points * n, sum(weights.values())) for one, n in weights.items()}
    whole = {one: floor(part) for one, part in exact.items()}
    missing = sorted(exact, key=lambda one: (whole[one] - exact[one], one))
    for one in missing[: points - sum(whole.values())]:
        whole[one] += 1
    return whole
