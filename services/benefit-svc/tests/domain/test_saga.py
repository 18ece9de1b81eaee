"""Every way a redemption can go: all answers, lost ones, late ones, crashes, two walkers (B4, I5,
I7).

The world is our row, points-svc's hold as api.md §4 has it, requests that are still on their way,
and two walkers, each of whom may die at any moment and be followed by another. The step function
under test is the real one.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest

from benefit_svc.domain.redemptions import Asked, Redemption, Why
from benefit_svc.domain.saga import (
    PATIENCE,
    REMOTE,
    STRANGER_ATTEMPTS_MAX,
    Answer,
    BurnCancelled,
    Denied,
    HoldIs,
    Next,
    Step,
    Unknown,
    Unseen,
    first_step,
    next_step,
)
from contracts.ids import MemberId, RedemptionId, RewardId
from contracts.quantities import Points

NOW = datetime(2026, 4, 6, tzinfo=UTC)
LATE = NOW + PATIENCE + timedelta(microseconds=1)
WALKERS = 2
EDGES_MIN = 100_000
STATES_MAX = 1_000_000

ROW = Redemption(
    redemption_id=RedemptionId("00000000-0000-4000-8000-000000000001"),
    member_id=MemberId("m1"),
    reward_id=RewardId("tote"),
    reward_version=1,
    quantity=1,
    points=Points(500),
    asked=Asked("till", "key-00001"),
    decided_at=NOW,
)
NO = Denied("points_insufficient", {"asked": 500, "available": 494})


@dataclass(frozen=True)
class Walker:
    """Someone at work: the row as they read it, the step before them, and when they took it."""

    row: Redemption
    ahead: Next
    taken_at: datetime = NOW


@dataclass(frozen=True)
class World:
    """Everything there is at one moment. `hold` is None while points-svc has not seen it."""

    row: Redemption = ROW
    hold: str | None = None
    burn_is_cancelled: bool = False
    stock_is_taken: bool = True
    vouchers: int = 0
    is_voided: bool = False
    on_the_way: frozenset[Step] = frozenset()
    walkers: tuple[Walker | None, ...] = (Walker(ROW, first_step(ROW, NOW)), None)


def points_svc(world: World, asked: Step) -> Iterator[tuple[World, Answer]]:
    """What points-svc does when it gets the request, and answers: every possibility."""
    hold = world.hold
    if asked is Step.HOLD:
        yield from _held(world)
    elif asked is Step.ASK:
        yield world, HoldIs(hold) if hold else Unseen()
    elif asked is Step.CAPTURE:
        yield from _captured(world)
    elif asked is Step.RELEASE:
        is_given_back = hold in (None, "open", "released")
        after = replace(world, hold="released") if is_given_back else world
        yield after, HoldIs(after.hold)
    elif asked is Step.CANCEL_BURN:
        assert hold == "captured"
        yield replace(world, burn_is_cancelled=True), BurnCancelled()


def _held(world: World) -> Iterator[tuple[World, Answer]]:
    if world.hold is None:
        yield replace(world, hold="open"), HoldIs("open")
        yield world, NO
        yield world, Unseen()
    else:
        yield world, HoldIs("released" if world.hold == "released" else "open")


def _captured(world: World) -> Iterator[tuple[World, Answer]]:
    if world.hold is None:
        yield world, Unseen()
    elif world.hold in ("open", "captured"):
        yield replace(world, hold="captured"), HoldIs("captured")
        if world.hold == "open":
            yield world, HoldIs("open")
    else:
        yield world, HoldIs(world.hold)


def local(world: World, walker: Walker) -> World:
    """Our own transactions, guarded by the row's state as the statements are."""
    row, step = world.row, walker.ahead.step
    if step is Step.TURN_BACK and row.state == "decided":
        return replace(world, row=replace(row, state="refusing", why=walker.ahead.why))
    if step is Step.FULFIL and row.state in ("decided", "refusing"):
        ended = replace(row, state="fulfilled", why=None)
        return replace(world, row=ended, vouchers=world.vouchers + 1)
    if step is Step.REFUSE and row.state in ("decided", "refusing"):
        ended = replace(row, state="refused", why=walker.ahead.why)
        return replace(world, row=ended, stock_is_taken=False)
    if step is Step.CANCEL and row.state == "cancelling":
        return replace(world, row=replace(row, state="cancelled"), stock_is_taken=False)
    return world


