"""Pieces of a report: text that is safe in HTML, numbers, tables, charts of rectangles.

Charts are inline SVG; all positions are whole numbers of a drawing's own units.
"""

from collections.abc import Iterable, Sequence
from html import escape
from typing import NamedTuple

WIDTH = 960
PLOT_TOP, PLOT_HEIGHT, HEIGHT = 24, 130, 186
LABELS_MAX = 13

STYLE = """
:root{color-scheme:light dark;--ink:#1b2430;--soft:#5b6775;--line:#d9dfe6;--ground:#fff;
--tile:#f3f6f9;--before:#9aa7b5;--after:#2166ac}
@media(prefers-color-scheme:dark){:root{--ink:#e6ebf1;--soft:#9aa7b5;--line:#35404d;
--ground:#12171d;--tile:#1c232c;--before:#5b6775;--after:#6aa9e0}}
body{font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--ground);
max-width:62rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.6rem;margin:0}h2{font-size:1.25rem;margin:2.4rem 0 .4rem}
h3{font-size:1rem;margin:1.6rem 0 .4rem}p{color:var(--soft)}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(13rem,1fr));gap:.7rem;
margin:.7rem 0;padding:0;list-style:none}
.tiles li{background:var(--tile);border-radius:.5rem;padding:.7rem .9rem}
.tiles b{display:block;font-size:1.35rem;font-variant-numeric:tabular-nums}
.wide{overflow-x:auto}.wide>svg{min-width:46rem}table{border-collapse:collapse;width:100%}
th,td{padding:.35rem .6rem;border-bottom:1px solid var(--line)}
th{font-weight:600;text-align:left}td.l{white-space:nowrap}
.n{text-align:right;font-variant-numeric:tabular-nums}
.legend{display:flex;gap:1rem;padding:0;list-style:none}.legend svg{margin-right:.4rem}
svg{max-width:100%}text{fill:var(--soft);font:12px system-ui,sans-serif}
.before{fill:var(--before)}.after{fill:var(--after)}
"""


class Pair(NamedTuple):
    """A bar before and one after."""

    label: str
    before: int
    after: int


def number(value: int) -> str:
    """With a mark at each third digit."""
    return f"{value:,}".replace("-", "−")


def signed(value: int) -> str:
    """With its sign."""
    return f"+{value:,}" if value > 0 else number(value)


def money(minor: int, minor_per_unit: int) -> str:
    """Minor units as whole units, with as many places as the money has."""
    units, rest = divmod(abs(minor), minor_per_unit)
    places = len(str(minor_per_unit)) - 1
    sign = "−" if minor < 0 else ""
    return f"{sign}{units:,}" + (f".{rest:0{places}}" if places else "")


def share(part: int, of: int) -> str:
    """A percentage with one place, rounded down."""
    whole, tenth = divmod(part * 1_000 // of if of else 0, 10)
    return f"{whole}.{tenth} %"


def tiles(items: Iterable[tuple[str, str]]) -> str:
    """Large numbers, each with what it is."""
    every = "".join(f"<li><b>{escape(big)}</b>{escape(small)}</li>" for big, small in items)
    return f'<ul class="tiles">{every}</ul>'


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


def legend() -> str:
    """Which colour is which side."""
    items = "".join(
        f'<li><svg width="12" height="12" aria-hidden="true"><rect width="12" height="12" '
        f'class="{side}"/></svg>{side}</li>'
        for side in ("before", "after")
    )
    return f'<ul class="legend">{items}</ul>'


def bars(title: str, pairs: Sequence[Pair]) -> str:
    """Two bars for each label, side by side, of at least zero."""
    tallest = max((max(pair.before, pair.after) for pair in pairs), default=0) or 1
    step = WIDTH // max(len(pairs), 1)
    width = max(min(step * 2 // 5, 60), 1)
    every = -(-len(pairs) // LABELS_MAX)
    out = []
    for place, pair in enumerate(pairs):
        x = place * step
        out.append(_bar(x, width, pair.before * PLOT_HEIGHT // tallest, "before", pair))
        out.append(_bar(x + width + 1, width, pair.after * PLOT_HEIGHT // tallest, "after", pair))
        if place % every == 0:
            y = PLOT_TOP + PLOT_HEIGHT + 18
            out.append(f'<text x="{x}" y="{y}">{escape(pair.label)}</text>')
    top = f'<text x="0" y="12">{escape(number(tallest))}</text>'
    return (
        f'<div class="wide"><svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="{escape(title)}">{top}{"".join(out)}</svg></div>'
    )


def _bar(x: int, width: int, height: int, side: str, pair: Pair) -> str:
    points = number(pair.before if side == "before" else pair.after)
    return (
        f'<rect x="{x}" y="{PLOT_TOP + PLOT_HEIGHT - height}" width="{width}" height="{height}" '
        f'class="{side}"><title>{escape(pair.label)} · {side}: {points}</title></rect>'
    )
