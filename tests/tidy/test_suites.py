"""What cannot run is said, and where everything must be shown it is a failure."""

import pytest

from tests.suites import demand_a_broker


def test_without_a_broker_a_developer_goes_on_and_ci_does_not():
    assert demand_a_broker(7, is_ci=False) is None
    assert demand_a_broker(0, is_ci=True) is None
    with pytest.raises(pytest.UsageError, match="7 tests need Java 17"):
        demand_a_broker(7, is_ci=True)
