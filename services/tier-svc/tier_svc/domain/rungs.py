"""The rungs of one version: when each is in force (T2, T3)."""

from collections.abc import Sequence
from datetime import datetime

from tier_svc.domain.intervals import Reason
from tier_svc.domain.ladder import Downgrade, Ladder, Rung
from tier_svc.domain.measures import Frame
from tier_svc.domain.metrics import Met, Profiles, covered, looked_at, met
from tier_svc.domain.stays import Stay, ends_of, stays
from tier_svc.domain.ways import Lift, Way, passes


def rung_stays(
    ladder: Ladder,
    values: Profiles,
    frame: Frame,
    ways: Sequence[Way] = (),
    frozen_at: datetime | None = None,
) -> list[list[Stay]]:
    """The stays of each rung by rank, by the values of the ladder's measures; none for the base,
    which is always in force, and for rungs without a test. From `frozen_at` on nothing is renewed.
    """
    out: list[list[Stay]] = [[] for _ in ladder.rungs]
    steps: list[datetime] = []
    for rank in range(len(ladder.rungs) - 1, 0, -1):
        rung = ladder.rungs[rank]
        tested = _looked_at(ladder, _met(rung, values, ways, frozen_at), frame)
        out[rank] = stays(rung, tested, steps, frame.zone, frozen_at)
        steps = ends_of(out[rank]) if rung.downgrade is Downgrade.ONE_STEP else []
    return out


def floors(ladder: Ladder, found: Sequence[Sequence[Stay]]) -> list[Lift]:
    """What a member keeps who has ever been on a rung: its floor, or itself where nothing leads
    down from it.
    """
    out = []
    for rung, of_rung in zip(ladder.rungs, found, strict=True):
        for tier in kept_tiers(rung):
            begun = next((stay.since for stay in of_rung if stay.since != stay.until), None)
            if begun is not None:
                out.append(Lift(tier, begun, None, Reason.FLOOR))
    return out


def kept_tiers(rung: Rung) -> list[str]:
    """The tiers that having been on a rung gives for ever."""
    own = [rung.tier] if rung.downgrade is Downgrade.NONE else []
    return own if rung.floor is None else [*own, rung.floor]


def _met(
    rung: Rung, values: Profiles, ways: Sequence[Way], frozen_at: datetime | None
) -> list[Met]:
    """When a rung's test is met and the rung is open to the member."""
    if rung.test is None:
        return []
    found = met(rung.test, values, frozen_at)
    if rung.needs is None:
        return found
    return covered((*found, *passes(ways, rung.needs, rung.tier)), 2)


def _looked_at(ladder: Ladder, found: list[Met], frame: Frame) -> list[Met]:
    """When it counts as met, as the ladder looks at it."""
    return looked_at(found, ladder.evaluated, frame) if ladder.evaluated else found
