"""P7: a shortfall that stands for review, and what staff make of it."""

from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest_asyncio

from chassis.testing.stage import Stage
from points_testing.auditing import audited
from points_testing.desk import START, Desk, back, of
from points_testing.ledger import purchase
from points_testing.terms import publish

DAY = timedelta(days=1)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def opened(stage: Stage) -> AsyncIterator[Desk]:
    """Shortfalls are reviewed here."""
    stage.at(START)
    async with stage.client() as caller:
        desk = Desk(stage, caller)
        await publish(desk, shortfall="review")
        yield desk


async def short(desk: Desk, burned: int = 80) -> tuple[str, str]:
    """A member who burned 80 of 110 points and returned what had brought them; the shortfall."""
    member = await desk.enroll()
    bought = of(member, purchase(f"{member}a", START, "100.00"))
    await desk.hear(bought)
    assert (await desk.burn(member, burned)).status_code == 201
    came_back = back(bought, f"{member}r", START + DAY, ("1", 1))
    await desk.hear(came_back)
    assert (await desk.totals(member))[came_back.fact_id, "points"] == 110, "reversed whole"
    page = (await desk.api.get("/v1/shortfalls", params={"limit": 200})).json()["items"]
    (one,) = [item for item in page if item["member_id"] == member]
    assert one | {"points": burned, "state": "open", "settled_at": None} == one
    return member, one["shortfall_id"]


async def settle(desk: Desk, member: str, name: str, state: str, key: str = "") -> httpx.Response:
    return await desk.api.post(
        f"/v1/points/{member}/shortfalls/{name}/settle",
        json={"state": state, "reason": "the till was down"},
        headers={"Idempotency-Key": key or f"{member}{state}"},
    )


async def test_P7_what_can_be_taken_is_taken_and_the_rest_stands(desk: Desk):
    member, _ = await short(desk)
    account = await desk.account(member)
    assert (account["available"], account["deficit"]) == (0, 0)
    assert (await desk.kinds(member)) == {"accrual": 1, "burn": 1, "reversal": 1, "review": 1}
    assert await desk.books_balance()


async def test_P7_what_stands_is_not_taken_again_by_what_comes_later(desk: Desk):
    member, _ = await short(desk)
    later = of(member, purchase(f"{member}b", START + DAY, "50.00"))
    await desk.hear(later)
    assert await desk.available(member) == 55, "nothing is paid before staff have decided"
    await desk.hear(back(later, f"{member}s", START + DAY, ("1", 1)))
    assert await desk.available(member) == 0
    page = (await desk.api.get("/v1/shortfalls", params={"limit": 200})).json()["items"]
    assert len([item for item in page if item["member_id"] == member]) == 1


async def test_P7_a_forgiven_shortfall_posts_nothing_more(desk: Desk):
    member, name = await short(desk)
    before = await desk.kinds(member)
    done = await settle(desk, member, name, "forgiven")
    assert done.status_code == 200, done.text
    assert done.json() | {"state": "forgiven", "reason": "the till was down"} == done.json()
    assert done.json()["settled_by"].startswith("key:")
    assert await desk.kinds(member) == before
    page = (await desk.api.get("/v1/shortfalls", params={"limit": 200})).json()["items"]
    assert member not in {item["member_id"] for item in page}
    assert await desk.books_balance()


async def test_P7_an_owed_shortfall_is_taken_after_all_and_the_rest_is_a_deficit(desk: Desk):
    member, name = await short(desk)
    await desk.hear(of(member, purchase(f"{member}b", START + DAY, "50.00")))
    for key in ("first", "second"):
        done = await settle(desk, member, name, "owed", f"{member}{key}")
        assert (done.status_code, done.json()["state"]) == (200, "owed")
    account = await desk.account(member)
    assert (account["available"], account["deficit"]) == (0, 25)
    assert (await desk.kinds(member))["shortfall"] == 2
    other = await settle(desk, member, name, "forgiven")
    assert (other.status_code, other.json()["code"]) == (409, "shortfall_settled")
    taken = next(p for p in await desk.postings(member) if p["kind"] == "shortfall")
    why = await desk.why(member, taken["posting_id"])
    assert why["decision"]["reason"] == "the till was down"
    assert await desk.books_balance()
    assert member not in {one["member_id"] for one in await audited(desk)}


async def test_P7_a_shortfall_that_is_not_there(desk: Desk):
    member, name = await short(desk)
    for path in (name.replace("points", "growth"), "nothing.points-0000000001"):
        refused = await settle(desk, member, path, "owed", path)
        assert (refused.status_code, refused.json()["code"]) == (404, "shortfall_not_found")


async def test_shortfalls_are_listed_page_by_page_the_oldest_first(desk: Desk):
    names = [(await short(desk))[1] for _ in range(3)]
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        params = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        page = (await desk.api.get("/v1/shortfalls", params=params)).json()
        seen += [item["shortfall_id"] for item in page["items"]]
        cursor = page["next_cursor"]
    assert len(seen) == len(set(seen))
    assert set(names) <= set(seen)
