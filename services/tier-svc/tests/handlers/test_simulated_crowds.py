"""A simulation of many members at once, as their rows are: plain ones together, the others one by
one, with the same result (T7).
"""

import asyncio
from itertools import pairwise
from random import Random

import numpy as np
import pytest
import pytest_asyncio
from msgspec.structs import replace

from chassis.tx import Cause
from contracts.events.members import MemberEnrolled
from tests.oracle.crowds import one_by_one
from tier_svc.domain.crowd_sides import is_for_crowds
from tier_svc.handlers.export_moves import export_moves
from tier_svc.handlers.look_at_crowd import Pace
from tier_svc.handlers.simulate_members import simulate_members
from tier_svc.store import crowds, simulations
from tier_svc.store.histories import Also, known_members

MEMBERS = 90
APART = 7
"""Members who were given a way up."""
OLD = 20
NOW = "2026-04-25T12:00"
CAUSE = Cause("test", "job:simulate_members")
PERIOD = {"from": "2025-06-01T00:00:00+08:00", "to": "2026-04-20T00:00:00+08:00"}
ROLLING = {"rolling_months": 3}
GROWTH = {"metric": "points", "point_type": "growth", "at_least": 300, "window": ROLLING}
SPEND = {"metric": "spend", "at_least": 30_000, "window": ROLLING}
DAYS = {"metric": "visits", "count": "days", "at_least": 3, "window": {"calendar": "quarter"}}
EASIER = {"metric": "visits", "count": "orders", "at_least": 2, "window": {"calendar": "month"}}
TERMS = {
    tier: {"points_per_unit": f"1.{n}", "benefit_share": f"0.0{n}", "benefit_monthly_minor": n}
    for n, tier in enumerate(("regular", "silver", "gold", "vip"))
}


def rung(tier, test, **rules):
    return {"tier": tier, "test": test, "grace": {"days": 10}, "downgrade": "one_step"} | rules


DRAFTS = {
    "spend alone": [rung("silver", SPEND), rung("gold", SPEND | {"at_least": 60_000})],
    "a tree": [rung("silver", {"any": [GROWTH, {"all": [SPEND, DAYS]}]}, floor="silver")],
    "at period end": [
        rung("silver", EASIER, renewal="at_period_end", stay={"calendar": "month", "periods": 2}),
        rung("gold", DAYS, renewal="at_period_end", stay={"months": 2}, minimum_stay={"days": 20}),
    ],
}


ORDERS = {"metric": "visits", "count": "orders", "window": {"lifetime": True}}
DRAFTS["for ever"] = [
    rung("silver", ORDERS | {"at_least": 2}, stay={"months": 2}),
    rung("gold", {"any": [ORDERS | {"at_least": 4}, GROWTH | {"window": {"lifetime": True}}]}),
    rung("vip", ORDERS | {"at_least": 6}, floor="silver"),
]

MONTHS = [f"2025-{month:02}" for month in range(5, 13)] + ["2026-01", "2026-02", "2026-03"]


def live(hall, chance):
    """A year of purchases of two lines, of which some came back, in parts or for money; of some
    growth was never told. Some members are known by their purchases alone.
    """
    shop = hall.shop(f"2025-{chance.randrange(4, 12):02}-{chance.randrange(1, 28):02}T00:00")
    heard = [shop.enrolled()] if chance.randrange(20) else []
    for n in range(chance.randrange(16)):
        at = f"{chance.choice(MONTHS)}-{chance.randrange(1, 29):02}T10:{n:02}"
        purchase, growth = shop.sold(f"p{n}", at, chance.randrange(100, 40_000), 777)
        purchase = replace(purchase, store_id=chance.choice(("s1", "s2", "s3")))
        heard += [purchase, growth] if chance.randrange(40) else [purchase]
        if chance.randrange(5) == 0:
            heard += came_back(shop, chance, purchase, growth.points)
    return shop, heard


def belongings(shop, chance):
    """Up to three messages of segments."""
    return [
        shop.belongs(
            chance.choice(("dormant", "local")),
            seq,
            f"{chance.choice(MONTHS)}-01T00:00",
            is_in=chance.randrange(3) > 0,
        )
        for seq in range(1, chance.randrange(1, 5))
    ]


