"""The invariants I1 to I5 and I10 of the promises, read from the tables with arithmetic of its own.

It shares nothing with the services: it sums postings, folds lots, and asks the oracle what every
fact is worth. Each check answers the violations it found, one line each.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import asyncpg
import msgspec

from tests.e2e.redemption_books import BURNS, HOLDS, REDEMPTIONS, VOUCHERS, Sides, torn
from tests.e2e.step_books import BURNED, STEPS, WAYS, StepSides, unpaid
from tests.oracle.facts import History
from tests.oracle.programme import Programme
from tests.oracle.rating import Rated, rate
from tests.oracle.timeline import Interval, joined

I1_CONSERVATION = """
SELECT point_type, sum(members) AS members, sum(programme) AS programme FROM (
    SELECT point_type, available + pending + held - deficit AS members, 0 AS programme FROM account
    UNION ALL
    SELECT point_type, 0, issuance - burn - expiry + adjustment FROM programme_entry
) AS sides GROUP BY point_type HAVING sum(members) <> sum(programme)
"""
I1_PROGRAMME_ROWS = """
WITH side AS (
    SELECT point_type, debit AS name, points AS gave FROM posting
    UNION ALL SELECT point_type, credit, -points FROM posting
), folded AS (
    SELECT point_type,
        coalesce(sum(gave) FILTER (WHERE name = 'issuance'), 0) AS issuance,
        coalesce(-sum(gave) FILTER (WHERE name = 'burn'), 0) AS burn,
        coalesce(-sum(gave) FILTER (WHERE name = 'expiry'), 0) AS expiry,
        coalesce(sum(gave) FILTER (WHERE name = 'adjustment'), 0) AS adjustment
    FROM side GROUP BY point_type
), kept AS (
    SELECT point_type, sum(issuance) AS issuance, sum(burn) AS burn, sum(expiry) AS expiry,
        sum(adjustment) AS adjustment
    FROM programme_entry GROUP BY point_type
)
SELECT * FROM folded FULL JOIN kept USING (point_type)
WHERE (folded.issuance, folded.burn, folded.expiry, folded.adjustment)
    IS DISTINCT FROM (kept.issuance, kept.burn, kept.expiry, kept.adjustment)
"""
I2_BALANCES = """
WITH side AS (
    SELECT member_id, point_type, credit AS name, points FROM posting
    UNION ALL SELECT member_id, point_type, debit, -points FROM posting
), folded AS (
    SELECT member_id, point_type,
        coalesce(sum(points) FILTER (WHERE name = 'available'), 0) AS available,
        coalesce(sum(points) FILTER (WHERE name = 'pending'), 0) AS pending,
        coalesce(sum(points) FILTER (WHERE name = 'held'), 0) AS held,
        coalesce(-sum(points) FILTER (WHERE name = 'deficit'), 0) AS deficit
    FROM side GROUP BY member_id, point_type
)
SELECT member_id, point_type, a.available AS stored, f.available AS folded
FROM account AS a FULL JOIN folded AS f USING (member_id, point_type)
WHERE (a.available, a.pending, a.held, a.deficit)
    IS DISTINCT FROM (f.available, f.pending, f.held, f.deficit)
    AND coalesce(a.seq, 1) > 0
"""
I2_LOTS = """
WITH lot AS (
    SELECT p.member_id, p.point_type, p.fact_id, p.points - coalesce((
        SELECT sum(d.points) FROM draw AS d WHERE d.member_id = p.member_id
            AND d.lot_id = p.fact_id AND d.point_type = p.point_type), 0) AS remaining
    FROM posting AS p WHERE p.available_from IS NOT NULL
), folded AS (
    SELECT member_id, point_type, sum(remaining) AS remaining, min(remaining) AS least
    FROM lot GROUP BY member_id, point_type
)
SELECT member_id, point_type, a.available + a.pending AS stored, f.remaining, f.least
FROM account AS a LEFT JOIN folded AS f USING (member_id, point_type)
WHERE coalesce(f.remaining, 0) <> a.available + a.pending OR f.least < 0
"""
I3_BALANCES = """
SELECT member_id, point_type FROM account
WHERE available < 0 OR pending < 0 OR held < 0 OR deficit < 0 OR (available > 0 AND deficit > 0)
"""
I3_HOLDS = """
SELECT a.member_id, a.point_type, a.held, coalesce(h.open, 0) AS open FROM account AS a
LEFT JOIN (
    SELECT member_id, point_type, sum(points) AS open FROM hold WHERE state = 'open'
    GROUP BY member_id, point_type
) AS h USING (member_id, point_type) WHERE a.held <> coalesce(h.open, 0)
"""
I3_DEFICITS = """
SELECT member_id, fact_id, kind FROM posting
WHERE debit = 'deficit' AND kind NOT IN ('reversal', 'rerating', 'shortfall')
"""
I4_TWICE = """
SELECT member_id, fact_id, point_type FROM posting WHERE kind = 'accrual'
GROUP BY member_id, fact_id, point_type HAVING count(*) > 1
"""
TOTALS = """
SELECT member_id, fact_id, point_type,
    sum(CASE WHEN debit = 'issuance' THEN points WHEN credit = 'issuance' THEN -points ELSE 0 END)
        AS points
