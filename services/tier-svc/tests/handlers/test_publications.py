"""Later versions of a ladder: their migrations, shares, withdrawal, and a job that may be killed
(T8).
"""

import asyncio
import copy
import json

import pytest

from tier_svc.domain.draft import LadderWritten
from tier_svc.domain.publications import Publication, concerns
from tier_svc.domain.reading import read_ladder
from tier_svc.handlers.evaluate_members import evaluate_members
from tier_svc.handlers.tell_publication import tell_publication
from tier_svc.store import facts, members, publications

NOW = "2026-04-10T12:00"


def stricter(written, visits=4):
    """`classic`, where silver takes more visits."""
    ladder = copy.deepcopy(written("ladder.json"))
    ladder["rungs"][1]["test"]["at_least"] = visits
    return ladder


class Office:
    """Whoever publishes, and the jobs that tell."""

    def __init__(self, hall, api):
        self.hall, self.api = hall, api
        self.published = []

    async def draft(self, ladder):
        answer = await self.api.post("/v1/ladders", json=ladder)
        return answer.raise_for_status().json()["version"]

    async def publish(self, version, **how):
        self.published = [*self.published, version]
        return await self.api.post(f"/v1/ladders/{version}/publish", json=how)

    async def withdraw(self, version):
        return await self.api.post(f"/v1/ladders/{version}/withdraw")

    async def clean_up(self):
        for version in reversed(self.published):
            await self.withdraw(version)
        await self.tell()

    async def tell(self):
        rounds = 0
        while await self.hall.stage.run_job("tell_publication"):
            rounds += 1
        return rounds

    async def standings(self):
        rows = await self.hall.stage.rows(
            "SELECT member_id, ladder, told, tier, next_evaluation_at FROM standing "
            "ORDER BY member_id, ladder"
        )
        return [json.dumps(tuple(row), default=str) for row in rows]


@pytest.fixture
async def office(hall, api, instant):
    hall.stage.at(instant(NOW))
    of = Office(hall, api)
    yield of
    await of.clean_up()


async def three_visits(hall, month="03", sold=("01", "02", "03")):
    shop = hall.shop()
    await hall.hear(shop.enrolled(), *(shop.sold(d, f"2026-{month}-{d}T10:00", 100) for d in sold))
    return shop


async def tiers(hall, shop):
    return [(tier, to) for tier, _, _, to in await hall.told(shop)]


async def test_T8_full_moves_everyone_at_once_and_a_withdrawal_brings_back_every_byte(
    hall, office, written, instant
):
    shop, untouched = await three_visits(hall), await three_visits(hall, sold=("01",))
    before = await office.standings()
    version = await office.draft(stricter(written))
    published = (await office.publish(version, migration="full")).json()
    assert (published["migration"], published["effective_from"], published["is_told"]) == (
        "full",
        "2026-04-10T04:00:00Z",
        False,
    )
    assert await tiers(hall, shop) == [
        ("regular", instant("2026-03-03T10:00")),
        ("silver", instant("2026-05-01T00:00")),
        ("regular", None),
    ]
    await office.tell()
    assert (await tiers(hall, shop))[1] == ("silver", instant("2026-04-10T12:00"))
    (*_, last) = await hall.messages(shop)
    assert (last.version, last.intervals[0].reason) == (str(version), "published")
    assert len(await hall.messages(untouched)) == 1
    read = (await office.api.get(f"/v1/ladders/{version}")).json()
    assert (read["state"], read["is_told"]) == ("published", True)
    withdrawn = await office.withdraw(version)
    assert withdrawn.json()["state"] == "draft"
    await office.tell()
    assert await office.standings() == before


async def test_T8_upward_only_takes_nothing_away_before_its_end(hall, office, written, instant):
    shop = await three_visits(hall)
    version = await office.draft(stricter(written, 5))
    assert (await office.publish(version, migration="upward_only")).status_code == 200
    await office.tell()
    assert (await tiers(hall, shop))[1] == ("silver", instant("2026-05-01T00:00"))
    april = [shop.sold(f"a{d}", f"2026-04-{d}T11:00", 100) for d in ("11", "12", "13", "14")]
    await hall.hear(*april)
    assert (await tiers(hall, shop))[1] == ("silver", instant("2026-05-01T00:00"))
    await hall.hear(shop.sold("a15", "2026-04-15T11:00", 100))
    assert (await tiers(hall, shop))[1] == ("silver", instant("2026-06-01T00:00"))


async def test_T8_next_evaluation_leaves_a_stay_to_its_end(hall, office, written, instant):
    stays, on_base = await three_visits(hall), await three_visits(hall, sold=("01", "02"))
    version = await office.draft(stricter(written, 2))
    assert (await office.publish(version, migration="next_evaluation")).status_code == 200
    await office.tell()
    assert (await tiers(hall, stays))[1:] == [
        ("silver", instant("2026-05-01T00:00")),
        ("regular", None),
    ]
    assert (await tiers(hall, on_base))[1] == ("silver", instant("2026-05-01T00:00"))
    await hall.hear(*(stays.sold(f"a{d}", f"2026-04-{d}T11:00", 100) for d in ("11", "12")))
    assert (await tiers(hall, stays))[1] == ("silver", instant("2026-06-01T00:00"))


