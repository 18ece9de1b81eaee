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


async def read_books(
    door: Door, cards: Sequence[str], on_progress: Callable[[int], None]
) -> list[Member]:
    """Every household's standing, in the order of `cards`."""
    places = asyncio.Semaphore(READERS)

    async def read(card: str) -> Member:
        async with places:
            member = await read_member(door, card)
        on_progress(1)
        return member

    return list(await asyncio.gather(*(read(card) for card in cards)))


async def read_member(door: Door, card: str) -> Member:
    """One household's standing."""
    found = await door.post("/v1/members/lookup", {"kind": "card", "value": card})
    member_id = found["member_id"]
    standing = await door.get(f"/v1/standings/{member_id}")
    points = await door.get(f"/v1/points/{member_id}")
    available = sum(
        account["available"] for account in points["accounts"] if account["point_type"] == "points"
    )
    return Member(card, member_id, standing["tier"], available)
