"""A real grocer's year: everybody's standing under `grocer`, and drafts tried on it, against an
independent computation in SQL. Within one year a rolling year loses nothing, so a tier is a sum.
"""

import copy
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from deploy.demo.year import Year
from tests.e2e.grocer_events import enrolled, recorded
from tier_svc.main import service as tier_svc

GROCER = Path(__file__).parents[2] / "deploy" / "programmes" / "grocer"
BASKETS_MAX = 2_000
YEAR_END = datetime(2018, 1, 1, 5, tzinfo=UTC)
PERIOD = {"from": "2017-01-01T05:00:00Z", "to": "2018-01-01T05:00:00Z"}
TIERS = ("bronze", "silver", "gold", "platinum")

SUMS = """
SELECT m.member_id, coalesce(sum((line->>2)::bigint), 0) AS spend
FROM member m LEFT JOIN purchase p ON p.member_id = m.member_id AND p.occurred_at < :before
    LEFT JOIN LATERAL jsonb_array_elements(p.lines) line ON true
WHERE m.enrolled_at < :before GROUP BY m.member_id
"""

pytestmark = pytest.mark.long


def document(name):
    return json.loads((GROCER / name).read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def service():
    return tier_svc


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def ops(stage):
    """A caller, once every household's year was heard and `grocer` is told to everybody."""
    stage.at(YEAR_END)
    year, known = Year(None), {}
    async with stage.client() as caller:
        (await caller.put("/v1/tier-svc/programme", json=document("tier.json"))).raise_for_status()
        for batch in year.batches(BASKETS_MAX, 0, 0):
            known |= batch.newcomers
            await stage.deliver(
                *(enrolled(*newcomer) for newcomer in batch.newcomers.items()),
                *(recorded(one, known[one.member.value], YEAR_END) for one in batch.purchases),
            )
        version = await draft(caller, document("ladder.json"))
        (await caller.post(f"/v1/ladders/{version}/publish")).raise_for_status()
        await stage.run_job("tell_publication")
        assert len(known) == len(year.cards) == 2_469
        yield caller


async def draft(caller, ladder):
    answer = await caller.post("/v1/ladders", json=ladder)
    return answer.raise_for_status().json()["version"]


def tier_of(spend, thresholds=(50_000, 150_000, 300_000)):
    return TIERS[sum(spend >= at for at in thresholds)]


async def sums(stage, before=YEAR_END):
    return {row.member_id: row.spend for row in await stage.rows(SUMS, before=before)}


async def simulated(stage, caller, ladder, **how):
    version = await draft(caller, ladder)
    asked = await caller.post(f"/v1/ladders/{version}/simulate", json=PERIOD | how)
    place = asked.raise_for_status().headers["Location"]
    await stage.run_job("simulate_members")
    return place, (await caller.get(place)).json()["result"]


def with_thresholds(*thresholds):
    ladder = copy.deepcopy(document("ladder.json"))
    for rung, at_least in zip(ladder["rungs"][1:], thresholds, strict=True):
        rung["test"]["at_least"] = at_least
    return ladder


async def test_T4_every_household_stands_where_sql_says(stage, ops):
    assert ops is not None
    told = await stage.rows("SELECT member_id, tier FROM standing")
    expected = {member: tier_of(spend) for member, spend in (await sums(stage)).items()}
    assert {row.member_id: row.tier for row in told} == expected


@pytest.mark.parametrize(
    "thresholds",
    [
        pytest.param((80_000, 200_000, 400_000), id="harder"),
        pytest.param((25_000, 100_000, 200_000), id="easier"),
        pytest.param((50_000, 100_000, 500_000), id="wider"),
    ],
)
async def test_T7_a_draft_moves_whom_sql_says(stage, ops, thresholds):
    place, result = await simulated(stage, ops, with_thresholds(*thresholds))
    spent = await sums(stage)
    pairs = [(tier_of(spend), tier_of(spend, thresholds)) for spend in spent.values()]
    assert {(one["before"], one["after"]): one["members"] for one in result["movement"]} == {
        pair: pairs.count(pair) for pair in set(pairs)
    }
    assert result["total"]["spend_minor"] == sum(spent.values())
    for spread in result["distribution"]:
        before = datetime.fromisoformat(spread["at"]) + timedelta(microseconds=1)
        tiers = [tier_of(spend, thresholds) for spend in (await sums(stage, before)).values()]
        assert spread["after"] == {tier: tiers.count(tier) for tier in set(tiers)}
    page = await ops.get(f"{place}/report")
    assert page.status_code == 200
    assert "2,469 members" in page.text
