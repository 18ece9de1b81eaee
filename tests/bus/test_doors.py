"""The doors to the parked records: list, retry, drop, for `ops` alone."""

import pytest

from chassis.bus.message import Place, Record
from chassis.consumer.parking import park
from chassis.consumer.reading import Unfit
from chassis.service import Service
from chassis.testing.stage import Stage
from tests.chassis import shelf

PARKED = f"/v1/{shelf.service.name}/parked"
PLACE = Place("topic", "life", 0)
SECRET = b"Ada Lovelace"


@pytest.fixture(scope="module")
def service() -> Service:
    """A service with no word of the business."""
    return shelf.service


async def parked(stage: Stage, *offsets: int) -> list[str]:
    """Park a record at each offset; their ids."""
    headers = (("ce_id", b"e1"), ("ce_type", b"laurel.Unheard.v1"))
    unfit = [Unfit(Record(n, b"m1", headers, SECRET), "unknown_type") for n in offsets]
    async with stage.begin() as tx:
        await park(tx, "shelf", PLACE, unfit)
    async with stage.client("ops") as ops:
        items = (await ops.get(PARKED, params={"limit": 200})).json()["items"]
    return [item["parked_id"] for item in items if item["offset"] in offsets]


async def test_parked_records_are_listed_page_by_page_without_what_they_say(stage: Stage) -> None:
    first, second = await parked(stage, 1, 2)
    async with stage.client("ops") as ops:
        answer = await ops.get(PARKED, params={"limit": 1})
        page = answer.json()
        rest = await ops.get(PARKED, params={"limit": 1, "cursor": page["next_cursor"]})
    assert [page["items"][0]["parked_id"], rest.json()["items"][0]["parked_id"]] == [first, second]
    assert page["items"][0]["reason"] == "unknown_type"
    assert page["items"][0]["size_bytes"] == len(SECRET)
    assert SECRET not in answer.content


async def test_a_dropped_record_answers_the_same_again_and_is_never_retried(stage: Stage) -> None:
    (one,) = await parked(stage, 10)
    async with stage.client("ops") as ops:
        answers = [await ops.post(f"{PARKED}/{one}/drop") for _ in range(2)]
        refused = await ops.post(f"{PARKED}/{one}/retry")
    assert [(a.status_code, a.json()["state"]) for a in answers] == [(200, "dropped")] * 2
    assert (refused.status_code, refused.json()["code"]) == (409, "parked_already_settled")


async def test_a_retry_that_is_no_better_is_refused(stage: Stage) -> None:
    (one,) = await parked(stage, 20)
    async with stage.client("ops") as ops:
        refused = await ops.post(f"{PARKED}/{one}/retry")
    assert (refused.status_code, refused.json()["code"]) == (409, "still_unreadable")


@pytest.mark.parametrize("parked_id", ["999999", "0", "nobody", "9" * 30, "-1", "1e3", "½"])
async def test_what_was_never_parked_is_not_found(stage: Stage, parked_id: str) -> None:
    async with stage.client("ops") as ops:
        refused = await ops.post(f"{PARKED}/{parked_id}/retry")
    assert (refused.status_code, refused.json()["code"]) == (404, "not_found")


async def test_only_ops_may_look(stage: Stage) -> None:
    async with stage.client("fact:read") as other:
        refused = await other.get(PARKED)
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
