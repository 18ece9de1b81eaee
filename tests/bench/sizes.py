"""How large a run is: `QUICK=1` small and whole in under three minutes, `FULL=1` as promised."""

import os
from dataclasses import dataclass


@dataclass(frozen=True)
class Sizes:
    """Turns each contender takes, and what there is to do in one."""

    name: str
    turns: int
    members: int
    events: int
    calls: int
    """Events a turn for references that take one transaction each."""
    sessions: int
    """The same for the reference that is slowest."""
    large_members: int
    large_postings: int
    """The grown ledger of S8; the small one is a tenth of both."""
    burns: int
    due: int


QUICK = Sizes("quick", 5, 10_000, 6_000, 2_000, 200, 40_000, 400_000, 200, 2_000)
USUAL = Sizes("usual", 5, 100_000, 20_000, 4_000, 500, 200_000, 2_000_000, 500, 10_000)
FULL = Sizes("full", 5, 1_000_000, 40_000, 6_000, 800, 1_000_000, 10_000_000, 1_000, 50_000)


def chosen() -> Sizes:
    """By the environment."""
    if os.environ.get("FULL"):
        return FULL
    return QUICK if os.environ.get("QUICK") else USUAL
