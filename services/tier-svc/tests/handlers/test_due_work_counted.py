"""Due work costs what is due, however many members there are: counted in rows, by PostgreSQL (T9).

A row counts where it is read and where it is written; it is counted in the transaction that does
it, so that no machine's mood can change the figures.
"""

from typing import NamedTuple

import pytest
import pytest_asyncio

from tier_svc.handlers.advance_standings import advance_standings
from tier_svc.handlers.tell_expiring import tell_expiring

DUE, PASS = 500, 100
PLANNED = 10
"""Rows that the planner looks at, to see how far an index reaches."""
PART = 20_000
SIZES = (20_000, pytest.param(1_000_000, marks=pytest.mark.long))

STAND = """
INSERT INTO standing (member_id, ladder, seq, told, tier, next_evaluation_at, falls_at)
SELECT CAST(:prefix AS text) || 'of' || n, 'counted', 1, jsonb_build_array(
        jsonb_build_object('tier', 'silver', 'rank', 1, 'ordinal', 1, 'version', 1,
            'reason', 'reached', 'from_at', CAST(:since AS timestamptz), 'to_at', ends),
        jsonb_build_object('tier', 'regular', 'rank', 0, 'ordinal', 1, 'version', 1,
            'reason', 'ended', 'from_at', ends, 'to_at', NULL)), 'silver', ends, ends
FROM generate_series(CAST(:first AS integer), CAST(:last AS integer)) AS n,
    LATERAL (SELECT CASE WHEN n % CAST(:every AS integer) = 0 THEN CAST(:soon AS timestamptz)
        ELSE CAST(:late AS timestamptz) END AS ends) AS e
RETURNING NULL
"""

COUNTED = """
SELECT coalesce(idx_tup_fetch, 0) AS found, coalesce(seq_tup_read, 0) AS scanned,
    n_tup_upd AS written
FROM pg_stat_xact_user_tables WHERE relname = 'standing'
"""


class Cost(NamedTuple):
    """Standings that were due in a pass, rows found by index beyond reading and writing each of
    these, rows read by scanning, and rows written.
    """

    due: int
    beyond: int
    scanned: int
    written: int


EACH = Cost(PASS, 0, 0, PASS)
"""All are due at one instant; a pass takes its part of them."""
NOTHING = Cost(0, 0, 0, 0)


@pytest_asyncio.fixture(scope="module", loop_scope="session", params=SIZES)
async def crowded(request, hall, instant, written):
    """So many members in a tier; that of 500 ends on 1 May, that of all others years later."""
    members = request.param
    dates = {"since": "2026-03-01T00:00", "soon": "2026-05-01T00:00", "late": "2030-01-01T00:00"}
    async with hall.stage.client() as ops:
        settings = {**written("tier.json"), "expiring_days": 10}
        (await ops.put("/v1/tier-svc/programme", json=settings)).raise_for_status()
    told = {name: instant(at) for name, at in dates.items()} | {"every": members // DUE}
    for first in range(1, members + 1, PART):
        named = {"prefix": str(members), "first": first, "last": first + PART - 1}
        await hall.stage.rows(STAND, **named, **told)
    await hall.stage.rows("ANALYZE standing")
    return hall


async def costs_of(hall, verb):
    """What each pass costs until nothing is due, and how many were."""
    costs = []
    while not costs or costs[-1].due:
        async with hall.stage.begin() as tx:
            (before,) = await tx.execute("counted", COUNTED)
            due = await verb(tx, PASS)
            (after,) = await tx.execute("counted", COUNTED)
        found, scanned, written = (now - was for was, now in zip(before, after, strict=True))
        costs.append(Cost(due, max(0, found - 2 * due - PLANNED), scanned, written))
    return costs


async def test_T9_so_many_members_with_500_due_cost_500(crowded, instant):
    crowded.stage.at(instant("2026-05-01T00:00"))
    assert await costs_of(crowded, advance_standings) == [*[EACH] * (DUE // PASS), NOTHING]


async def test_T9_so_many_members_of_whom_500_run_out_cost_500(crowded, instant):
    crowded.stage.at(instant("2026-04-25T12:00"))
    assert await costs_of(crowded, tell_expiring) == [*[EACH] * (DUE // PASS), NOTHING]
