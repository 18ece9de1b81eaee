"""A service on one screen: what it is called, what it answers, hears and does by the clock."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chassis.document import Document
from chassis.http.route import Router
from chassis.jobs import Job
from chassis.subscription import Subscription


@dataclass(frozen=True)
class Service:
    """The wiring of a service. It is called, never inherited from; `main` runs it in the roles of
    the environment.
    """

    name: str
    routers: Sequence[Router]
    subscriptions: Sequence[Subscription]
    jobs: Sequence[Job]
    migrations: Path
    programme: Document[Any]

    def main(self) -> None:
        """Run until told to stop. Settings come from the environment; what is missing is named."""
        import uvloop  # noqa: PLC0415 — what runs a service knows it, not the other way round

        from chassis.run import run  # noqa: PLC0415

        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(run(self))
