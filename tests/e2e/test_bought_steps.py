"""A step bought with points between two real services: never paid without the step, never a step
that was not paid (T5).
"""

import asyncio
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from chassis import failpoints
from chassis.testing.stage import START
from contracts.events.tiers import TierChanged
from tests.e2e.beside_points import PER_CALL, give, mended, status_told
from tests.e2e.stepping import PRICE, Counter

IN_CI = ("after_burn", "after_turn_back", "after_cancel")
GIVEN = ("after_decision", "before_burn", "after_burn", "before_give", "after_give")
BACK = ("before_turn_back", "after_turn_back", "before_cancel", "after_cancel")
CANCELLED = "state = 'cancelled', cancelled_at = burned_at"
BURNED = "state = 'burned', cancelled_at = NULL"
REFUSED = ("before_refuse", "after_refuse")


def cases(points: Iterable[str]) -> list[Any]:
    """In CI a few; tests/faults has one of a real process for each."""
    return [pytest.param(p, marks=() if p in IN_CI else pytest.mark.long) for p in points]


@pytest.fixture
def counter(opened_counter: Counter) -> Iterator[Counter]:
    with mended(opened_counter.wire):
        yield opened_counter


async def test_T5_a_step_is_paid_given_told_and_over_by_itself(counter: Counter) -> None:
    member = await counter.member(PRICE + 20)
    answer = await counter.buy(member, points=PRICE)
    assert (answer.status_code, answer.json()["state"]) == (201, "given")
    assert await counter.available(member) == 20
    standing = await counter.standing(member)
    assert (standing["tier"], standing["until"]) == ("silver", "2026-04-01T00:00:00Z")
    told = [each for each in await counter.tiers.said() if isinstance(each, TierChanged)]
    (last,) = [each for each in told if each.member_id == member and each.seq == 2]
    assert [(one.tier, one.reason, one.fact_id) for one in last.intervals] == [
        ("silver", "bought", answer.json()["step_id"]),
        ("regular", "ended", None),
    ]
    again = await counter.buy(member, points=PRICE)
    assert (again.status_code, again.json()) == (201, answer.json())
    assert again.headers["Idempotent-Replayed"] == "true"
    async with counter.tiers.client() as reader:
        listed = (await reader.get(f"/v1/standings/{member}/steps")).json()
        ways = (await reader.get(f"/v1/standings/{member}/ways")).json()["items"]
    assert (listed["items"], listed["offered"]) == ([answer.json()], None)
    assert [(way["kind"], way["reason"]) for way in ways] == [("bought", "100 points")]
    assert await counter.books() == []


async def test_T5_too_few_points_leave_nothing(counter: Counter) -> None:
    member = await counter.member(PRICE - 1)
    answer = await counter.buy(member)
    assert (answer.status_code, answer.json()["code"]) == (409, "points_insufficient")
    assert (answer.json()["asked"], answer.json()["available"]) == (PRICE, PRICE - 1)
    assert (await counter.buy(member)).json() == answer.json()
    assert (await counter.standing(member))["tier"] == "regular"
    assert await counter.available(member) == PRICE - 1
    async with counter.tiers.client() as reader:
        (item,) = (await reader.get(f"/v1/standings/{member}/steps")).json()["items"]
    numbers = {"asked": PRICE, "available": PRICE - 1}
    assert item["refusal"] == {"code": "points_insufficient", "numbers": numbers}
    assert await counter.books() == []


async def test_T5_a_limit_holds_in_its_period_and_is_new_in_the_next(counter: Counter) -> None:
    member = await counter.member(3 * PRICE)
    answers = []
    for days in (31, 62, 93, 123):
        counter.tiers.at(START + timedelta(days=days))
        answers.append(await counter.buy(member, f"limit-{days:03}"))
    counter.tiers.at(START)
    assert [answer.status_code for answer in answers] == [201, 201, 409, 201]
    refused = answers[2].json()
    assert (refused["code"], refused["limit"], refused["taken"]) == ("step_limit_reached", 2, 2)
    assert await counter.available(member) == 0
    assert await counter.books() == []


@pytest.mark.parametrize(
    "times",
    [
        pytest.param(1, id="once", marks=pytest.mark.long),
        pytest.param(PER_CALL, id="the whole call"),
    ],
)
@pytest.mark.parametrize("how", ["before", "after", "late"])
async def test_T5_a_lost_burn_is_unknown_never_no(counter: Counter, how: str, times: int) -> None:
    member = await counter.member(PRICE)
    counter.wire.spoil("burn", how, times)
    answer = await counter.buy(member)
    assert answer.status_code in (201, 202), answer.text
    await counter.recover()
    await counter.wire.deliver_late()
    again = await counter.buy(member)
    assert (again.status_code, again.json()["state"]) == (201, "given")
    assert await counter.available(member) == 0
    assert await counter.books() == []


