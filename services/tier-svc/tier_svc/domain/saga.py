"""Where a step up goes next: one pure function of its state and points-svc's last answer (T5).

Our own row decides: `decided` goes forward, to the burn and then the way up; `refusing` goes back.
GIVE looks again, under the member's lock: what would lift nobody any more turns back instead.
A timeout is unknown, never "no": the burn is asked for again under the same id, which burns once.
Whatever turns back has its burn cancelled first, made or not: a burn that comes later is refused by
points-svc, one that was made is given back. So nobody pays without the step, and no step is given
that was not paid.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum

from tier_svc.domain.refusals import MemberNotFound
from tier_svc.domain.step_refusals import StepTimedOut
from tier_svc.domain.step_ups import StepUp, Why

PATIENCE = timedelta(minutes=15)
"""Nobody waits at a till for longer. Who turned back is asked after until it is undone."""

STRANGER_ATTEMPTS_MAX = 6
"""About a minute: news of a member are later than that only where something is broken."""


class Step(Enum):
    """What to do next: two calls to points-svc, then three local transactions, then waiting."""

    BURN = "burn"
    CANCEL = "cancel"
    TURN_BACK = "turn_back"
    GIVE = "give"
    REFUSE = "refuse"
    WAIT = "wait"


REMOTE = frozenset({Step.BURN, Step.CANCEL})


@dataclass(frozen=True)
class Burned:
    """Exactly our points left their lots."""


@dataclass(frozen=True)
class Cancelled:
    """The burn is undone, and cannot be made any more."""


@dataclass(frozen=True)
class Stranger:
    """points-svc has not heard of the member: the news may be on its way."""


@dataclass(frozen=True)
class Denied:
    """points-svc said no: its code and numbers (`points_insufficient` with `asked`, `available`).
    An earlier request for the same burn may still be on its way.
    """

    code: str
    numbers: Mapping[str, int | str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Unknown:
    """No answer, or none that settles anything: it may have happened or not."""


Answer = Burned | Cancelled | Stranger | Denied | Unknown


@dataclass(frozen=True)
class Next:
    """The next step, and why where it turns back or refuses."""

    step: Step
    why: Why | None = None


def first_step(one: StepUp, now: datetime) -> Next:
    """Where whoever takes a step up in hand at `now` begins. After `PATIENCE` the burn is not asked
    for again, whatever became of it.
    """
    if one.state == "decided":
        is_late = now - one.decided_at > PATIENCE
        return Next(Step.TURN_BACK, Why(StepTimedOut.code)) if is_late else Next(Step.BURN)
    return Next(Step.CANCEL, one.why) if one.state == "refusing" else Next(Step.WAIT)


def next_step(one: StepUp, did: Step, answer: Answer) -> Next:
    """The step after `did` was answered so. WAIT: nothing more can be known now; someone takes it
    in hand again later.
    """
    if did is Step.CANCEL:
        return Next(Step.REFUSE if isinstance(answer, Cancelled) else Step.WAIT, one.why)
    if isinstance(answer, Burned):
        return Next(Step.GIVE)
    why = _given_up(one, answer)
    return Next(Step.TURN_BACK, why) if why else Next(Step.WAIT)


def _given_up(one: StepUp, answer: Answer) -> Why | None:
    if isinstance(answer, Denied):
        return Why(answer.code, answer.numbers)
    if isinstance(answer, Stranger):
        return Why(MemberNotFound.code) if one.attempts > STRANGER_ATTEMPTS_MAX else None
    return None
