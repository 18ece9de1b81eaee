"""A simulation as a page that needs nothing besides itself (T7)."""

from collections.abc import Sequence
from datetime import datetime
from html import escape

from tier_svc.domain.accrual import decimal
from tier_svc.domain.ladder import Ladder
from tier_svc.domain.report_parts import (
    Balance,
    Panel,
    balance_chart,
    legend,
    matrix,
    money,
    number,
    shades,
    share,
    spread_chart,
    table,
)
from tier_svc.domain.scenario import Scenario
from tier_svc.domain.simulation_tally import OTHERS, Spread, Sums
from tier_svc.domain.simulations import Simulation

STYLE = """
:root{color-scheme:light dark;--ink:#1b2430;--soft:#5b6775;--line:#d9dfe6;--ground:#fff;
--tile:#f3f6f9;--down:#c2571a;--up:#2166ac}
@media(prefers-color-scheme:dark){:root{--ink:#e6ebf1;--soft:#9aa7b5;--line:#35404d;
--ground:#12171d;--tile:#1c232c;--down:#e08a4f;--up:#6aa9e0}}
body{font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--ground);
max-width:62rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.6rem;margin:0}h2{font-size:1.15rem;margin:2.2rem 0 .6rem}
p,.soft,small{color:var(--soft)}small{display:block;font-size:.75rem;white-space:nowrap}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(13.5rem,1fr));gap:.7rem;
margin:.7rem 0;padding:0;list-style:none}
.tiles li{background:var(--tile);border-radius:.5rem;padding:.7rem .9rem}
.tiles b{display:block;font-size:1.35rem;font-variant-numeric:tabular-nums}
.wide{overflow-x:auto}.wide>svg{min-width:46rem}table{border-collapse:collapse;width:100%}
th,td{padding:.35rem .6rem;border-bottom:1px solid var(--line);vertical-align:top}
th{font-weight:600;text-align:left}td.l{white-space:nowrap}.n{text-align:right;font-variant-numeric:tabular-nums}
.none{color:var(--soft)}.stay{background:var(--tile)}.move{font-weight:600}
@media(max-width:40rem){td.l{white-space:normal;min-width:7rem}}
.legend{display:flex;flex-wrap:wrap;gap:.3rem 1rem;padding:0;list-style:none}
.legend svg{margin-right:.4rem;vertical-align:-1px}
svg{max-width:100%}text{fill:var(--ink);font:12px system-ui,sans-serif}
.title{font-weight:600;font-size:13px}.tick{fill:var(--soft)}.end{fill:var(--soft);text-anchor:end}
.grid{stroke:var(--line)}.down{fill:var(--down)}.up{fill:var(--up)}
"""

EVALUATED = {None: "at once", "month": "monthly", "quarter": "quarterly", "year": "yearly"}


def report(simulation: Simulation, beside: Sequence[Simulation] = (), currency: str = "") -> str:
    """The page of a simulation that is done; `beside` are others, whose drafts are shown next to
    its own, each compared with what its own simulation was. `currency` names what money is of.
    """
    scenario, tally = simulation.scenario, simulation.tally
    tiers = _tiers([scenario, *(one.scenario for one in beside)])
    title = f"Ladder {simulation.ladder}: {_after(simulation)}"
    asked = (
        f"{number(tally.total.members)} members · asked {simulation.asked_at:%Y-%m-%d %H:%M} UTC"
    )
    body = [
        f"<h1>{escape(title)}</h1>",
        f"<p>compared with {escape(_before(simulation))} · {_period(scenario)} · {asked}</p>",
        _tiles(scenario, tally.total, currency),
        "<h2>Who stands where when the period ends</h2>",
        _movement(simulation),
        "<h2>How many stand where, month by month</h2>",
        _spreads(simulation, beside, tiers),
    ]
    if beside:
        body += ["<h2>Drafts beside each other</h2>", _drafts([simulation, *beside], tiers)]
    body += ["<h2>Month ends in each tier, all members together</h2>"]
    body += [_months([simulation, *beside], tiers)]
    body += ["<h2>Who gains and who loses, by spend in the period</h2>", _fairness(simulation)]
    if scenario.division is not None:
        body += [f"<h2>By {escape(_divided(scenario))}</h2>", _segments(simulation)]
    body.append(_notes(scenario))
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}{shades(len(tiers))}</style></head>"
        f"<body>{''.join(body)}</body></html>"
    )