async def test_T8_a_share_is_the_same_members_and_a_greater_one_has_them_all(
    hall, office, written, instant
):
    shops = [await three_visits(hall) for _ in range(24)]
    version = await office.draft(stricter(written, 6))
    assert (await office.publish(version, migration="full", share_percent=30)).status_code == 200
    await office.tell()
    moved = {shop.member for shop in shops if (await hall.told(shop))[1][3] == instant(NOW)}
    assert 0 < len(moved) < len(shops)
    less = await office.publish(version, migration="full", share_percent=20)
    assert less.headers["Idempotent-Replayed"] == "true"
    assert (await office.publish(version, migration="full", share_percent=100)).status_code == 200
    await office.tell()
    assert {(await hall.told(shop))[1][3] for shop in shops} == {instant(NOW)}
    await office.clean_up()
    assert {len(await hall.told(shop)) for shop in shops} == {3}


def test_T8_a_share_is_chosen_by_the_member_alone(hall_of, written):
    ladder = read_ladder(LadderWritten.model_validate(written("ladder.json")), 2)
    names = [f"m{n}" for n in range(2_000)]
    few = {m for m in names if concerns(Publication(ladder, None, share=1_000), m)}
    many = {m for m in names if concerns(Publication(ladder, None, share=5_000), m)}
    assert few < many
    assert 140 < len(few) < 260
    assert 900 < len(many) < 1_100


async def test_T8_a_later_version_is_projected_before_it_is_in_force(
    hall, office, written, instant
):
    shop = await three_visits(hall)
    version = await office.draft(stricter(written, 7))
    answer = await office.publish(
        version, migration="full", effective_from="2026-04-20T00:00:00+08:00"
    )
    assert answer.json()["effective_from"] == "2026-04-19T16:00:00Z"
    await office.tell()
    assert (await tiers(hall, shop))[1] == ("silver", instant("2026-04-20T00:00"))
    sooner = await office.draft(stricter(written, 8))
    refused = await office.publish(
        sooner, migration="full", effective_from="2026-04-15T00:00:00+08:00"
    )
    assert (refused.status_code, refused.json()["code"]) == (409, "ladder_scheduled")


async def test_T8_a_telling_that_was_killed_goes_on_where_it_was(hall, office, written, instant):
    shops = [await three_visits(hall) for _ in range(9)]
    version = await office.draft(stricter(written, 9))
    await office.publish(version, migration="full")
    with pytest.raises(RuntimeError):
        async with hall.stage.begin("job:tell_publication") as tx:
            assert await tell_publication(tx, 4) == 4
            raise RuntimeError("killed before it committed")
    done = 4
    while done:
        async with hall.stage.begin("job:tell_publication") as tx:
            done = await tell_publication(tx, 4)
    assert {(await hall.told(shop))[1][3] for shop in shops} == {instant(NOW)}


class TestRefusals:
    async def test_a_version_from_the_past(self, office, written):
        version = await office.draft(stricter(written, 10))
        answer = await office.publish(
            version, migration="full", effective_from="2026-04-01T00:00:00Z"
        )
        assert (answer.status_code, answer.json()["code"]) == (422, "effective_in_past")

    async def test_a_first_version_is_from_the_beginning(self, office, written):
        club = {**stricter(written), "name": "club"}
        version = await office.draft(club)
        answer = await office.publish(version, effective_from="2026-12-01T00:00:00Z")
        assert (answer.status_code, answer.json()["code"]) == (422, "effective_in_past")

    async def test_upward_only_needs_every_tier(self, office, written):
        fewer = stricter(written, 11)
        del fewer["rungs"][2]
        version = await office.draft(fewer)
        answer = await office.publish(version, migration="upward_only")
        assert (answer.status_code, answer.json()["code"]) == (409, "tier_removed")
        assert answer.json()["tiers"] == ["gold"]

    async def test_the_first_version_cannot_be_withdrawn(self, office):
        answer = await office.withdraw(1)
        assert (answer.status_code, answer.json()["code"]) == (409, "ladder_not_in_force")

    async def test_a_draft_cannot_be_withdrawn(self, office, written):
        version = await office.draft(stricter(written, 12))
        answer = await office.withdraw(version)
        assert (answer.status_code, answer.json()["code"]) == (409, "ladder_not_in_force")

    @pytest.mark.parametrize(
        "how", [{"migration": "maybe"}, {"share_percent": 0}, {"share_percent": 101}, {"more": 1}]
    )
    async def test_a_publication_that_is_none(self, office, how):
        answer = await office.publish(1, **how)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


async def test_T8_who_tells_by_the_version_before_is_waited_for(hall, office, written, instant):
    shop = hall.shop()
    sales = [shop.sold(d, f"2026-03-{d}T10:00", 100) for d in ("01", "02")]
    version = await office.draft(stricter(written, 2))
    async with hall.stage.begin("bus:loyalty.purchases") as tx:
        knows = await publications.in_force(tx)
        assert (await office.publish(version, migration="full")).status_code == 200
        telling = asyncio.create_task(office.tell())
        await members.open_members(tx, {shop.member: shop.enrolled_at})
        await facts.keep_point_totals(tx, [growth for _, growth in sales])
        fresh = await facts.keep_purchases(tx, [purchase for purchase, _ in sales])
        await evaluate_members(tx, knows, fresh)
        assert not telling.done()
    await telling
    assert (await tiers(hall, shop))[1] == ("silver", instant("2026-05-01T00:00"))
