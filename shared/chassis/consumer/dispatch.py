"""Gives events to the verbs that answer them."""

from collections.abc import Sequence

from chassis.subscription import Subscription
from chassis.tx import Tx
from contracts.events.base import Event


async def dispatch(tx: Tx, subscriptions: Sequence[Subscription], events: Sequence[Event]) -> None:
    """Each handler once with all of its events, in their order; handlers in the order of the
    subscriptions. Results do not depend on order (E3).
    """
    present = {type(event) for event in events}
    for subscription in subscriptions:
        mine = present.intersection(subscription.events)
        heard = events if mine == present else [one for one in events if type(one) in mine]
        if mine:
            await subscription.handler(tx, heard)
