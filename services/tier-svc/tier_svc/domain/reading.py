"""From a ladder as it is written to a Ladder, or to everything that is wrong with it."""

from collections.abc import Sequence

from tier_svc.domain.draft import (
    LadderWritten,
    LengthWritten,
    OnReturnWritten,
    RungWritten,
    StayWritten,
)
from tier_svc.domain.flaws import Flaws
from tier_svc.domain.instants import MONTHS_IN, NONE, Period, Periods, Span
from tier_svc.domain.ladder import Downgrade, Ladder, Pass, Renewal, Rung, Test, leaves
from tier_svc.domain.reachability import (
    holds_for_ever,
    longest_days,
    meets_nothing,
    order_flaws,
)
from tier_svc.domain.reading_tests import read_test

LEAVES_MAX = 16
MEASURES_MAX = 24
AT_ONCE = "at_once"
PASS_WORDS = ("invitation_only", "paid")


def read_ladder(written: LadderWritten, version: int) -> Ladder:
    """The ladder. Refusals: LadderInvalid, with the place and code of everything that is wrong."""
    flaws = Flaws()
    ladder = _read(flaws, written, version)
    if not flaws.found:
        for place, code in order_flaws(ladder.rungs):
            flaws.add(f"/rungs/{place}/test", code)
    if len(ladder.measures) > MEASURES_MAX:
        flaws.add("/rungs", "costs_too_much")
    flaws.end()
    return ladder


def kept_ladder(written: LadderWritten, version: int) -> Ladder:
    """A version that is kept: it was judged when it was drafted, and what would be refused today
    goes on.
    """
    return _read(Flaws(), written, version)


def _read(flaws: Flaws, written: LadderWritten, version: int) -> Ladder:
    rungs = [
        _rung(flaws.at(f"/rungs/{place}"), rung, is_base=place == 0)
        for place, rung in enumerate(written.rungs)
    ]
    _check_names(flaws, written.rungs)
    return Ladder(
        written.name,
        version,
        tuple(rungs),
        _evaluated(flaws, written.evaluated),
        _on_return(flaws.at("/on_return"), written.on_return),
    )


def _check_names(flaws: Flaws, rungs: Sequence[RungWritten]) -> None:
    """Each tier has its own name; a floor is a tier above the base and no higher than its rung."""
    names = [rung.tier for rung in rungs]
    for place, rung in enumerate(rungs):
        if rung.tier in names[:place]:
            flaws.add(f"/rungs/{place}/tier", "duplicate_tier")
        if rung.floor is None or place == 0:
            continue
        if rung.floor not in names:
            flaws.add(f"/rungs/{place}/floor", "unknown_tier")
        elif names.index(rung.floor) > place:
            flaws.add(f"/rungs/{place}/floor", "floor_above")
        elif names.index(rung.floor) == 0:
            flaws.add(f"/rungs/{place}/floor", "floor_is_base")


def _rung(flaws: Flaws, written: RungWritten, is_base: bool) -> Rung:
    if is_base:
        for rule in sorted(written.model_fields_set - {"tier"}):
            flaws.add(f"/{rule}", "base_has_rules")
        return Rung(written.tier)
    rung = Rung(
        tier=written.tier,
        test=_test_of_rung(flaws, written),
        stay=_stay(flaws.at("/stay"), written.stay),
        renewal=flaws.word("/renewal", Renewal, written.renewal, Renewal.CONTINUOUS),
        minimum_stay=_length(flaws.at("/minimum_stay"), written.minimum_stay),
        grace=_length(flaws.at("/grace"), written.grace),
        downgrade=flaws.word("/downgrade", Downgrade, written.downgrade, Downgrade.BEST),
        floor=written.floor,
        needs=_pass(flaws, written),
    )
    if rung.test is not None:
        if rung.needs is None and meets_nothing(rung.test):
            flaws.add("/test", "met_by_nothing")
        _check_renewal(flaws, rung, rung.test)
        _check_minimum(flaws, rung, rung.test)
    return rung


def _pass(flaws: Flaws, written: RungWritten) -> Pass | None:
    if written.invitation_only and written.paid:
        flaws.add("/paid", "one_pass")
    if written.invitation_only:
        return Pass.INVITATION
    return Pass.PAID if written.paid else None


def _test_of_rung(flaws: Flaws, written: RungWritten) -> Test | None:
    if written.test is None:
        _check_untested(flaws, written)
        return None
    test = read_test(flaws.at("/test"), written.test)
    if test is not None and len(list(leaves(test))) > LEAVES_MAX:
        flaws.add("/test", "too_many")
    return test


def _check_untested(flaws: Flaws, written: RungWritten) -> None:
    """Without a test nobody reaches a rung but by its pass, whose own validity is its stay."""
    if not (written.invitation_only or written.paid):
        flaws.add("/test", "test_missing")
        return
    for rule in sorted(written.model_fields_set - {"tier", *PASS_WORDS}):
        flaws.add(f"/{rule}", "rule_without_test")


def _check_renewal(flaws: Flaws, rung: Rung, test: Test) -> None:
    """A stay that is tested at its end needs an end, and a test that does not hold for ever."""
    if rung.renewal is not Renewal.AT_PERIOD_END:
        return
    if rung.stay is None:
        flaws.add("/stay", "stay_missing")
    if holds_for_ever(test, may=True):
        flaws.add("/renewal", "renewal_never_ends")


def _check_minimum(flaws: Flaws, rung: Rung, test: Test) -> None:
    """A minimum stay contradicts a window that never ends, and an end that it does not let be."""
    if rung.minimum_stay == NONE:
        return
    if holds_for_ever(test, may=False):
        flaws.add("/minimum_stay", "window_never_ends")
    ends = rung.stay if rung.renewal is Renewal.AT_PERIOD_END else None
    if ends is not None and _outlasts(rung.minimum_stay, ends):
        flaws.add("/minimum_stay", "minimum_exceeds_stay")


def _outlasts(minimum: Span, stay: Span | Periods) -> bool:
    """Whether it does so wherever in the calendar the stay begins."""
    months = stay.months if isinstance(stay, Span) else MONTHS_IN[stay.period] * stay.count
    return minimum.months > months or minimum.days > longest_days(months)


def _evaluated(flaws: Flaws, written: str | None) -> Period | None:
    if written is None or written == AT_ONCE:
        return None
    return flaws.word("/evaluated", Period, written, Period.MONTH)


def _on_return(flaws: Flaws, written: str | OnReturnWritten | None) -> Span | Periods | None:
    if isinstance(written, OnReturnWritten):
        if (written.days is None) == (written.calendar is None):
            flaws.add("", "days_or_calendar")
        if written.days is not None:
            return Span(days=written.days)
        return Periods(flaws.word("/calendar", Period, written.calendar, Period.MONTH), 1)
    if written not in {None, AT_ONCE}:
        flaws.add("", "unknown")
    return None


def _stay(flaws: Flaws, written: StayWritten | None) -> Span | Periods | None:
    if written is None:
        return None
    if written.months is not None and written.calendar is None and written.periods is None:
        return Span(months=written.months)
    if written.calendar is not None and written.periods is not None and written.months is None:
        period = flaws.word("/calendar", Period, written.calendar, Period.MONTH)
        return Periods(period, written.periods)
    flaws.add("", "months_or_periods")
    return None


def _length(flaws: Flaws, written: LengthWritten | None) -> Span:
    if written is None:
        return NONE
    if (written.months is None) == (written.days is None):
        flaws.add("", "months_or_days")
    return Span(months=written.months or 0, days=written.days or 0)
