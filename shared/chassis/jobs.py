"""What the clock starts. A job works off due rows in rounds of one transaction each, and may be
killed anywhere.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from uuid_utils import uuid7

from chassis import failpoints, metrics
from chassis.logs import logger, trail
from chassis.tx import Cause, Conflict, Unavailable, Unpublished
from chassis.work import Work

failpoints.register("job.before_round", "job.after_round")

ROUNDS_MAX = 1_000


@dataclass(frozen=True)
class Job:
    """Work that becomes due. `run` works off at most `batch_max` and answers how many it did.

    A round is one transaction: `run(tx, batch_max)`. A saga's begins short ones of its own:
    `run(begin, cause, batch_max)` (`saga=True`).
    """

    name: str
    every_s: float
    run: Callable[..., Awaitable[int]]
    batch_max: int = 500
    saga: bool = False


class Jobs:
    """Runs a service's jobs until stopped. A round that fails is tried again at its next time."""

    def __init__(self, work: Work, jobs: Sequence[Job]) -> None:
        self.jobs = jobs
        self._work = work
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Start every job's loop."""
        self._tasks = [
            asyncio.create_task(self._loop(job), name=f"job:{job.name}") for job in self.jobs
        ]

    async def stop(self) -> None:
        """End the loops; a round in hand is rolled back."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def failed(self) -> dict[str, str]:
        """The loops that ended by themselves, by job."""
        return {task.get_name(): "ended" for task in self._tasks if task.done()}

    async def _loop(self, job: Job) -> None:
        while True:
            await self._tell(job)
            await asyncio.sleep(job.every_s)

    async def _tell(self, job: Job) -> None:
        began = time.perf_counter()
        (done,) = await asyncio.gather(run_due(self._work, job), return_exceptions=True)
        metrics.JOB_SECONDS.labels(self._work.service, job.name).observe(
            time.perf_counter() - began
        )
        if isinstance(done, BaseException):
            self._tell_failure(job, done)
        elif done:
            metrics.JOB_DONE.labels(self._work.service, job.name).inc(done)
            logger().info("job", job=job.name, done=done)

    def _tell_failure(self, job: Job, error: BaseException) -> None:
        """A round that failed is tried again at its next time; waiting for the first settings is no
        failure.
        """
        if isinstance(error, Unpublished):
            return
        metrics.JOB_FAILED.labels(self._work.service, job.name).inc()
        is_expected = isinstance(error, (Conflict, Unavailable))
        logger().warning(
            "job_failed",
            job=job.name,
            kind=type(error).__name__,
            trail=[] if is_expected else trail(error),
        )


async def run_due(work: Work, job: Job) -> int:
    """Work off what is due now; answers how many. Stops when a round did nothing."""
    total = 0
    for _ in range(ROUNDS_MAX):
        await failpoints.reach("job.before_round")
        done = await _round(work, job)
        await failpoints.reach("job.after_round")
        total += done
        if not done:
            break
    return total


async def _round(work: Work, job: Job) -> int:
    cause = Cause(request_id=str(uuid7()), actor=f"job:{job.name}")
    if job.saga:
        return await job.run(work, cause, job.batch_max)
    async with work(cause) as tx:
        return await job.run(tx, job.batch_max)
