"""How the tests run as a whole: cheap suites first, and at the end what each of them took.

A plugin of pytest, named by the conftest.py of the root.
"""

import gc
import os
import warnings
from collections import defaultdict
from pathlib import Path

import pytest
from hypothesis import settings

from deploy.kafka import has_java
from tests import happenings

ROOT = Path(__file__).parents[1]
ROOMS = frozenset({"domain", "handlers", "processes", "inbound", "store"})
ORDER = (
    *("tidy", "contracts", "domain", "oracle", "chassis", "deploy"),
    *("handlers", "processes", "inbound", "bus", "e2e", "faults"),
)

settings.register_profile("laurel", deadline=None, print_blob=True)
settings.load_profile("laurel")

took: dict[str, float] = defaultdict(float)
ran: dict[str, set[str]] = defaultdict(set)
left_out: list[str] = []


def suite(path: Path) -> str:
    """A service's room (one suite for all services), else the folder in tests/."""
    parts = path.relative_to(ROOT).parts
    if parts[0] == "services":
        return parts[3] if parts[3] in ROOMS else parts[1]
    return parts[1]


def needs_a_broker(item: pytest.Item) -> bool:
    """Whether a test asks for the fixture `broker`, or is the one of a pair that runs on Kafka."""
    given = item.callspec.params.values() if hasattr(item, "callspec") else ()
    return "broker" in getattr(item, "fixturenames", ()) or "kafka" in given


def demand_a_broker(left_out: int, *, is_ci: bool) -> None:
    """Where all must be shown, tests that cannot run are a failure. Raises UsageError."""
    if left_out and is_ci:
        raise pytest.UsageError(
            f"{left_out} tests need Java 17 and Maven; under CI=true they must run"
        )


def pytest_addoption(parser: pytest.Parser) -> None:
    """What `make faults` demands beyond passing."""
    parser.addoption(
        "--all-must-happen",
        action="store_true",
        help="fail where something that fault runs must meet (tests/happenings.py) was never met",
    )


def pytest_report_header() -> str:
    """Says whether a real broker takes part."""
    return "kafka: a real broker" if has_java() else "kafka: not here (needs Java 17 and Maven)"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Runs the cheap suites first, each suite in one piece; where no broker can run, what needs
    one is deselected, and header and summary say so; under CI=true that is an error.
    """
    if not has_java():
        without = [item for item in items if needs_a_broker(item)]
        demand_a_broker(len(without), is_ci=os.environ.get("CI") == "true")
        config.hook.pytest_deselected(items=without)
        left_out.extend(item.nodeid for item in without)
        items[:] = [item for item in items if item not in without]
    place = {name: at for at, name in enumerate(ORDER)}
    items.sort(key=lambda item: (place.get(suite(item.path), len(ORDER)), suite(item.path)))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Adds up each suite: the calls, and the fixtures that they stand on."""
    name = suite(ROOT / report.fspath)
    took[name] += report.duration
    ran[name].add(report.nodeid)


def lacking(config: pytest.Config) -> list[happenings.Must]:
    """What this run had to meet and did not."""
    is_asked = config.getoption("--all-must-happen")
    return happenings.never(happenings.met, has_broker=has_java()) if is_asked else []


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A whole fault run that did not meet what it had to has failed."""
    if lacking(session.config) and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(tryfirst=True)
def pytest_unconfigure() -> None:
    """A client of Kafka (aiokafka) that was cut off in its start or stop, as on a slow machine,
    leaves its sockets to the collector; at the very end that is no news.
    """
    with warnings.catch_warnings(action="ignore", category=ResourceWarning):
        gc.collect()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Prints what the run met, and the time of each suite in the order they ran."""
    if happenings.met:
        terminalreporter.section("what happened")
    for what, times in sorted(happenings.met.items()):
        terminalreporter.write_line(f"{what:<42} {times:>6}")
    for what in lacking(terminalreporter.config):
        terminalreporter.write_line(f"{what:<42}  never: this run has failed", red=True)
    if left_out:
        terminalreporter.section("SKIPPED: no Java 17 and Maven, so nothing was shown on Kafka")
        terminalreporter.write_line(f"{len(left_out)} tests of a real broker were left out")
    if took:
        terminalreporter.section("suites")
    for name, seconds in took.items():
        terminalreporter.write_line(f"{name:<12} {len(ran[name]):>6} tests {seconds:>8.1f} s")