def set_walker(world: World, n: int, walker: Walker | None) -> World:
    """The world with another walker in that place. Which of two walkers is which makes no
    difference.
    """
    if walker is not None and walker.ahead.step is Step.WAIT:
        walker = None
    walkers = list(world.walkers)
    walkers[n] = walker
    return replace(world, walkers=tuple(sorted(walkers, key=hash)))


def follow(world: World) -> Iterator[World]:
    """Every moment that can come after this one."""
    for n, walker in enumerate(world.walkers):
        if walker is None:
            yield from _taken_up(world, n)
        else:
            yield set_walker(world, n, None)
            yield from _stepped(world, n, walker)
    for step in world.on_the_way:
        arrived = replace(world, on_the_way=world.on_the_way - {step})
        yield from (after for after, _ in points_svc(arrived, step))
    if world.hold == "open":
        yield replace(world, hold="lapsed")
    if world.row.state == "fulfilled" and not world.is_voided:
        yield replace(world, row=replace(world.row, state="cancelling", attempts=0), is_voided=True)


def _taken_up(world: World, n: int) -> Iterator[World]:
    if not world.row.is_open:
        return
    row = replace(world.row, attempts=1)
    for now in (NOW, LATE):
        yield set_walker(world, n, Walker(row, first_step(row, now), now))


def _stepped(world: World, n: int, walker: Walker) -> Iterator[World]:
    step = walker.ahead.step
    if step not in REMOTE:
        after = local(world, walker)
        row = replace(after.row, attempts=walker.row.attempts)
        yield set_walker(after, n, replace(walker, row=row, ahead=first_step(row, walker.taken_at)))
        return

    def then(answer: Answer) -> Walker:
        return replace(walker, ahead=next_step(walker.row, step, answer, walker.taken_at))

    lost = then(Unknown())
    yield set_walker(world, n, lost)
    yield set_walker(replace(world, on_the_way=world.on_the_way | {step}), n, lost)
    for after, answer in points_svc(world, step):
        yield set_walker(after, n, lost)
        yield set_walker(after, n, then(answer))


def check(world: World) -> None:
    """What holds at every moment."""
    state = world.row.state
    assert world.vouchers == (state in ("fulfilled", "cancelling", "cancelled"))
    if world.vouchers:
        assert world.hold == "captured", "a voucher without its points"
    if state == "refused":
        assert world.hold in ("released", "lapsed"), "refused, and the points could still be burned"
    assert world.stock_is_taken == (state not in ("refused", "cancelled"))
    if state == "cancelled":
        assert world.burn_is_cancelled, "cancelled, and the points are not back"
    assert not world.burn_is_cancelled or world.is_voided, "points back for a voucher that works"


def explore() -> tuple[dict[World, list[World]], int]:
    """Every world that can be reached, each with those it was reached from; and how many edges."""
    start = World()
    reached: dict[World, list[World]] = {start: []}
    waiting = deque([start])
    edges = 0
    while waiting:
        world = waiting.popleft()
        check(world)
        for after in follow(world):
            edges += 1
            if after not in reached:
                reached[after] = []
                waiting.append(after)
            reached[after].append(world)
        assert len(reached) <= STATES_MAX
    return reached, edges


def test_I5_I7_whatever_happens_nothing_is_burned_without_a_voucher_nor_issued_without_points():
    reached, edges = explore()
    assert edges >= EDGES_MIN
    ended = deque(world for world in reached if not world.row.is_open)
    assert {world.row.state for world in ended} == {"fulfilled", "refused", "cancelled"}
    can_end = set(ended)
    while ended:
        for before in reached[ended.popleft()]:
            if before not in can_end:
                can_end.add(before)
                ended.append(before)
    assert can_end == set(reached), "from some moment there is no way to an end"


BACK = replace(ROW, state="refusing", why=Why(NO.code, NO.numbers))
OLD = replace(ROW, attempts=1, decided_at=NOW - (LATE - NOW))
MINUTE = replace(ROW, attempts=STRANGER_ATTEMPTS_MAX + 1)
NOBODY = Unseen(is_stranger=True)


