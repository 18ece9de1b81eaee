"""A handler that hears several types gets all that a batch has of them, in its order, at once."""

from collections.abc import Sequence

from chassis.consumer import on
from chassis.testing.eventually import eventually
from chassis.tx import Tx
from contracts.events.base import Event
from contracts.events.members import MemberEnrolled, MemberStatusChanged
from contracts.ids import EventId, MemberId
from tests.bus.house import AT, House, enrolled, hear


def suspended(number: int) -> MemberStatusChanged:
    """The n-th event, about the member of the same number."""
    return MemberStatusChanged(
        event_id=EventId(f"e{number}"),
        member_id=MemberId("m1"),
        occurred_at=AT,
        recorded_at=AT,
        version="1",
        status="suspended",
        revision=number,
    )


class Calls:
    """A handler that remembers what each call brought."""

    def __init__(self, *events: type[Event]) -> None:
        self.brought: list[list[str]] = []
        self.subscription = on(events, self._hear)

    async def _hear(self, tx: Tx, events: Sequence[Event]) -> None:
        self.brought.append([event.event_id for event in events])
        await hear(tx, events)


async def test_one_handler_of_several_types_is_called_once_a_batch(house: House) -> None:
    calls = Calls(MemberStatusChanged, MemberEnrolled)
    batch = [suspended(n) if n % 2 else enrolled(n, "m1") for n in range(6)]
    async with house.relaying():
        await house.say(*batch)
        await eventually(lambda: _all_sent(house))
        async with house.hearing((calls.subscription,)):
            await house.until_heard(*range(6))
    assert calls.brought == [[f"e{n}" for n in range(6)]]


async def test_types_of_handlers_of_their_own_are_still_told_apart(house: House) -> None:
    both, one = Calls(MemberStatusChanged, MemberEnrolled), Calls(MemberEnrolled)
    async with house.relaying():
        await house.say(enrolled(0, "m1"), suspended(1))
        await eventually(lambda: _all_sent(house))
        async with house.hearing((one.subscription, both.subscription)):
            await house.until_heard(0, 1)
    assert (one.brought, both.brought) == ([["e0"]], [["e0", "e1"]])


async def _all_sent(house: House) -> bool:
    return await house.unsent() == 0
