"""What came out, for a person at a terminal, and three lines to go on with."""

from __future__ import annotations

import json
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.table import Table

from deploy.demo.books import Member
from deploy.demo.door import Door
from deploy.demo.redeeming import REWARD


@dataclass(frozen=True)
class Rates:
    """How fast this run went; seconds from its first post."""

    baskets: int
    lines: int
    posted_s: float
    visible_s: float


def summary(tiers: Counter[str], available: int, redeemed: Counter[str]) -> Table:
    """Members per tier, points and redemptions."""
    table = Table(title="What came out", title_justify="left", show_header=False)
    for tier, count in tiers.most_common():
        table.add_row(f"members in {tier}", f"{count:,}")
    table.add_row("members", f"{tiers.total():,}")
    table.add_row("points available", f"{available:,}")
    for state, count in redeemed.items():
        table.add_row(f"redemptions {state}", f"{count:,}")
    return table


def speed(rates: Rates) -> str:
    """One line; nothing to say where everything had been posted before."""
    if not rates.baskets:
        return "Everything had been posted before; nothing was posted again."
    return (
        f"{rates.baskets:,} baskets ({rates.lines:,} lines): "
        f"{rates.baskets / rates.posted_s:,.0f}/s posted, "
        f"{rates.baskets / rates.visible_s:,.0f}/s until points were visible"
    )


async def next_steps(door: Door, member: Member) -> list[str]:
    """Three commands that work when pasted, for a member with points."""
    points = f"{door.base_url}/v1/points/{member.member_id}"
    postings = await door.get(f"/v1/points/{member.member_id}/postings?limit=50")
    posting = worth_asking_why(postings["items"])
    curl = f"curl -s -H 'Authorization: Bearer {door.key}'"
    body = json.dumps({"member_id": member.member_id, "reward_id": REWARD})
    fresh = f"-H 'Idempotency-Key: {uuid.uuid4()}' -H 'Content-Type: application/json'"
    return [
        f"{curl} {points}",
        f"{curl} {points}/postings/{posting['posting_id']}/why",
        f"{curl} {fresh} -d '{body}' {door.base_url}/v1/redemptions",
    ]


def worth_asking_why(postings: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The newest accrual, whose why says the most; else the newest posting, which has a why too."""
    return next((each for each in postings if each["kind"] == "accrual"), postings[0])


def show(console: Console, steps: Sequence[str]) -> None:
    """The commands, unwrapped, so that they can be copied."""
    console.print("Go on with a balance, its why, and a redemption:\n")
    for step in steps:
        console.print(step, soft_wrap=True, markup=False, highlight=False)
    console.print()
