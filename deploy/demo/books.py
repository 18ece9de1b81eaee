"""Where the members stand at the end, read through the public doors: how many are in each tier, and
what all of them have, are two reports of finance, each one question and not one a member.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from deploy.demo.door import Door

READERS = 16
BURNABLE = "points"
LADDER = "grocer"


@dataclass(frozen=True)
class Member:
    """One household and what it has."""

    card: str
    member_id: str
    available: int


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


async def count_tiers(finance: Door) -> Counter[str]:
    """How many members stand in each tier."""
    found = await finance.get(f"/v1/ladders/{LADDER}/distribution")
    return Counter({one["tier"]: one["members"] for one in found["tiers"]})


async def read_available(finance: Door) -> int:
    """The points that all members can burn, as finance's report has them."""
    report = await finance.get("/v1/points:liability")
    return sum(
        each["accounts"]["available"]
        for each in report["point_types"]
        if each["point_type"] == BURNABLE
    )


async def richest(door: Door, members: Iterable[tuple[str, str]]) -> Member:
    """Who of these households (card, member id) has most points."""
    found = [await _read_member(door, *each) for each in members]
    return max(found, key=lambda each: (each.available, each.card))


async def _read_member(door: Door, card: str, member_id: str) -> Member:
    points = await door.get(f"/v1/points/{member_id}")
    available = sum(
        account["available"] for account in points["accounts"] if account["point_type"] == BURNABLE
    )
    return Member(card, member_id, available)
