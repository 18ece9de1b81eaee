"""Hears the bus: a batch of one partition is one transaction with everything it causes."""

from chassis.consumer.consumer import Consumer, Limits
from chassis.consumer.inbox import inbox
from chassis.subscription import Subscription, on

__all__ = ["Consumer", "Limits", "Subscription", "inbox", "on"]
