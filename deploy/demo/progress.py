"""A bar with a rate on a terminal; now and then a line elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

LINE_EVERY_S = 5.0


class Advance(Protocol):
    """Called with how much more is done."""

    def __call__(self, count: int) -> None: ...


@contextmanager
def bar(console: Console, what: str, total: int, done: int = 0) -> Iterator[Advance]:
    """Show `what` going from `done` to `total`."""
    if console.is_terminal:
        yield from _drawn(console, what, total, done)
    else:
        yield from _written(console, what, total, done)


def _drawn(console: Console, what: str, total: int, done: int) -> Iterator[Advance]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}/s"),
        TimeElapsedColumn(),
    )
    began = time.monotonic()
    with Progress(*columns, console=console) as progress:
        task = progress.add_task(what, total=total, completed=done, rate="0")
        moved = 0

        def advance(count: int) -> None:
            nonlocal moved
            moved += count
            rate = moved / (time.monotonic() - began)
            progress.update(task, advance=count, rate=f"{rate:,.0f}")

        yield advance


def _written(console: Console, what: str, total: int, done: int) -> Iterator[Advance]:
    began = told = time.monotonic()
    reached = done

    def advance(count: int) -> None:
        nonlocal told, reached
        reached += count
        now = time.monotonic()
        if now - told >= LINE_EVERY_S or reached == total:
            told = now
            rate = (reached - done) / (now - began)
            console.print(f"{what}: {reached:,} of {total:,} ({rate:,.0f}/s)", highlight=False)

    yield advance
