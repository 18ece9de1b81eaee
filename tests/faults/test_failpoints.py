"""A process that dies at a failpoint of consumer, relay or saga, one by one, changes no result.

Each case kills one process by `exit` in the middle of a member's day (buying, redeeming, being
refused, cancelling, stepping up), starts it again, and holds the books against what was
acknowledged.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
import pytest_asyncio

import deploy
from chassis import failpoints
from chassis.testing.databases import Server
from chassis.testing.eventually import eventually
from tests.faults.checker import Books, Shown, differences
from tests.faults.convergence import Convergence
from tests.faults.tills import Patient, Told
from tests.faults.world import Site, World
from tests.happenings import Must, happened
from tests.oracle.histories import Frame
from tests.oracle.programme import CLASSIC

PROGRAMME = Path(deploy.__file__).parent / "programmes" / "classic"
MEMBERS = 2
STEPPED = ("regular", "silver", "regular")
NUMBERS = count()


async def day(till: Patient) -> None:
    """A member's history, a redemption that is fulfilled and cancelled, one that is refused."""
    now = datetime.now(UTC)
    frame = Frame(now - timedelta(days=60), now - timedelta(minutes=10))
    name = f"F{next(NUMBERS)}"
    await till.play(name, now, frame)
    await till.redeem_and_cancel(f"{name}-rich")
    await till.refused(f"{name}-poor")


async def day_of_steps(till: Patient) -> None:
    """A step that is bought, and one that is refused."""
    name = f"S{next(NUMBERS)}"
    await till.buy_step(f"{name}-rich")
    await till.refused_step(f"{name}-poor")


@dataclass(frozen=True)
class Case:
    """`lives`: what the process is armed with, one life after another, before it lives on."""

    process: str
    lives: tuple[str, ...]

    @property
    def day(self) -> Callable[[Patient], Awaitable[None]]:
        """What members do meanwhile: something that comes by the failpoint."""
        return day_of_steps if self.lives[0].startswith("step_up.") else day

    def __str__(self) -> str:
        return f"{self.process} {' then '.join(self.lives)}"


def dies(process: str, *points: str) -> Case:
    return Case(process, tuple(f"{point}=exit" for point in points))


CONSUMER = ("consumer.before_inbox", "consumer.after_effect", "consumer.after_commit")
RELAY = ("relay.after_claim", "relay.after_send", "relay.before_mark", "relay.after_mark")
FORWARD = ("hold", "capture", "fulfil")
BACK = ("turn_back", "release", "refuse")
SAGA = tuple(
    f"saga.{when}_{step}"
    for step in (*FORWARD, *BACK, "cancel_burn", "cancel")
    for when in ("before", "after")
)
DECIDED = ("saga.after_decision",)
ASKING = (("saga.after_hold", "saga.before_ask"), ("saga.after_hold", "saga.after_ask"))
CLAIMING = ("saga.after_hold", "saga.after_claim")
STEP_UP = tuple(
    (f"step_up.{when}_{step}",)
    for step in ("burn", "give", "turn_back", "cancel", "refuse")
    for when in ("before", "after")
)
STEPPING = (("step_up.after_decision",), ("step_up.after_burn", "step_up.after_claim"))

IN_CI = [
    dies("points-svc", "consumer.after_commit"),
    dies("points-svc", "relay.after_send"),
    dies("benefit-svc", "saga.after_capture"),
    dies("benefit-svc", *ASKING[0]),
    dies("tier-svc", "step_up.after_burn"),
]
"""Of each room where it is done and not yet known that it is. All the others die in one process
(tests/bus/test_delivery.py, tests/e2e), and as processes of their own in the long run.
"""
SERVICES = ("member-svc", "points-svc", "tier-svc", "benefit-svc")
EVERY = [
    *(dies(name, point) for name in SERVICES[1:] for point in CONSUMER),
    *(dies(name, point) for name in SERVICES for point in RELAY),
    *(dies("benefit-svc", point) for point in SAGA),
    *(dies("benefit-svc", *points) for points in (DECIDED, *ASKING, CLAIMING)),
    *(dies("tier-svc", *points) for points in (*STEP_UP, *STEPPING)),
]
CASES = [
    *(pytest.param(case, id=str(case)) for case in IN_CI),
    *(pytest.param(c, id=str(c), marks=pytest.mark.long) for c in EVERY if c not in IN_CI),
]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def world(server: Server, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    world = World(Site(server, tmp_path_factory.mktemp("failpoints")))
    await world.start(PROGRAMME)
    yield world
    await world.stop()


def test_every_failpoint_of_consumer_relay_and_sagas_has_a_case() -> None:
    rooms = {"consumer", "relay", "saga", "step_up"}
    named = {name for name in failpoints.NAMES if name.split(".")[0] in rooms}
    tried = {life.removesuffix("=exit") for case in EVERY for life in case.lives}
    assert named <= tried


@pytest.mark.parametrize("case", CASES)
async def test_dying_at_a_failpoint_changes_nothing(world: World, case: Case) -> None:
    told = Told()
    lives = asyncio.create_task(live(world, case))
    async with world.client("till") as client:
        tills = [Patient(client, CLASSIC, told) for _ in range(MEMBERS)]
        await asyncio.gather(*(case.day(till) for till in tills), lives)
    happened(Must.REPLAYED, told.replayed)
    books = Books(world.suite.dsns)
    await Convergence(books).reached()
    assert await books.violations() == []
    shown = await books.shown()
    assert differences(CLASSIC, told.histories, shown) == []
    assert {tiers_of(shown[member_id]) for member_id in told.stepped} <= {STEPPED}


async def live(world: World, case: Case) -> None:
    """Die at each failpoint in turn, then live on."""
    for armed in case.lives:
        world.kill(case.process)
        world.launch(case.process, armed)

        async def died() -> bool:
            return world.exit_code(case.process) is not None

        await eventually(died, what=f"{case.process} dies at {armed}")
        assert world.exit_code(case.process) == failpoints.EXIT_STATUS, armed
    world.launch(case.process)


def tiers_of(shown: Shown) -> tuple[str, ...]:
    """What points-svc heard of a member, one tier after another."""
    return tuple(tier for tier, _ in shown.told_to_points)