FROM posting WHERE revision > 0 GROUP BY member_id, fact_id, point_type
"""
ACCRUED = "SELECT DISTINCT member_id, fact_id FROM posting WHERE kind = 'accrual'"
ACCEPTED = """
SELECT member_id, fact_id, kind FROM fact
WHERE kind IN ('purchase', 'activity') AND status = 'accepted'
"""
TOLD = """
SELECT member_id, tier, ordinal, from_at, to_at FROM told_tier ORDER BY member_id, from_at
"""
STANDS_TOLD = "SELECT member_id, told::text AS told FROM standing"
TOLD_TO_POINTS = "SELECT member_id, tier, from_at FROM told_tier ORDER BY member_id, from_at"
STILL_OPEN = """
SELECT member_id, redemption_id, state FROM redemption
WHERE state NOT IN ('fulfilled', 'refused', 'cancelled')
"""
STOCK = """
SELECT s.reward_id FROM reward_stock AS s
WHERE s.remaining + coalesce((
    SELECT sum(r.quantity) FROM redemption AS r WHERE r.reward_id = s.reward_id
        AND r.state IN ('decided', 'refusing', 'fulfilled', 'cancelling')
), 0) <> s.loaded
"""


STANDS = """
SELECT a.member_id, a.point_type, a.available, a.held, a.deficit, coalesce((
    SELECT sum(d.expired) FROM draw AS d
    WHERE d.member_id = a.member_id AND d.point_type = a.point_type), 0) AS expired
