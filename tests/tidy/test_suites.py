"""What cannot run is said, and where everything must be shown it is a failure."""

import pytest

from tests.happenings import OF_A_BROKER, Must, never
from tests.suites import demand_a_broker


def test_without_a_broker_a_developer_goes_on_and_ci_does_not():
    demand_a_broker(7, is_ci=False)
    demand_a_broker(0, is_ci=True)
    with pytest.raises(pytest.UsageError, match="7 tests need Java 17"):
        demand_a_broker(7, is_ci=True)


def test_what_a_fault_run_must_meet_and_did_not_is_named():
    assert never(dict.fromkeys(Must, 1), has_broker=True) == []
    assert never(dict.fromkeys(Must, 1) | {Must.POISON: 0}, has_broker=True) == [Must.POISON]
    assert never({}, has_broker=True) == list(Must)
    assert set(never({}, has_broker=False)) == set(Must) - OF_A_BROKER