@pytest.mark.parametrize("how", ["before", "after", "late"])
async def test_T5_what_is_not_answered_for_too_long_is_undone(counter: Counter, how: str) -> None:
    member = await counter.member(PRICE)
    counter.wire.spoil("burn", how, 50)
    assert (await counter.buy(member)).status_code == 202
    counter.wire.spoil("cancel", "before", PER_CALL)
    await counter.recover(is_late=True)
    assert (await counter.buy(member)).status_code == 202
    await counter.recover()
    again = await counter.buy(member)
    assert (again.status_code, again.json()["code"]) == (409, "step_timed_out")
    late = {response.status_code for response in await counter.wire.deliver_late()}
    assert late == ({409} if how == "late" else set())
    assert await counter.available(member) == PRICE
    assert (await counter.standing(member))["tier"] == "regular"
    assert await counter.books() == []


async def test_T5_a_no_with_an_earlier_request_on_its_way_burns_nothing(counter: Counter) -> None:
    member = await counter.member(0)
    counter.wire.spoil("burn", "late", 1)
    assert (await counter.buy(member)).json()["code"] == "points_insufficient"
    await give(counter.points, member, PRICE, "late")
    assert {late.status_code for late in await counter.wire.deliver_late()} == {409}
    assert await counter.available(member) == PRICE
    assert await counter.books() == []


async def test_T5_whom_points_svc_has_not_heard_of_is_waited_for(counter: Counter) -> None:
    member = await counter.member(0, is_known=False)
    assert (await counter.buy(member)).status_code == 202
    await counter.recover()
    assert (await counter.buy(member)).status_code == 202
    await counter.recover(is_tired=True)
    answer = await counter.buy(member)
    assert (answer.status_code, answer.json()["code"]) == (404, "member_not_found")
    assert await counter.books() == []


async def test_M9_a_suspension_that_only_points_svc_has_heard_of_is_its_no(
    counter: Counter,
) -> None:
    member = await counter.member(PRICE)
    await counter.points.deliver(status_told(member, "suspended"))
    answer = await counter.buy(member)
    assert (answer.status_code, answer.json()["code"]) == (409, "member_suspended")
    assert (await counter.buy(member)).json() == answer.json()
    assert (await counter.standing(member))["tier"] == "regular"
    assert await counter.books() == []


@pytest.mark.parametrize("point", cases(GIVEN))
async def test_T5_whoever_dies_going_forward_is_followed(counter: Counter, point: str) -> None:
    member = await counter.member(PRICE)
    failpoints.arm(f"step_up.{point}=error")
    assert (await counter.buy(member)).status_code == 500
    failpoints.arm("step_up.after_claim=error")
    with pytest.raises(failpoints.FailpointError):
        await counter.recover()
    failpoints.arm("")
    await asyncio.gather(counter.recover(), counter.buy(member), counter.recover())
    assert (await counter.buy(member)).json()["state"] == "given"
    assert await counter.available(member) == 0
    assert await counter.books() == []


@pytest.mark.parametrize("point", cases([*BACK, *REFUSED]))
async def test_T5_whoever_dies_going_back_is_followed(counter: Counter, point: str) -> None:
    member = await counter.member(PRICE - 1)
    failpoints.arm(f"step_up.{point}=error")
    assert (await counter.buy(member)).status_code == 500
    failpoints.arm("")
    await asyncio.gather(counter.recover(), counter.buy(member), counter.recover())
    assert (await counter.buy(member)).json()["code"] == "points_insufficient"
    assert await counter.available(member) == PRICE - 1
    assert await counter.books() == []


async def test_T5_a_step_that_fails_ends_no_other(counter: Counter) -> None:
    members = [await counter.member(PRICE) for _ in range(3)]
    for member in members:
        counter.wire.spoil("burn", "before")
        assert (await counter.buy(member)).status_code == 202
    failpoints.arm("step_up.before_burn=error")
    with pytest.raises(failpoints.FailpointError):
        await counter.recover()
    answers = [await counter.buy(member) for member in members]
    assert sorted(answer.status_code for answer in answers) == [201, 201, 202]
    await counter.recover()
    assert {(await counter.buy(member)).status_code for member in members} == {201}
    assert await counter.books() == []


async def test_T5_many_at_once_over_a_bad_network_all_end_well(counter: Counter) -> None:
    members = [await counter.member(PRICE * (n % 2) + 50) for n in range(30)]
    for n, verb in enumerate(["burn", "cancel"] * 12):
        counter.wire.spoil(verb, ("before", "after", "late")[n % 3], 2)
    await asyncio.gather(*(counter.buy(member) for member in members))
    for _ in range(4):
        await counter.recover()
        await counter.wire.deliver_late()
    counter.wire.mend()
    await counter.recover()
    answers = await asyncio.gather(*(counter.buy(member) for member in members))
    assert {answer.status_code for answer in answers} == {201, 409}
    assert await counter.books() == []


async def test_the_books_see_what_is_torn(counter: Counter) -> None:
    member = await counter.member(PRICE)
    step = (await counter.buy(member)).json()["step_id"]
    for stage, table, change, undo in (
        (counter.points, ("burn", "burn_id"), CANCELLED, BURNED),
        (counter.points, ("burn", "burn_id"), "points = 99", "points = 100"),
        (counter.tiers, ("way_up", "way_id"), "kind = 'override'", "kind = 'bought'"),
    ):
        for what, found in ((change, 1), (undo, 0)):
            async with stage.begin() as tx:
                sql = f"UPDATE {table[0]} SET {what} WHERE {table[1]} = :step"
                await tx.execute("tamper", sql, step=step)
            assert len(await counter.books()) == found, what
