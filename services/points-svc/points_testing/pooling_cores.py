"""Pools in memory, wired as the handlers wire them: with them the cores are whole."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from contracts.events.base import Event
from contracts.events.members import MemberStatusChanged
from contracts.refusal import Refusal
from points_svc.domain.books import Book
from points_svc.domain.burns import Burn, BurnAsk, burn_now
from points_svc.domain.pool_refusals import InAnotherPool, NotInPool, PoolFull
from points_svc.domain.pools import Gathering, GatheringAsk, PartGathered, apportion
from points_svc.domain.programme import PointsProgramme, PoolTerms
from points_svc.domain.transfers import SentToday, TransferAsk, demand_allowed, transfer
from points_svc.domain.wall_time import day_begins
from points_testing.cores import BURNABLE
from points_testing.deciding_cores import Deciding
from points_testing.ledger import WHY

BookOf = Callable[[str], Book]


class Cores(Deciding):
    """Everything that may be asked of a ledger in memory; a refusal is raised.

    What moves points between several books is tried on copies first: in memory nothing is rolled
    back.
    """

    def __init__(self, settings: PointsProgramme, document: dict[str, Any], now: datetime) -> None:
        super().__init__(settings, document, now)
        self.pools: dict[str, dict[str, int]] = {}
        self.gathered: dict[str, Gathering] = {}

    @property
    def pool_terms(self) -> PoolTerms:
        assert self.settings.pools is not None
        return self.settings.pools

    def hear(self, event: Event) -> None:
        super().hear(event)
        if isinstance(event, MemberStatusChanged) and event.status == "closed":
            for sharers in self.pools.values():
                sharers.pop(event.member_id, None)

    def open_pool(self, pool_id: str, shares: Mapping[str, int]) -> None:
        self.pools[pool_id] = {}
        try:
            for member, share in sorted(shares.items()):
                self.share(pool_id, member, share)
        except Refusal:
            del self.pools[pool_id]
            raise

    def share(self, pool_id: str, member: str, share: int) -> None:
        sharers = self.pools[pool_id]
        if sharers.get(member) == share:
            return
        self.active(member)
        if member not in sharers and len(sharers) >= self.pool_terms.members_max:
            raise PoolFull(members_max=self.pool_terms.members_max)
        if any(member in other for other in self.pools.values() if other is not sharers):
            raise InAnotherPool
        sharers[member] = share

    def leave(self, pool_id: str, member: str) -> None:
        if self.pools[pool_id].pop(member, None) is None:
            raise NotInPool

    def gather(
        self, name: str, pool_id: str, member: str, points: int, purpose: str, *, stepped_up: bool
    ) -> None:
        sharers = self.pools[pool_id]
        if member not in sharers:
            raise NotInPool
        self.active(member)
        step_up = "a stronger check" if stepped_up else ""
        ask = GatheringAsk(member, name, "till", pool_id, BURNABLE, points, purpose, "", step_up)
        rooms = {
            one: self.judged(one).available
            for one in sharers
            if self.status.get(one, "active") == "active"
        }
        parts = apportion(points, member, sharers, rooms)
        moved = sum(parts.values()) - parts.get(member, 0)
        if moved:
            demand_allowed(_moving(ask, "", moved), self.pool_terms, self._gathered_today(member))
        self._gather(self.copies(sharers), ask, parts)
        burned = self._gather(self.book, ask, parts)
        self.burned |= {name: burned} if burned else {}
        self.gathered[name] = Gathering(
            *(member, name, "till", pool_id, BURNABLE, points, moved),
            [PartGathered(one, part, "") for one, part in parts.items()],
            *(purpose, "", step_up, self.now),
        )

    def copies(self, members: Iterable[str]) -> BookOf:
        """Where something is tried before it is done."""
        found = self.judged_copies([(member, BURNABLE) for member in members])
        return lambda member: found[member, BURNABLE]

    def _gathered_today(self, member: str) -> SentToday:
        zone = self.rules.in_force(self.now).zone
        today = day_begins(self.now.astimezone(zone).date(), zone)
        mine = [
            one.moved
            for one in self.gathered.values()
            if one.member_id == member and one.gathered_at >= today
        ]
        return SentToday(len(mine), sum(mine))

    def _gather(self, book: BookOf, ask: GatheringAsk, parts: Mapping[str, int]) -> Burn | None:
        own, rule = book(ask.member_id), self.rules.in_force(self.now).of(BURNABLE)
        assert rule is not None
        most = None if ask.purpose else rule.terms.maximum_balance
        for one, part in parts.items():
            if one != ask.member_id:
                transfer(book(one), own, _moving(ask, one, part), most, WHY)
        if not ask.purpose:
            return None
        burn = BurnAsk(
            *(ask.member_id, ask.gathering_id, BURNABLE, ask.points, ask.purpose, ask.source)
        )
        return burn_now(own, burn, WHY)

    def give_back(self, name: str) -> None:
        one = self.gathered[name]
        if one.cancelled_at:
            return
        members = dict.fromkeys([one.member_id, *(part.member_id for part in one.parts)])
        for member in members:
            self.judged(member)
        self._give_back(self.copies(members), one)
        burned = self._give_back(self.book, one)
        self.burned |= {name: burned} if burned else {}
        self.gathered[name] = one.cancelled(self.now)

    def _give_back(self, book: BookOf, one: Gathering) -> Burn | None:
        own = book(one.member_id)
        burn = self.cancel_in(own, one.gathering_id) if one.purpose else None
        for part in one.parts:
            if part.member_id != one.member_id:
                ask = TransferAsk(
                    *(one.member_id, one.gathering_id, part.member_id, BURNABLE, part.points),
                    *("", "", one.source, one.pool_id),
                )
                transfer(own, book(part.member_id), ask, None, WHY)
        return burn


def _moving(ask: GatheringAsk, giver: str, points: int) -> TransferAsk:
    return TransferAsk(
        *(giver, ask.gathering_id, ask.member_id, BURNABLE, points),
        *("", ask.step_up, ask.source, ask.pool_id),
    )
