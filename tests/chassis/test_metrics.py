"""The numbers for the on-call engineer: each is documented, and says whose it is."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from prometheus_client import Counter
from prometheus_client.metrics import MetricWrapperBase
from prometheus_client.parser import text_string_to_metric_families

from chassis import metrics
from chassis.testing.stage import Stage
from tests.chassis import shelf

PAGE = Path(__file__).parents[2] / "docs" / "metrics.md"
ROW = re.compile(r"^\| `(\w+)` \| ([\w, ]*)\|", re.MULTILINE)
NAMED = [metric for metric in vars(metrics).values() if isinstance(metric, MetricWrapperBase)]


def exposed(metric: MetricWrapperBase) -> str:
    """The name that `/metrics` shows, without what a histogram appends."""
    return f"{metric._name}_total" if isinstance(metric, Counter) else metric._name


def documented() -> dict[str, tuple[str, ...]]:
    """Name → labels besides `service`, as the page says."""
    rows = ROW.findall(PAGE.read_text(encoding="utf-8"))
    return {name: tuple(re.findall(r"\w+", labels)) for name, labels in rows}


@pytest.mark.parametrize("metric", NAMED, ids=lambda metric: metric._name)
def test_a_metric_says_whose_it_is_and_stands_on_the_page(metric):
    assert metric._labelnames[0] == "service"
    assert documented()[exposed(metric)] == metric._labelnames[1:]


def test_the_page_names_no_metric_that_there_is_not():
    assert documented().keys() == {exposed(metric) for metric in NAMED}


@pytest.fixture
async def neighbour(stage, server, tmp_path):
    """Another service in the same process."""
    other = replace(shelf.service, name="attic-svc")
    neighbour = Stage(other, await server.fresh(other.migrations), tmp_path)
    yield neighbour
    await neighbour.process.stop()


async def counted(api, name, /, **labels):
    page = (await api.get("/metrics")).text
    samples = [s for f in text_string_to_metric_families(page) for s in f.samples]
    return sum(s.value for s in samples if s.name == name and labels.items() <= s.labels.items())


@pytest.mark.parametrize(
    ("name", "labels"),
    [
        ("laurel_request_seconds_count", {"route": "/v1/jars/{name}", "status": "404"}),
        ("laurel_refusals_total", {"code": "not_found"}),
        ("laurel_statements_total", {"name": "jar"}),
    ],
)
async def test_services_in_one_process_are_told_apart(api, neighbour, name, labels):
    mine = await counted(api, name, service="shelf-svc", **labels)
    theirs = await counted(api, name, service="attic-svc", **labels)
    async with neighbour.client() as attic:
        assert (await attic.get("/v1/jars/none")).status_code == 404
    assert await counted(api, name, service="shelf-svc", **labels) == mine
    assert await counted(api, name, service="attic-svc", **labels) == theirs + 1


async def test_a_jobs_rounds_are_told_by_their_service(api, stage):
    before = await counted(api, "laurel_job_done_total", service="shelf-svc", job="eat_beans")
    async with stage.begin() as tx:
        await tx.execute("jar", shelf.PUT_JAR, name="counted", beans=2)
    await stage.process.jobs._tell(shelf.service.jobs[0])
    after = await counted(api, "laurel_job_done_total", service="shelf-svc", job="eat_beans")
    assert after == before + 2
