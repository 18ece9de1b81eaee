"""Which topics there are, and who writes them."""

from collections.abc import Mapping, Sequence

from contracts.catalog import TOPICS
from contracts.events.base import Event

Catalog = Mapping[str, tuple[type[Event], ...]]


def topics_of(author: str, catalog: Catalog = TOPICS) -> tuple[str, ...]:
    """The topics that `author` writes, in the catalog's order."""
    return tuple(topic for topic, events in catalog.items() if events[0].author == author)


def author_of(topic: str, catalog: Catalog = TOPICS) -> str:
    """The one service that writes `topic`."""
    return catalog[topic][0].author


def topics_heard(events: Sequence[type[Event]]) -> tuple[str, ...]:
    """The topics of these events, each once, in the order of first mention."""
    return tuple(dict.fromkeys(event.topic for event in events))
