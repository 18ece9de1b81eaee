"""What is called to serve a request, in every service."""

import inspect
from collections.abc import Iterator
from importlib import import_module

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from chassis.process import doors_of
from deploy.local.services import SERVICES


def called(dependant: Dependant) -> Iterator[object]:
    """The endpoint and what it depends on."""
    yield dependant.call
    for below in dependant.dependencies:
        yield from called(below)


@pytest.mark.parametrize("served", SERVICES, ids=lambda one: one.name)
def test_no_request_waits_for_a_thread(served):
    """What is not async is called in a thread, whose turn costs more than most of our functions."""
    routes = [
        route
        for router in doors_of(import_module(served.module).service)
        for route in router.routes
        if isinstance(route, APIRoute)
    ]
    assert len(routes) > 10
    plain = {call for route in routes for call in called(route.dependant)}
    assert {call for call in plain if not inspect.iscoroutinefunction(call)} == set()
