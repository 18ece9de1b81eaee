"""What member-svc hears: nothing yet; every fact comes through its doors."""

from chassis.subscription import Subscription

SUBSCRIPTIONS: tuple[Subscription, ...] = ()
