"""`make bench`: each figure beside its reference, contenders in turns, books checked first.

`ONLY=S1,S2` picks figures, `QUICK=1` is small and whole in under three minutes, `FULL=1` is large.
"""

import asyncio
import logging
import os
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

import structlog

from chassis import garbage
from tests.bench.accruing import in_one_process, in_two_processes
from tests.bench.burning import burning
from tests.bench.costing import costing
from tests.bench.counting import counting
from tests.bench.evaluating import evaluating
from tests.bench.expiring import expiring
from tests.bench.ground import Ground, ground
from tests.bench.growing import growing
from tests.bench.ledger import Unbalanced
from tests.bench.results import LATEST, Result, commit, machine, table, write
from tests.bench.simulating import simulating
from tests.bench.sizes import chosen

Bench = Callable[[Ground], Awaitable[list[Result]]]

BENCHES: tuple[tuple[frozenset[str], Bench], ...] = (
    (frozenset({"S1", "S2", "S2b", "S3", "S12"}), in_two_processes),
    (frozenset({"S1b"}), in_one_process),
    (frozenset({"S1c"}), counting),
    (frozenset({"S1d", "S9"}), costing),
    (frozenset({"S7"}), burning),
    (frozenset({"S8"}), growing),
    (frozenset({"S10"}), expiring),
    (frozenset({"S4t", "S10t"}), evaluating),
    (frozenset({"S11", "S11r5", "S11r20", "S11b"}), simulating),
)
"""Figures that are found together."""


def asked() -> frozenset[str]:
    """The figures that are asked for; none named: all."""
    every = frozenset().union(*(ids for ids, _ in BENCHES))
    named = frozenset(filter(None, os.environ.get("ONLY", "").replace(" ", "").split(",")))
    unknown = named - every
    if unknown:
        sys.exit(f"ONLY: there is no {', '.join(sorted(unknown))}; there are {sorted(every)}")
    return named or every


async def main() -> int:
    """Exit code 1 where the books do not balance: then there is no figure."""
    quiet = structlog.make_filtering_bound_logger(logging.ERROR)
    structlog.configure(wrapper_class=quiet)
    sizes, wanted, results, path = chosen(), asked(), list[Result](), LATEST
    garbage.settle()
    with tempfile.TemporaryDirectory() as scratch:
        async with ground(Path(scratch), sizes) as found:
            for bench in [bench for ids, bench in BENCHES if ids & wanted]:
                some = [one for one in await bench(found) if one.id in wanted]
                results += some
                sys.stderr.write("".join(f"{one.id}: {one.value:,.4g}\n" for one in some))
                path = write(results, sizes, found.bus)
            head = f"{commit()} · {machine()} · {sizes.name} sizes · bus: {found.bus}"
    sys.stdout.write(f"{head}\n\n{table(results)}\n\n{path}\n")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(asyncio.run(main()))
    except Unbalanced as wrong:
        sys.exit(f"The books do not balance, so there is no speed: {wrong}")
