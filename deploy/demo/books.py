"""Where the members stand at the end, read through the public doors."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from deploy.demo.door import Door

READERS = 16


@dataclass(frozen=True)
class Member:
    """One household's standing."""

    card: str
    member_id: str
    tier: str
    available: int


def tiers(members: Sequence[Member]) -> Counter[str]:
    """How many members stand in each tier."""
    return Counter(member.tier for member in members)


async def find_members(door: Door, cards: Sequence[str], known: dict[str, str]) -> dict[str, str]:
    """The member id of each card, in the order of `cards`; who is not known is looked up."""
    places = asyncio.Semaphore(READERS)

    async def find(card: str) -> str:
        if card in known:
            return known[card]
        async with places:
            found = await door.post("/v1/members/lookup", {"kind": "card", "value": card})
        member_id: str = found["member_id"]
        return member_id

    return dict(zip(cards, await asyncio.gather(*map(find, cards)), strict=True))


async def read_books(
    door: Door, members: dict[str, str], on_progress: Callable[[int], None]
) -> list[Member]:
    """Every household's standing, in the order of `members` (card → member id)."""
    places = asyncio.Semaphore(READERS)

    async def read(card: str, member_id: str) -> Member:
        async with places:
            member = await _read_member(door, card, member_id)
        on_progress(1)
        return member

    return list(await asyncio.gather(*(read(*each) for each in members.items())))


async def _read_member(door: Door, card: str, member_id: str) -> Member:
    standing = await door.get(f"/v1/standings/{member_id}")
    points = await door.get(f"/v1/points/{member_id}")
    available = sum(
        account["available"] for account in points["accounts"] if account["point_type"] == "points"
    )
    return Member(card, member_id, standing["tier"], available)