FROM account AS a
"""

Stands = dict[tuple[str, str], tuple[int, int, int]]
"""(available, expired, deficit) by member and point type."""


@dataclass(frozen=True)
class Shown:
    """What the tables say of one member: the sums of facts, and the timeline as tier-svc keeps it
    and as benefit-svc and points-svc heard it.
    """

    totals: Mapping[tuple[str, str], int]
    stands: tuple[Interval, ...]
    told: tuple[Interval, ...]
    told_to_points: tuple[tuple[str, Any], ...]


class Books:
    """The four databases, by service."""

    def __init__(self, dsns: Mapping[str, str]) -> None:
        self._dsns = dsns

    async def ask(self, service: str, sql: str) -> list[asyncpg.Record]:
        connection = await asyncpg.connect(self._dsns[service])
        try:
            found: list[asyncpg.Record] = await connection.fetch(sql)
        finally:
            await connection.close()
        return found

    async def violations(self) -> list[str]:
        """I1 to I5, but for what a fact should be worth."""
        found: list[str] = []
        for name, sql in (
            ("I1 conservation", I1_CONSERVATION),
            ("I1 programme rows", I1_PROGRAMME_ROWS),
            ("I2 balances", I2_BALANCES),
            ("I2 lots", I2_LOTS),
            ("I3 below zero", I3_BALANCES),
            ("I3 held is open holds", I3_HOLDS),
            ("I3 deficit from elsewhere", I3_DEFICITS),
            ("I4 accrued twice", I4_TWICE),
        ):
            found += [f"{name}: {dict(row)}" for row in await self.ask("points-svc", sql)]
        found += [f"I7 stock: {dict(row)}" for row in await self.ask("benefit-svc", STOCK)]
        return found + await self._effect_once() + await self._all_or_nothing()

    async def stands(self) -> Stands:
        """Every account, with what of its lots has expired."""
        return {
            (row["member_id"], row["point_type"]): (
                row["available"],
                int(row["expired"]),
                row["deficit"],
            )
            for row in await self.ask("points-svc", STANDS)
        }

    async def _effect_once(self) -> list[str]:
        accepted = {tuple(row) for row in await self.ask("member-svc", ACCEPTED)}
        return unmatched(accepted, {tuple(row) for row in await self.ask("points-svc", ACCRUED)})

    async def _all_or_nothing(self) -> list[str]:
        """I5, T5: across the databases, each redemption and each step is whole or not at all."""
        open_ = [f"I5 open: {dict(row)}" for row in await self.ask("benefit-svc", STILL_OPEN)]
        sides = Sides(
            redemptions=await self.ask("benefit-svc", REDEMPTIONS),
            vouchers=await self.ask("benefit-svc", VOUCHERS),
            holds=await self.ask("points-svc", HOLDS),
            burns=await self.ask("points-svc", BURNS),
        )
        steps = StepSides(
            steps=await self.ask("tier-svc", STEPS),
            ways=await self.ask("tier-svc", WAYS),
            burned=await self.ask("points-svc", BURNED),
        )
        return open_ + torn(sides) + unpaid(steps)

    async def shown(self) -> dict[str, Shown]:
        """What every member was given and told."""
        totals: dict[str, dict[tuple[str, str], int]] = defaultdict(dict)
        for row in await self.ask("points-svc", TOTALS):
            totals[row["member_id"]][row["fact_id"], row["point_type"]] = int(row["points"])
        stands = {
            row["member_id"]: msgspec.json.decode(row["told"], type=list[Interval])
            for row in await self.ask("tier-svc", STANDS_TOLD)
        }
        told: dict[str, list[Interval]] = defaultdict(list)
        for row in await self.ask("benefit-svc", TOLD):
            each = Interval(row["tier"], row["ordinal"], row["from_at"], row["to_at"])
            told[row["member_id"]].append(each)
        heard: dict[str, list[tuple[str, Any]]] = defaultdict(list)
        for row in await self.ask("points-svc", TOLD_TO_POINTS):
            heard[row["member_id"]].append((row["tier"], row["from_at"]))
        return {
            m: Shown(
                totals[m],
                tuple(joined(stands.get(m, []))),
                tuple(joined(told[m])),
                tuple(_runs(heard[m])),
            )
            for m in totals.keys() | told.keys() | stands.keys()
        }


def unmatched(accepted: set[tuple[str, ...]], accrued: set[tuple[str, ...]]) -> list[str]:
    """I4: every accepted purchase was accrued, and what was accrued is one, or an activity."""
    bought = {fact[:2] for fact in accepted if fact[2] == "purchase"}
    lost = [f"I4 accepted, never accrued: {fact}" for fact in bought - accrued]
    known = {fact[:2] for fact in accepted}
    return lost + [f"I4 accrued, never accepted: {fact}" for fact in accrued - known]


def _runs(tiers: Iterable[tuple[str, Any]]) -> list[tuple[str, Any]]:
    """Where the tier changes; ordinals do not count."""
    out: list[tuple[str, Any]] = []
    for tier, from_at in tiers:
        if not out or out[-1][0] != tier:
            out.append((tier, from_at))
    return out


def totals_of(rated: Rated) -> dict[tuple[str, str], int]:
    """What the postings of every fact should sum to: a return takes."""
    taken = {key: -points for key, points in rated.reversals.items()}
    return without_zeros({**rated.accruals, **taken})


def without_zeros(totals: Mapping[tuple[str, str], int]) -> dict[tuple[str, str], int]:
    return {key: points for key, points in totals.items() if points}


def differences(
    programme: Programme, histories: Mapping[str, History], shown: Mapping[str, Shown]
) -> list[str]:
    """I4 and I10: what the oracle says of each member's facts, against the tables."""
    return unlike({m: rate(programme, history) for m, history in histories.items()}, shown)


def unlike(rated_of: Mapping[str, Rated], shown: Mapping[str, Shown]) -> list[str]:
    """Members whose rated values are others than these."""
    found = []
    for member_id, rated in rated_of.items():
        tables = shown.get(member_id)
        if tables is None:
            found.append(f"{member_id}: nothing is known of this member")
            continue
        if without_zeros(tables.totals) != totals_of(rated):
            found.append(f"{member_id}: {dict(tables.totals)} instead of {totals_of(rated)}")
        if tables.stands != rated.timeline:
            found.append(f"{member_id}: stands {tables.stands} instead of {rated.timeline}")
        if tables.told != rated.timeline:
            found.append(f"{member_id}: told {tables.told} instead of {rated.timeline}")
        runs = _runs((each.tier, each.from_at) for each in rated.timeline)
        if tables.told_to_points != tuple(runs):
            found.append(f"{member_id}: points-svc heard {tables.told_to_points}, not {runs}")
    return found


def strangers(histories: Mapping[str, History], shown: Mapping[str, Shown]) -> list[str]:
    """I4: members of the tables whom nobody told of."""
    return [f"{member_id}: nobody told of them" for member_id in sorted(shown.keys() - histories)]
