"""The shelf is the service that the chassis is tried on."""

import pytest

from chassis.service import Service
from tests.chassis import shelf


@pytest.fixture(scope="session")
def service() -> Service:
    """A service with no word of the business."""
    return shelf.service
