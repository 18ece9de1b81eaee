"""Where a redemption goes next: one pure function of its state and points-svc's last answer (B4).

points-svc's end of the hold is the only truth: captured → fulfilled, released or lapsed → refused.
What stands in our own row is an intent: `decided` goes forward, `refusing` goes back, and either
yields to that truth. A timeout is unknown, never "no": the hold is asked for by its id. A hold that
points-svc has not seen may still be on its way: it is placed again under the same id, or released
unseen (a tombstone), and only then does the stock go back. It is placed within `PATIENCE` of the
decision, and lapses as long after: so whatever happens is known, or refused, in twice that time
once points-svc answers.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import Literal

from benefit_svc.domain.redemptions import Redemption, Why
from benefit_svc.domain.refusals import HoldNotOpen, MemberNotFound, RedemptionTimedOut

PATIENCE = timedelta(minutes=15)
"""Nobody waits at a till for longer. Who turned back is asked after until it is undone."""

STRANGER_ATTEMPTS_MAX = 6
"""About a minute: news of a member are later than that only where something is broken."""


class Step(Enum):
    """What to do next: four calls to points-svc, then three local transactions, then waiting."""

    HOLD = "hold"
    ASK = "ask"
    CAPTURE = "capture"
    RELEASE = "release"
    TURN_BACK = "turn_back"
    FULFIL = "fulfil"
    REFUSE = "refuse"
    CANCEL_BURN = "cancel_burn"
    CANCEL = "cancel"
    WAIT = "wait"


HoldState = Literal["open", "captured", "released", "lapsed"]

REMOTE = frozenset({Step.HOLD, Step.ASK, Step.CAPTURE, Step.RELEASE, Step.CANCEL_BURN})


@dataclass(frozen=True)
class HoldIs:
    """The hold stands so at points-svc."""

    state: HoldState


@dataclass(frozen=True)
class Unseen:
    """points-svc has no such hold, or has not heard of the member (a stranger): still unknown, the
    request or the news may be on its way.
    """

    is_stranger: bool = False


@dataclass(frozen=True)
class Denied:
    """points-svc said no, for good: its code and numbers (`points_insufficient` with `asked`,
    `available`).
    """

    code: str
    numbers: Mapping[str, int | str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class BurnCancelled:
    """The burn's points are back in their lots."""


@dataclass(frozen=True)
class Unknown:
    """No answer, or none that settles anything: it may have happened or not."""


Answer = HoldIs | Unseen | Denied | BurnCancelled | Unknown


@dataclass(frozen=True)
class Next:
    """The next step, and why where it turns back or refuses."""

    step: Step
    why: Why | None = None


TIMED_OUT = Why(RedemptionTimedOut.code)
STRANGER = Why(MemberNotFound.code)


def first_step(redemption: Redemption, _: datetime) -> Next:
    """Where whoever takes a redemption in hand begins, however late; `attempts` counts those who
    took it in hand after the first.
    """
    if redemption.state == "decided":
        return Next(Step.ASK if redemption.attempts else Step.HOLD)
    if redemption.state == "refusing":
        return Next(Step.RELEASE, redemption.why)
    if redemption.state == "cancelling":
        return Next(Step.CANCEL_BURN)
    return Next(Step.WAIT)


def next_step(redemption: Redemption, did: Step, answer: Answer, now: datetime) -> Next:
    """The step after `did` was answered so, for whoever took it in hand at `now`. WAIT: nothing
    more can be known now; someone takes it in hand again later.
    """
    if did is Step.CANCEL_BURN:
        return Next(Step.CANCEL if isinstance(answer, BurnCancelled) else Step.WAIT)
    if isinstance(answer, HoldIs) and answer.state != "open":
        return _ended(redemption, answer.state)
    if isinstance(answer, (Unknown, BurnCancelled)):
        return Next(Step.WAIT if did is Step.ASK else Step.ASK)
    if redemption.state == "refusing":
        return Next(Step.WAIT if did is Step.RELEASE else Step.RELEASE, redemption.why)
    return _forward(redemption, did, answer, now - redemption.decided_at > PATIENCE)


def _ended(redemption: Redemption, state: str) -> Next:
    if state == "captured":
        return Next(Step.FULFIL)
    return Next(Step.REFUSE, redemption.why or Why(HoldNotOpen.code, {"state": state}))


def _forward(
    redemption: Redemption, did: Step, answer: HoldIs | Unseen | Denied, is_late: bool
) -> Next:
    if isinstance(answer, Denied):
        return Next(Step.TURN_BACK, Why(answer.code, answer.numbers))
    if isinstance(answer, Unseen):
        if is_late:
            return Next(Step.TURN_BACK, STRANGER if answer.is_stranger else TIMED_OUT)
        if answer.is_stranger and redemption.attempts > STRANGER_ATTEMPTS_MAX:
            return Next(Step.TURN_BACK, STRANGER)
        return Next(Step.WAIT if did is Step.HOLD else Step.HOLD)
    if did is Step.CAPTURE:
        return Next(Step.TURN_BACK, Why(HoldNotOpen.code, {"state": "lapsed"}))
    return Next(Step.CAPTURE)