def old(hall, chance):
    """Purchases that will be folded, of which some came back; then, long after, others, some that
    came back late, and for few one that is told again.
    """
    shop = hall.shop("2022-12-01T00:00")
    sold = [
        shop.sold(f"o{n}", f"2023-01-{chance.randrange(1, 29):02}T10:{n:02}", 9_000 * n, 777)
        for n in range(chance.randrange(1, 6))
    ]
    early, late = [shop.enrolled(), *(event for two in sold for event in two)], []
    for purchase, growth in sold:
        back = chance.choice((early, late, None, None))
        if back is not None:
            back += came_back(shop, chance, purchase, growth.points)
    if chance.randrange(5) == 0:
        late.append(replace(sold[-1][0], event_id=f"{shop.member}.again"))
    return early, [*late, *shop.sold("p0", "2026-02-01T10:00", 30_000)]


def came_back(shop, chance, purchase, growth):
    """A line, or both, one after the other; or money. Of few of them points were never told."""
    name = purchase.fact_id.split(".")[1]
    days = chance.sample(range(1, 29), 2)
    back = [
        shop.returned(f"r{name}{line}", f"2026-04-{day:02}T11:00", purchase, line)
        for line, day in zip(chance.choice((("1",), ("2", "1"))), days, strict=False)
    ]
    if chance.randrange(4) == 0:
        back = [shop.refunded(f"r{name}", "2026-03-30T11:00", purchase, "1", 333)]
    told = [shop.reversed(one, growth // 2) for one in back if chance.randrange(50)]
    return [*back, *told]


class Bench:
    """Asks for simulations, and does their rounds."""

    def __init__(self, hall, api):
        self.hall, self.api, self.rests = hall, api, 0

    async def ask(self, rungs, **how):
        ladder = {"name": "classic", "rungs": [{"tier": "regular"}, *rungs]}
        version = (await self.api.post("/v1/ladders", json=ladder)).json()["version"]
        asked = await self.api.post(f"/v1/ladders/{version}/simulate", json=PERIOD | how)
        assert asked.status_code == 202, asked.text
        return asked.headers["Location"].rsplit("/", 1)[1]

    async def rest(self):
        self.rests += 1

    async def step(self, limit=5_000, **pace):
        by = Pace(self.rest, asyncio.to_thread, **pace)
        return await simulate_members(self.hall.stage.process.work, CAUSE, limit, by)

    async def found(self, simulation_id):
        async with self.hall.stage.begin() as tx:
            simulation = await simulations.find_simulation(tx, "classic", simulation_id)
        pages = export_moves(self.hall.stage.process.work, CAUSE, simulation_id)
        return simulation, [move async for moves in pages for move in moves]

    async def each(self, scenario):
        """What the pure functions find, of every member alone."""
        rows = await self.hall.stage.rows("SELECT member_id FROM member ORDER BY 1")
        async with self.hall.stage.begin() as tx:
            ids, also = [row.member_id for row in rows], Also(*[True] * len(Also._fields))
            known = await known_members(tx, ids, scenario.ladders, also)
        return one_by_one(scenario, known)

    async def returned(self):
        """Members of whom something came back."""
        rows = await self.hall.stage.rows("SELECT DISTINCT member_id FROM purchase_return")
        return {row.member_id for row in rows}


def is_enrolled(heard):
    return any(isinstance(event, MemberEnrolled) for event in heard)


async def given(staff, shop, what, body):
    """What staff gives somebody who is a member."""
    answer = await staff.post(
        f"/v1/standings/{shop.member}/{what}",
        json=body,
        headers={"Idempotency-Key": f"{what}-{shop.member}"},
    )
    assert answer.status_code == 201, answer.text


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def shops(hall, instant):
    """Some of whom more is known than what they bought."""
    chance = Random(11)
    hall.stage.at(instant("2023-02-02T00:00"))
    early, late = zip(*(old(hall, chance) for _ in range(OLD)), strict=True)
    await hall.hear([event for of in early for event in of])
    hall.stage.at(instant(NOW))
    assert await hall.stage.run_job("fold_purchases") == OLD
    await hall.hear([event for of in late for event in of])
    again = await hall.stage.rows("SELECT FROM purchase WHERE occurred_at < '2024-01-01'")
    assert 2 < len(again) < 9
    shops, heard = zip(*(live(hall, chance) for _ in range(MEMBERS)), strict=True)
    await hall.hear([event for of in heard for event in of])
    await hall.hear([said for shop in shops for said in belongings(shop, chance)])
    async with hall.stage.client() as staff:
        known = [shop for shop, of in zip(shops, heard, strict=True) if is_enrolled(of)]
        for n, shop in enumerate(known[::7]):
            size = {"attribute": "size", "value": n % 3, "evidence": "asked"}
            await given(staff, shop, "attributes", size)
        for shop in known[:APART]:
            override = {"tier": "gold", "reason": "a friend", "until": "2026-12-31T00:00:00+08:00"}
            await given(staff, shop, "overrides", override)
    return shops


@pytest.fixture
def bench(hall, api, shops):
    assert len(shops) == MEMBERS
    return Bench(hall, api)


HOWS = {
    "alone": {},
    "taking over": {"migration": "next_evaluation", "terms": TERMS},
    "costs": {"terms": TERMS, "spend_bands_minor": [0, 20_000, 90_000]},
    "stores": {"segment": {"by": "store"}},
    "channels": {"segment": {"by": "channel"}},
    "attributes": {"segment": {"by": "attribute", "attribute": "size"}},
    "segments": {"segment": {"by": "segment"}},
    "one segment": {"segment": {"by": "segment", "segments": ["local"]}},
}


CASES = [
    *((draft, "costs") for draft in DRAFTS),
    *(("a tree", how) for how in HOWS if how != "costs"),
    *((draft, "taking over") for draft in ("at period end", "for ever")),
    *(("for ever", how) for how in ("stores", "attributes")),
]


@pytest.mark.parametrize(("draft", "named"), CASES)
async def test_T7_many_at_once_are_counted_from_rows_as_each_alone(bench, draft, named):
    how = HOWS[named]
    place = await bench.ask(DRAFTS[draft], **how)
    while await bench.step():
        pass
    found, moves = await bench.found(place)
    expected = await bench.each(found.scenario)
    assert is_for_crowds(found.scenario)
    assert (found.tally, moves) == (expected.tally, list(expected.moves))
    assert found.members_done == found.members == MEMBERS + OLD
    is_of_purchases = how.get("segment", {}).get("by") in {"store", "channel"}
    assert APART < bench.rests < APART + (OLD + 9 if is_of_purchases else 9)
    assert len(await bench.returned()) > MEMBERS // 2


async def test_T7_who_appears_while_a_round_reads_is_none_of_its_members(bench):
    """Their purchases are folded by then."""
    asked, _ = await bench.found(await bench.ask(DRAFTS["a tree"]))
    folded = await bench.hall.stage.rows("SELECT DISTINCT member_id FROM purchase_fold")
    async with bench.hall.stage.begin() as tx:
        everyone = await crowds.members_after(tx, "", MEMBERS + OLD)
        whole = (await crowds.crowd_of(tx, "", everyone, asked.scenario)).crowd
        late = next(one.member_id for one in folded if one.member_id in whole.member_ids)
        is_early = np.array([member != late for member in everyone.members])
        members = [member for member in everyone.members if member != late]
        early = crowds.Following(members, everyone.named[is_early], everyone.enrolled[is_early])
        read = (await crowds.crowd_of(tx, "", early, asked.scenario)).crowd
    expected = whole.where(whole.owner != whole.member_ids.index(late))
    assert list(read.member_ids) == [one for one in whole.member_ids if one != late]
    assert read.at.tolist() == expected.at.tolist()
    assert (read.spend * whole.scale).tolist() == (expected.spend * read.scale).tolist()
    assert read.returned.of.tolist() == expected.returned.of.tolist()


async def test_T7_a_round_ends_where_it_has_looked_at_enough_members_one_by_one(bench):
    whole = await bench.ask(DRAFTS["a tree"])
    while await bench.step():
        pass
    in_parts, apart = await bench.ask(DRAFTS["a tree"]), bench.rests
    rounds = []
    while await bench.step(limit=40, apart_max=3):
        rounds.append(bench.rests)
    looked_at = [upto - since for since, upto in pairwise([apart, *rounds])]
    assert (max(looked_at), sum(looked_at)) == (3, apart)
    (one, moves), (other, same) = await bench.found(whole), await bench.found(in_parts)
    assert (one.tally, one.members_done, moves) == (other.tally, other.members_done, same)


async def test_T7_a_round_reads_ahead_in_parts_and_counts_as_if_it_were_one(bench):
    whole = await bench.ask(DRAFTS["a tree"])
    while await bench.step():
        pass
    in_parts = await bench.ask(DRAFTS["a tree"])
    assert await bench.step(first_max=20, purchases=150) == MEMBERS + OLD
    (one, moves), (other, same) = await bench.found(whole), await bench.found(in_parts)
    assert (one.tally, moves) == (other.tally, same)
