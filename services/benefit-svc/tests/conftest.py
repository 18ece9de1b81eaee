"""What the tests of benefit-svc stand on."""

import pytest

from benefit_svc.main import service as benefit_svc
from chassis.service import Service


@pytest.fixture(scope="session")
def service() -> Service:
    """The service that the stage is for."""
    return benefit_svc
