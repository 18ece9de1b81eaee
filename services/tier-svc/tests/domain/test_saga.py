"""A step up that is bought: every way it can go, in a small world that is explored whole (T5)."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest

from tier_svc.domain.instants import Span
from tier_svc.domain.saga import (
    PATIENCE,
    STRANGER_ATTEMPTS_MAX,
    Answer,
    Burned,
    Cancelled,
    Denied,
    Next,
    Step,
    Stranger,
    Unknown,
    first_step,
    next_step,
)
from tier_svc.domain.step_ups import Asked, Price, StepUp, Why, step_id_of

AT = datetime(2026, 3, 1, tzinfo=UTC)
LATE = AT + PATIENCE + timedelta(microseconds=1)
MANY = 1_000
NO = Why("points_insufficient")
WALKERS_MAX = 2
WAIT = Next(Step.WAIT)
LOCAL = {
    Step.TURN_BACK: ("decided", ["refusing"]),
    Step.GIVE: ("decided", ["given", "refusing"]),
    Step.REFUSE: ("refusing", ["refused"]),
}
"""Each local transaction: from which row to which; a step that lifts nobody any more is not given.
"""


def step(state="decided", attempts=0, why=None):
    return StepUp(
        step_id_of("till", "key"),
        "m",
        "classic",
        "silver",
        Price(100, "points", Span(months=1)),
        1,
        Asked("till", "key", "key:till"),
        AT,
        state,
        attempts,
        why,
    )


@dataclass(frozen=True)
class World:
    """Our row, the burn at points-svc, a request that may still arrive, and those who walk."""

    row: str = "decided"
    burn: str = "none"
    is_late: bool = False
    walkers: tuple[tuple[str, int, Step], ...] = ()


def walker(row, attempts, now=AT):
    return (row, attempts, first_step(step(row, attempts, NO), now).step)


def heard(world: World, did: Step) -> Iterator[tuple[World, Answer]]:
    """What a request may do at points-svc, and what is answered where the answer arrives."""
    if did is Step.CANCEL:
        gone = {"none": "tombstone", "burned": "cancelled"}.get(world.burn, world.burn)
        yield replace(world, burn=gone), Cancelled()
        return
    if world.burn == "tombstone":
        yield world, Denied("burn_cancelled")
    elif world.burn == "none":
        yield replace(world, burn="burned"), Burned()
        yield world, Denied(NO.code)
        yield world, Stranger()
    else:
        yield world, Burned()


def after(world: World, place: int) -> Iterator[World]:
    """One walker moves: a call with every fate, or a local transaction."""
    row, attempts, ahead = world.walkers[place]

    def moved(world: World, row: str, step_: Step) -> World:
        walkers = list(world.walkers)
        walkers[place] = (row, attempts, step_)
        return replace(world, walkers=tuple(walkers))

    one = step(row, attempts, NO)
    if ahead in (Step.BURN, Step.CANCEL):
        lost = next_step(one, ahead, Unknown()).step
        yield moved(world, row, lost)
        if ahead is Step.BURN:
            yield moved(replace(world, is_late=True), row, lost)
        for there, answer in heard(world, ahead):
            yield moved(there, row, next_step(one, ahead, answer).step)
            yield moved(there, row, lost)
        return
    before, thens = LOCAL[ahead]
    for then in thens:
        row = then if world.row == before else world.row
        yield moved(replace(world, row=row), row, first_step(step(row, attempts, NO), AT).step)


def worlds_after(world: World) -> Iterator[World]:
    """Everything that may happen next: someone dies, takes it in hand, moves; a request arrives."""
    for place, (_, _, ahead) in enumerate(world.walkers):
        rest = world.walkers[:place] + world.walkers[place + 1 :]
        yield replace(world, walkers=rest)
        if ahead is not Step.WAIT:
            yield from after(world, place)
    if len(world.walkers) < WALKERS_MAX:
        for attempts, now in ((0, AT), (MANY, AT), (0, LATE)):
            yield replace(world, walkers=(*world.walkers, walker(world.row, attempts, now)))
    if world.is_late:
        burn = "burned" if world.burn == "none" else world.burn
        yield replace(world, is_late=False, burn=burn)


def every_world() -> set[World]:
    seen = {World()}
    ahead = deque(seen)
    while ahead:
        for found in worlds_after(ahead.popleft()):
            world = replace(found, walkers=tuple(sorted(found.walkers, key=str)))
            if world not in seen:
                seen.add(world)
                ahead.append(world)
    return seen


@pytest.fixture(scope="module")
def explored():
    return every_world()


def test_T5_whatever_happens_nobody_pays_without_the_step_nor_steps_unpaid(explored):
    assert {world.burn for world in explored if world.row == "given"} == {"burned"}
    ended = {world.burn for world in explored if world.row == "refused"}
    assert ended == {"cancelled", "tombstone"}
    assert len(explored) > 500


def walked(world: World) -> World:
    """One walker alone, whose every call is answered."""
    now = replace(world, walkers=(walker(world.row, 0),))
    for _ in range(10):
        _, attempts, ahead = now.walkers[0]
        if ahead is Step.WAIT:
            break
        if ahead in (Step.BURN, Step.CANCEL):
            there, answer = next(heard(now, ahead))
            then = next_step(step(now.row, attempts, NO), ahead, answer).step
            now = replace(there, walkers=((now.row, attempts, then),))
        else:
            now = next(after(now, 0))
    return now


def test_T5_from_every_world_one_good_walk_ends_it(explored):
    assert {walked(world).row for world in explored} == {"given", "refused"}


@pytest.mark.parametrize(
    ("did", "answer", "attempts", "then"),
    [
        pytest.param(Step.BURN, Burned(), 0, Next(Step.GIVE), id="paid: given"),
        pytest.param(Step.BURN, Unknown(), 0, WAIT, id="a timeout is no no"),
        pytest.param(Step.BURN, Unknown(), MANY, WAIT, id="however often it was asked"),
        pytest.param(
            Step.BURN,
            Denied("points_insufficient", {"asked": 100, "available": 1}),
            0,
            Next(Step.TURN_BACK, Why("points_insufficient", {"asked": 100, "available": 1})),
            id="a no turns back with its numbers",
        ),
        pytest.param(Step.BURN, Stranger(), 1, WAIT, id="news of the member may come"),
        pytest.param(
            Step.BURN,
            Stranger(),
            STRANGER_ATTEMPTS_MAX + 1,
            Next(Step.TURN_BACK, Why("member_not_found")),
            id="news that do not come",
        ),
        pytest.param(Step.CANCEL, Unknown(), MANY, Next(Step.WAIT, NO), id="asked for ever"),
        pytest.param(Step.CANCEL, Cancelled(), 0, Next(Step.REFUSE, NO), id="undone: refused"),
    ],
)
def test_where_a_step_goes_next(did, answer, attempts, then):
    row = "refusing" if did is Step.CANCEL else "decided"
    assert next_step(step(row, attempts, NO), did, answer) == then


@pytest.mark.parametrize(
    ("row", "now", "then"),
    [
        ("decided", AT, Next(Step.BURN)),
        ("decided", AT + PATIENCE, Next(Step.BURN)),
        ("decided", LATE, Next(Step.TURN_BACK, Why("step_timed_out"))),
        ("refusing", AT, Next(Step.CANCEL, NO)),
        ("refusing", LATE, Next(Step.CANCEL, NO)),
        ("given", LATE, WAIT),
        ("refused", LATE, WAIT),
    ],
)
def test_where_whoever_takes_it_in_hand_begins(row, now, then):
    assert first_step(step(row, 3, NO), now) == then
