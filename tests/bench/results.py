"""What was found: figures with their goals and references, as a table and as a file."""

import json
import platform
import statistics
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from tests.bench.sizes import Sizes

ROOT = Path(__file__).parents[2]
LATEST = ROOT / "var" / "bench" / "latest.json"


@dataclass(frozen=True)
class Goal:
    """What a figure should reach: `at_least` or, where less is better, at most `bound`."""

    bound: float
    at_least: bool = True

    def is_met(self, value: float) -> bool:
        """Whether the figure is good enough."""
        return value >= self.bound if self.at_least else value <= self.bound

    def __str__(self) -> str:
        return f"{'≥' if self.at_least else '≤'} {self.bound:g}"


@dataclass(frozen=True)
class Result:
    """One figure. `samples` are its values turn by turn, `value` their median.

    `reference` is what it was compared with, in this run; `said` what else the numbers were.
    """

    id: str
    what: str
    value: float
    goal: Goal
    reference: str
    samples: Sequence[float]
    said: str = ""

    @classmethod
    def of(
        cls, named: tuple[str, str], samples: Sequence[float], goal: Goal, reference: str, said: str
    ) -> "Result":
        """The median of the samples; `named` is the figure's id and what it is."""
        return cls(*named, statistics.median(samples), goal, reference, samples, said)


def table(results: Iterable[Result]) -> str:
    """For people: a line a figure, and a mark where the goal is missed."""
    rows = [("", "figure", "value", "goal", "", "reference in this run", "")]
    rows += [
        (
            one.id,
            one.what,
            f"{one.value:,.4g}",
            str(one.goal),
            "" if one.goal.is_met(one.value) else "missed",
            one.reference,
            one.said,
        )
        for one in results
    ]
    widths = [max(len(row[at]) for row in rows) for at in range(6)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, [*widths, 0], strict=True)).rstrip()
        for row in rows
    )


def write(results: Iterable[Result], sizes: Sizes, bus: str) -> Path:
    """The run as `var/bench/latest.json`."""
    LATEST.parent.mkdir(parents=True, exist_ok=True)
    body = {
        "commit": commit(),
        "machine": machine(),
        "bus": bus,
        "sizes": asdict(sizes),
        "results": [
            {
                "id": one.id,
                "what": one.what,
                "value": one.value,
                "goal": str(one.goal),
                "is_met": one.goal.is_met(one.value),
                "reference": one.reference,
                "said": one.said,
                "samples": list(one.samples),
            }
            for one in results
        ],
    }
    LATEST.write_text(json.dumps(body, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return LATEST


def commit() -> str:
    """What is checked out, marked where files differ from it."""
    told = subprocess.run(
        ("git", "describe", "--always", "--dirty", "--exclude=*"),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return told.stdout.strip() or "unknown"


def machine() -> str:
    """Cores, memory, system and Python: enough to know whether two runs can be compared."""
    memory = psutil.virtual_memory().total >> 30
    cores = psutil.cpu_count()
    return (
        f"{cores} cores, {memory} GiB, {platform.system()} {platform.machine()},"
        f" Python {platform.python_version()}"
    )
