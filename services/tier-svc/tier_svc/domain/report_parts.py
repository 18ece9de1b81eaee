"""Pieces of a report: text that is safe in HTML, numbers, tables, charts of rectangles.

Charts are inline SVG; all positions are whole numbers of a drawing's own units.
"""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import NamedTuple

PANEL_WIDTH = 960
PANEL_HEIGHT = 190
PLOT_TOP, PLOT_HEIGHT = 28, 130
AXIS_WIDTH = 70
LABELS_MAX = 13
HUE, LIGHTEST, DARKEST = 214, 86, 26


class Panel(NamedTuple):
    """How members are spread over tiers at each instant; `tiers` lowest first."""

    title: str
    tiers: Sequence[str]
    labels: Sequence[str]
    spreads: Sequence[Mapping[str, int]]


class Balance(NamedTuple):
    """So many go down, so many up, of so many."""

    label: str
    down: int
    up: int
    of: int


def number(value: int) -> str:
    """With a mark at each third digit."""
    return f"{value:,}"


def money(minor: int, unit_minor: int) -> str:
    """Minor units as whole units, with as many places as the money has."""
    units, rest = divmod(abs(minor), unit_minor)
    places = len(str(unit_minor)) - 1
    sign = "−" if minor < 0 else ""
    return f"{sign}{units:,}" + (f".{rest:0{places}}" if places else "")


