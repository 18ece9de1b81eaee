"""A poison record on the bus is parked with its reason while its neighbours go on."""

from collections.abc import AsyncIterator

import pytest_asyncio

from chassis.bus import outbox
from chassis.bus.message import Headers, Message, pack
from tests.e2e.settling import LOOK, Rest
from tests.e2e.suite import Ground, Suite
from tests.e2e.test_story import FILES
from tests.e2e.till import Till
from tests.happenings import Must, happened
from tests.oracle.test_story import ENROLLED, A, B, on

PURCHASES = "loyalty.purchases"
HEARERS = ("points-svc", "tier-svc")
PURCHASE: Headers = (
    ("ce_specversion", b"1.0"),
    ("ce_id", b"poison-1"),
    ("ce_source", b"member-svc"),
    ("ce_type", b"laurel.PurchaseRecorded.v1"),
    ("content-type", b"application/json"),
)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def suite(ground: Ground) -> AsyncIterator[Suite]:
    suite = Suite(ground, on(4, 1))
    await suite.start()
    await suite.publish(FILES)
    yield suite
    await suite.stop()


async def says(suite: Suite, *messages: Message) -> None:
    """Put on the bus what no codec of ours would write."""
    async with suite.processes["member-svc"].database.begin(LOOK) as tx:
        await tx.execute("poison", outbox.WRITE, n=len(messages), records=pack(messages))


async def test_a_poison_record_is_parked_and_its_neighbours_go_on(suite: Suite) -> None:
    ops, rest = await suite.client("ops"), Rest(suite)
    till = Till(await suite.client("till"), "CNY")
    member = await till.enrol("CARD1", ENROLLED)
    await till.buy("CARD1", "A", A)
    poison = Message(PURCHASES, member, PURCHASE, b'{"member_id": 1, "lines": "\xff"')
    await says(suite, poison)
    await till.buy("CARD1", "B", B)
    await rest.settle()

    assert (await till.points(member))["available"] == 385
    assert (await till.standing(member))["tier"] == "regular"
    for service in HEARERS:
        (parked,) = (await ops.get(f"/v1/{service}/parked")).json()["items"]
        assert (parked["topic"], parked["event_id"]) == (PURCHASES, "poison-1")
        assert parked["reason"]
        happened(Must.POISON)
        dropped = await ops.post(f"/v1/{service}/parked/{parked['parked_id']}/drop")
        assert dropped.status_code == 200, dropped.text
        assert (await ops.get(f"/v1/{service}/parked")).json()["items"] == []