def _tiles(scenario: Scenario, total: Sums, currency: str) -> str:
    tiles = [
        (
            number(total.moved),
            f"stand elsewhere at some time ({share(total.moved, total.members)})",
        ),
        (number(total.up), "higher at the end"),
        (number(total.down), "lower at the end"),
        (money(total.spend_minor, scenario.unit_minor), f"{currency} spent in the period".lstrip()),
    ]
    return _list(tiles) + (_list(_costs(scenario, total)) if scenario.terms else "")


def _costs(scenario: Scenario, total: Sums) -> list[tuple[str, str]]:
    points = total.points_after - total.points_before
    minor = total.benefit_after_minor - total.benefit_before_minor
    return [
        (_signed(number(points), points), f"points, from {number(total.points_before)}"),
        (
            _signed(money(minor, scenario.unit_minor), minor),
            f"benefit cost, from {money(total.benefit_before_minor, scenario.unit_minor)}",
        ),
    ]


def _list(tiles: Sequence[tuple[str, str]]) -> str:
    items = "".join(f"<li><b>{escape(big)}</b>{escape(small)}</li>" for big, small in tiles)
    return f'<ul class="tiles">{items}</ul>'


def _movement(simulation: Simulation) -> str:
    cells = {pair: sums.members for pair, sums in simulation.tally.by("before", "after")}
    before = _tiers_of(simulation.scenario.before[-1].ladder, {old for old, _ in cells})
    after = _tiers_of(simulation.scenario.after[-1].ladder, {new for _, new in cells})
    return matrix(before, after, cells)


def _spreads(simulation: Simulation, beside: Sequence[Simulation], tiers: Sequence[str]) -> str:
    ranks = {tier: rank for rank, tier in enumerate(tiers)}
    panels = [
        Panel(
            title,
            tiers,
            [_label(one.scenario, *instant) for instant in one.scenario.instants],
            [pair[side] for pair in one.tally.spreads],
        )
        for title, one, side in _sides([simulation, *beside])
        if one.tally.spreads
    ]
    return legend(tiers) + "".join(spread_chart(panel, ranks) for panel in panels)


def _label(scenario: Scenario, at: datetime, is_month_end: bool) -> str:
    wall = at.astimezone(scenario.zone)
    return f"{wall:%Y-%m}" if is_month_end else f"{wall:%m-%d}"


def _drafts(every: Sequence[Simulation], tiers: Sequence[str]) -> str:
    """Where members stand at the end, by what the first is compared with and by each draft."""
    has_terms = any(one.scenario.terms for one in every)
    rows = []
    for name, one, side in _sides(every):
        total = one.tally.total
        last: Spread = one.tally.spreads[-1][side] if one.tally.spreads else {}
        moves = [number(total.up), number(total.down)] if side else ["·", "·"]
        points = [number((total.points_before, total.points_after)[side])] if has_terms else []
        rows.append([name, *(number(last.get(tier, 0)) for tier in tiers), *moves, *points])
    return table(["by", *tiers, "higher", "lower", *(["points"] if has_terms else [])], rows)


def _sides(every: Sequence[Simulation]) -> list[tuple[str, Simulation, int]]:
    """What the first is compared with, then each draft: its name, and which side of what it is."""
    return [(_before(every[0]), every[0], 0), *((_after(one), one, 1) for one in every)]


def _months(every: Sequence[Simulation], tiers: Sequence[str]) -> str:
    """How often members stand in each tier at the end of a month: what a tier's benefits go by."""
    rows = []
    for name, one, side in _sides(every):
        instants = zip(one.scenario.instants, one.tally.spreads)  # noqa: B905
        months = [pair[side] for instant, pair in instants if instant.is_month_end]
        rows.append(
            [name, *(number(sum(month.get(tier, 0) for month in months)) for tier in tiers)]
        )
    return table(["by", *tiers], rows)


def _fairness(simulation: Simulation) -> str:
    unit = simulation.scenario.unit_minor
    bands = [
        (f"from {money(band, unit)}", sums) for (band,), sums in simulation.tally.by("band_minor")
    ]
    chart = balance_chart([Balance(name, s.down, s.up, s.members) for name, s in bands])
    return chart + _sums_table("spend", bands, simulation.scenario)