def share(part: int, of: int) -> str:
    """A percentage with one place, rounded down."""
    whole, tenth = divmod(part * 1_000 // of if of else 0, 10)
    return f"{whole}.{tenth} %"


def table(head: Sequence[str], rows: Iterable[Sequence[str]], text_columns: int = 1) -> str:
    """A table; cells behind the first `text_columns` are numbers."""
    kinds = ["l" if place < text_columns else "n" for place in range(len(head))]
    top = "".join(
        f'<th scope="col" class="{kind}">{escape(cell)}</th>'
        for kind, cell in zip(kinds, head, strict=True)
    )
    body = "".join(
        "<tr>"
        + "".join(
            f'<td class="{kind}">{escape(cell)}</td>' for kind, cell in zip(kinds, row, strict=True)
        )
        + "</tr>"
        for row in rows
    )
    return (
        f'<div class="wide"><table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>'
    )


def matrix(
    before: Sequence[str], after: Sequence[str], cells: Mapping[tuple[str, str], int]
) -> str:
    """Who goes from which tier (rows) to which (columns); who stays is marked."""
    head = "".join(f'<th scope="col" class="n">{escape(tier)}</th>' for tier in after)
    rows = []
    for old in before:
        of = sum(cells.get((old, new), 0) for new in after)
        line = "".join(_matrix_cell(old, new, cells.get((old, new), 0), of) for new in after)
        name = f'<th scope="row" class="l">{escape(old)}</th>'
        rows.append(f'<tr>{name}{line}<td class="n">{number(of)}</td></tr>')
    return (
        '<div class="wide"><table><thead><tr><th class="l">before ↓ after →</th>'
        f'{head}<th class="n">together</th></tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def _matrix_cell(old: str, new: str, members: int, of: int) -> str:
    kind = "n stay" if old == new else "n move" if members else "n none"
    part = f"<small>{share(members, of)}</small>" if members else ""
    return f'<td class="{kind}">{number(members) if members else "·"}{part}</td>'


def legend(tiers: Sequence[str]) -> str:
    """Which shade is which tier."""
    items = "".join(
        f'<li><svg width="12" height="12" aria-hidden="true"><rect width="12" height="12" '
        f'class="t{rank}"/></svg>{escape(tier)}</li>'
        for rank, tier in enumerate(tiers)
    )
    return f'<ul class="legend">{items}</ul>'


def spread_chart(panel: Panel, ranks: Mapping[str, int]) -> str:
    """A bar for each instant, divided by tier, the lowest at the bottom."""
    tallest = max((sum(one.values()) for one in panel.spreads), default=0) or 1
    step = (PANEL_WIDTH - AXIS_WIDTH) // max(len(panel.spreads), 1)
    every = -(-len(panel.labels) // LABELS_MAX)
    out = [_text(0, 16, panel.title, "title"), *_scale(tallest)]
    for place, (label, spread) in enumerate(zip(panel.labels, panel.spreads, strict=True)):
        x, below = AXIS_WIDTH + place * step, 0
        for tier in panel.tiers:
            members = spread.get(tier, 0)
            low, high = (PLOT_HEIGHT * n // tallest for n in (below, below + members))
            title = f"{label} · {tier}: {number(members)}"
            out.append(
                _bar(
                    x,
                    PLOT_TOP + PLOT_HEIGHT - high,
                    max(step - 4, 1),
                    high - low,
                    ranks[tier],
                    title,
                )
            )
            below += members
        if place % every == 0:
            out.append(_text(x, PLOT_TOP + PLOT_HEIGHT + 18, label, "tick"))
    return _drawing(PANEL_HEIGHT, f"{panel.title}: members by tier over time", out)


def balance_chart(balances: Sequence[Balance]) -> str:
    """Who goes down to the left, who goes up to the right, as parts of those of the row."""
    middle, reach = PANEL_WIDTH // 2 + 60, PANEL_WIDTH // 2 - 190
    largest = max((max(one.down, one.up) * 1_000 // max(one.of, 1) for one in balances), default=0)
    out = [_text(middle - 6, 14, "lower", "end"), _text(middle + 6, 14, "higher", "tick")]
    for place, one in enumerate(balances):
        y = 20 + place * 26
        down, up = (
            reach * (n * 1_000 // max(one.of, 1)) // max(largest, 1) for n in (one.down, one.up)
        )
        out += [
            _text(0, y + 16, one.label, "tick"),
            f'<rect x="{middle - down}" y="{y + 4}" width="{down}" height="16" class="down"/>',
            f'<rect x="{middle}" y="{y + 4}" width="{up}" height="16" class="up"/>',
            _text(
                middle - down - 6, y + 16, f"{number(one.down)} ({share(one.down, one.of)})", "end"
            ),
            _text(middle + up + 6, y + 16, f"{number(one.up)} ({share(one.up, one.of)})", "tick"),
        ]
    return _drawing(len(balances) * 26 + 26, "who goes down, who goes up, by spend", out)


def shades(count: int) -> str:
    """A shade for each rank, the higher the stronger, on light ground and on dark."""
    steps = [LIGHTEST - (LIGHTEST - DARKEST) * rank // max(count - 1, 1) for rank in range(count)]
    light = "".join(f".t{rank}{{fill:hsl({HUE} 62% {n}%)}}" for rank, n in enumerate(steps))
    dark = "".join(
        f".t{rank}{{fill:hsl({HUE} 62% {LIGHTEST + DARKEST - n}%)}}" for rank, n in enumerate(steps)
    )
    return f"{light}@media(prefers-color-scheme:dark){{{dark}}}"


def _scale(tallest: int) -> list[str]:
    """Lines at nothing, half and all."""
    out = []
    for value in (0, tallest // 2, tallest):
        y = PLOT_TOP + PLOT_HEIGHT - PLOT_HEIGHT * value // tallest
        out.append(f'<line x1="{AXIS_WIDTH}" x2="{PANEL_WIDTH}" y1="{y}" y2="{y}" class="grid"/>')
        out.append(_text(AXIS_WIDTH - 8, y + 4, number(value), "end"))
    return out


def _bar(x: int, y: int, width: int, height: int, rank: int, title: str) -> str:
    return (
        f'<rect x="{x}" y="{y}" width="{width}" height="{height}" class="t{rank}">'
        f"<title>{escape(title)}</title></rect>"
    )


def _text(x: int, y: int, words: str, kind: str) -> str:
    return f'<text x="{x}" y="{y}" class="{kind}">{escape(words)}</text>'


def _drawing(height: int, words: str, parts: Iterable[str]) -> str:
    return (
        f'<div class="wide"><svg viewBox="0 0 {PANEL_WIDTH} {height}" role="img" '
        f'aria-label="{escape(words)}">{"".join(parts)}</svg></div>'
    )
