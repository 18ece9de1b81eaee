"""`python -m deploy.demo`, started by the runner: posts the year, waits, redeems, and tells."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from datetime import date, timedelta
from itertools import islice
from pathlib import Path
from typing import Literal

import stamina
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict
from rich.console import Console

from chassis.clock import clock
from deploy.demo.books import count_tiers, find_members, read_available, richest
from deploy.demo.door import Door, Refused, Unavailable, read_run_file
from deploy.demo.position import Position
from deploy.demo.posting import BATCH_BASKETS, post_year
from deploy.demo.progress import bar
from deploy.demo.redeeming import HOUSEHOLDS_MAX, redeem
from deploy.demo.report import Rates, next_steps, show, speed, summary
from deploy.demo.settling import Stuck, settle
from deploy.demo.year import ZONE, Year
from deploy.local import parent

SMALL_HOUSEHOLDS = 250


class DemoSettings(BaseSettings):
    """Names are the fields in capitals; an empty variable counts as not set."""

    model_config = SettingsConfigDict(frozen=True, env_ignore_empty=True)

    data_dir: Path
    demo: Literal["small", "year"]
    demo_end: date | None = None
    demo_households: int | None = Field(default=None, ge=1)
    laurel_test_clock_file: Path | None = None

    @property
    def households(self) -> int | None:
        """How many; None for all."""
        return self.demo_households or (SMALL_HOUSEHOLDS if self.demo == "small" else None)

    @property
    def end(self) -> date:
        """The last day on which the year may end: DEMO_END, else yesterday."""
        today = clock(self.laurel_test_clock_file)().astimezone(ZONE).date()
        return self.demo_end or today - timedelta(days=1)


async def play(settings: DemoSettings, console: Console) -> None:
    """The demo from where it stands to its end."""
    year = Year(settings.households)
    position = Position.settle(
        settings.data_dir / "demo.json",
        str(settings.households or "all"),
        year.last_day,
        settings.end,
    )
    run = read_run_file(settings.data_dir)
    door, finance = (Door(run["base_url"], run["keys"][name]) for name in ("till", "finance"))
    try:
        known, rates = await _post(settings.data_dir, door, year, position, console)
        members = await find_members(door, year.cards, known)
        redeemed = await redeem(door, members)
        tiers = await count_tiers(finance)
        console.print(summary(tiers, await read_available(finance), redeemed))
        console.print(speed(rates), highlight=False)
        member = await richest(door, islice(members.items(), HOUSEHOLDS_MAX))
        show(console, await next_steps(door, member))
    finally:
        await door.close()
        await finance.close()


async def _post(
    folder: Path, door: Door, year: Year, position: Position, console: Console
) -> tuple[dict[str, str], Rates]:
    """Post the rest and wait until it is heard: the members met on the way, and how fast it was."""
    batches = year.batches(BATCH_BASKETS, position.baskets, position.weeks)
    began = time.monotonic()
    with bar(console, "Posting baskets", year.baskets, position.baskets) as advance:
        posted = await post_year(door, batches, position, advance)
    posted_s = time.monotonic() - began
    with console.status("Points, tiers and benefits are on their way") as status:
        quiet_since = await settle(
            folder, lambda left: status.update(f"{left:,} records on their way")
        )
    visible_s = max(posted_s, quiet_since - began)
    return posted.member_ids, Rates(posted.baskets, posted.lines, posted_s, visible_s)


def main() -> int:
    """Exit code 1 where the suite refused what the demo posted, or gave no answer for minutes."""
    parent.end_with_parent()
    stamina.instrumentation.set_on_retry_hooks(())  # a till asks again without a word
    console = Console(soft_wrap=not os.isatty(1))
    troubles: list[BaseException] = []
    try:
        asyncio.run(play(DemoSettings(), console))
    except* (Refused, Stuck, TimeoutError, Unavailable) as trouble:
        troubles.extend(trouble.exceptions)
    for each in troubles:
        console.print(f"The demo stopped: {each}", markup=False, highlight=False)
    return 1 if troubles else 0


if __name__ == "__main__":
    sys.exit(main())
