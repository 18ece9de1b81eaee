"""The auditor's reading of an account's holds: each is placed once and ends once (I3, I6)."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from points_svc.domain.audit import Trail
from points_svc.domain.holds import CAPTURED, LAPSED, OPEN, RELEASED, TOMBSTONE, Hold
from points_svc.domain.moments import moment_id
from points_svc.domain.violations import HELD, HOLD_ENDS, HOLD_OVERDUE

OVERDUE_AFTER = timedelta(seconds=60)


def audit_holds(trail: Trail, holds: Iterable[Hold], at: datetime) -> None:
    """Compare an account's holds with its postings. It must not have moved since they were read."""
    account, violations = trail.account, trail.violations
    placed = [hold for hold in holds if hold.state != TOMBSTONE]
    held = sum(hold.points for hold in placed if hold.state == OPEN)
    if held != account.held:
        violations.add(HELD, account.seq, stored=account.held, holds=held)
    expected = Counter(name for hold in placed for name in _postings(hold))
    for kind, fact_id in sorted((expected - trail.ends) + (trail.ends - expected)):
        stands, should = trail.ends[kind, fact_id], expected[kind, fact_id]
        violations.add(HOLD_ENDS, 0, fact_id, kind=kind, postings=stands, holds=should)
    for hold in placed:
        if hold.state == OPEN and hold.lapses_at + OVERDUE_AFTER < at:
            violations.add(HOLD_OVERDUE, 0, _name(hold, "hold"), hold_id=hold.hold_id)


def _postings(hold: Hold) -> Iterator[tuple[str, str]]:
    """(kind, fact id) of what a hold has to have posted."""
    yield "hold", _name(hold, "hold")
    if hold.state == CAPTURED:
        yield "capture", _name(hold, "capture")
        if hold.captured < hold.points:
            yield "release", _name(hold, "capture")
    elif hold.state == RELEASED:
        yield "release", _name(hold, "release")
    elif hold.state == LAPSED:
        yield "lapse", _name(hold, "lapse")


def _name(hold: Hold, verb: str) -> str:
    moments = {"hold": hold.placed_at, "lapse": hold.lapses_at}
    at = moments.get(verb) or hold.ended_at
    assert at is not None, "a hold that has ended says when"
    return moment_id(at, verb, hold.source, hold.hold_id)