def _segments(simulation: Simulation) -> str:
    """The largest first, what is counted together last."""
    rows = [(name, sums) for (name,), sums in simulation.tally.by("segment")]
    rows.sort(key=lambda row: (row[0] == OTHERS, -row[1].members, row[0]))
    return _sums_table(_divided(simulation.scenario), rows, simulation.scenario)


def _sums_table(name: str, rows: Sequence[tuple[str, Sums]], scenario: Scenario) -> str:
    head = [name, "members", "moved", "higher", "lower", "spend"]
    kinds = ("points before", "points after", "benefit cost before", "benefit cost after")
    costs = kinds if scenario.terms else ()
    unit = scenario.unit_minor
    out = []
    for label, one in rows:
        cells = [label, *map(number, one[:4]), money(one.spend_minor, unit)]
        if scenario.terms:
            cells += [number(one.points_before), number(one.points_after)]
            cells += [
                money(minor, unit) for minor in (one.benefit_before_minor, one.benefit_after_minor)
            ]
        out.append(cells)
    return table([*head, *costs], out)


def _notes(scenario: Scenario) -> str:
    notes = [
        "Tiers are those of the last instant of a month, or of the period.",
        "Spend is net of what came back by the end of the period.",
        "A tier of one name is one tier; higher and lower are judged by the draft's order.",
    ]
    if scenario.terms:
        notes += [
            "Each purchase brings points by the tier just before it, rounded down once.",
            (
                "Benefits cost a share of each purchase, and an amount for each month at whose end "
                "the member stands in the tier."
            ),
            _rated(scenario),
        ]
    return "<h2>How to read this</h2>" + "".join(f"<p>{escape(note)}</p>" for note in notes)


def _rated(scenario: Scenario) -> str:
    """What points rest on, and what they leave out."""
    if scenario.accrual is None:
        return "Points are those of the terms: caps, campaigns and birthdays are left out."
    version, point_type, left_out = scenario.accrual
    brings = ", ".join(
        f"{decimal(scenario.terms[tier].points_per_unit)} in {tier}" for tier in scenario.tiers
    )
    left = ", ".join(f"{kind} {name}" for kind, name in left_out) or "nothing"
    return (
        f"Points are {point_type} by version {version} of the accrual rules: a whole unit of money "
        f"brings {brings}. Left out of it: {left}."
    )


def _before(simulation: Simulation) -> str:
    ladder = simulation.scenario.before[-1].ladder
    if ladder.version == 0:
        return "its base alone, as nothing is in force"
    known = "in force" if simulation.against is None else "another draft"
    return f"version {ladder.version}, {known}, evaluated {EVALUATED[ladder.evaluated]}"


def _after(simulation: Simulation) -> str:
    ladder = simulation.scenario.after[-1].ladder
    how = f", taking over {simulation.migration}" if simulation.migration else ""
    return f"version {simulation.version}, evaluated {EVALUATED[ladder.evaluated]}{how}"


def _period(scenario: Scenario) -> str:
    begin, end = (at.astimezone(scenario.zone) for at in (scenario.from_at, scenario.to_at))
    return escape(f"{begin:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M}, {scenario.zone.key}")


def _divided(scenario: Scenario) -> str:
    return scenario.attribute or str(scenario.division)


def _signed(shown: str, value: int) -> str:
    return f"+{shown}" if value > 0 else shown.replace("-", "−")


def _tiers(scenarios: Sequence[Scenario]) -> list[str]:
    """Every tier once, the lowest first, in the order in which the ladders have them."""
    out: list[str] = []
    for ladder in (one for scenario in scenarios for one in reversed(scenario.ladders)):
        for rank, rung in enumerate(ladder.rungs):
            if rung.tier not in out:
                below = {known.tier for known in ladder.rungs[:rank]}
                place = max((out.index(tier) + 1 for tier in below if tier in out), default=0)
                out.insert(place, rung.tier)
    return out


def _tiers_of(ladder: Ladder, met: set[str]) -> list[str]:
    """A ladder's tiers, and those of versions before it that members still stand in."""
    return [*ladder.ranks, *sorted(met - ladder.ranks.keys())]