@pytest.mark.parametrize(
    ("row", "did", "answer", "step"),
    [
        pytest.param(ROW, Step.HOLD, HoldIs("open"), Step.CAPTURE, id="held: capture"),
        pytest.param(ROW, Step.HOLD, NO, Step.TURN_BACK, id="denied: note it before undoing"),
        pytest.param(ROW, Step.HOLD, Unknown(), Step.ASK, id="a timeout is no no: ask"),
        pytest.param(ROW, Step.HOLD, NOBODY, Step.WAIT, id="a member not heard of yet: later"),
        pytest.param(MINUTE, Step.HOLD, NOBODY, Step.TURN_BACK, id="nor in a minute: go back"),
        pytest.param(MINUTE, Step.HOLD, Unseen(), Step.WAIT, id="a hold unseen in a minute: later"),
        pytest.param(OLD, Step.HOLD, Unseen(), Step.TURN_BACK, id="never heard of: go back"),
        pytest.param(ROW, Step.ASK, Unseen(), Step.HOLD, id="unseen is unknown: the same id again"),
        pytest.param(OLD, Step.ASK, Unseen(), Step.TURN_BACK, id="unseen for too long: go back"),
        pytest.param(OLD, Step.ASK, NOBODY, Step.TURN_BACK, id="nor heard of for too long: back"),
        pytest.param(OLD, Step.ASK, HoldIs("open"), Step.CAPTURE, id="however late, open: capture"),
        pytest.param(OLD, Step.ASK, HoldIs("captured"), Step.FULFIL, id="and captured: fulfil"),
        pytest.param(ROW, Step.ASK, Unknown(), Step.WAIT, id="still unknown: later"),
        pytest.param(ROW, Step.ASK, HoldIs("open"), Step.CAPTURE, id="open: capture"),
        pytest.param(ROW, Step.CAPTURE, Unknown(), Step.ASK, id="captured or not: ask"),
        pytest.param(ROW, Step.CAPTURE, HoldIs("captured"), Step.FULFIL, id="captured: fulfil"),
        pytest.param(ROW, Step.CAPTURE, HoldIs("lapsed"), Step.REFUSE, id="lapsed: refuse"),
        pytest.param(ROW, Step.CAPTURE, HoldIs("open"), Step.TURN_BACK, id="past its end: back"),
        pytest.param(ROW, Step.CAPTURE, Unseen(), Step.HOLD, id="capture before hold: hold"),
        pytest.param(BACK, Step.RELEASE, HoldIs("released"), Step.REFUSE, id="released: refuse"),
        pytest.param(BACK, Step.RELEASE, HoldIs("captured"), Step.FULFIL, id="captured after all"),
        pytest.param(BACK, Step.RELEASE, Unknown(), Step.ASK, id="released or not: ask"),
        pytest.param(BACK, Step.ASK, Unseen(), Step.RELEASE, id="unseen: a tombstone first"),
        pytest.param(BACK, Step.ASK, HoldIs("open"), Step.RELEASE, id="still open: release"),
        pytest.param(BACK, Step.RELEASE, Denied("x"), Step.WAIT, id="no to a release: later"),
        pytest.param(
            replace(ROW, state="cancelling"),
            Step.CANCEL_BURN,
            Unknown(),
            Step.WAIT,
            id="a cancel only goes forward",
        ),
    ],
)
def test_B4_next(row, did, answer, step):
    assert next_step(row, did, answer, NOW).step is step


def test_a_refusal_carries_the_numbers_of_points_svc():
    assert next_step(ROW, Step.HOLD, NO, NOW).why == Why(NO.code, {"asked": 500, "available": 494})
    assert next_step(BACK, Step.RELEASE, HoldIs("released"), NOW).why == BACK.why


@pytest.mark.parametrize(
    ("row", "step"),
    [
        pytest.param(ROW, Step.HOLD, id="fresh: hold"),
        pytest.param(replace(ROW, attempts=1), Step.ASK, id="taken up: ask first"),
        pytest.param(OLD, Step.ASK, id="taken up late: ask first"),
        pytest.param(BACK, Step.RELEASE, id="going back: release"),
        pytest.param(replace(ROW, state="cancelling"), Step.CANCEL_BURN, id="cancelling"),
        pytest.param(replace(ROW, state="fulfilled"), Step.WAIT, id="ended: nothing"),
        pytest.param(replace(ROW, state="refused"), Step.WAIT, id="refused: nothing"),
    ],
)
def test_B4_whoever_takes_it_up_begins_with(row, step):
    assert first_step(row, NOW).step is step
