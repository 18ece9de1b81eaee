"""A simulation as a page that needs nothing besides itself (T7)."""

from collections.abc import Sequence
from html import escape

from points_svc.domain.report_parts import (
    STYLE,
    Pair,
    bars,
    legend,
    money,
    number,
    share,
    signed,
    table,
    tiles,
)
from points_svc.domain.scenario import Scenario
from points_svc.domain.simulation_tally import Sums, Touched, band, runs_out_on
from points_svc.domain.simulations import Simulation, budgets

ALIKE = (
    "Both sides rate the period's purchases and activities by what is known now of tiers, segments "
    "and first purchases, net of what came back in the period."
)
LEFT_OUT = {
    "budgets": "Budgets of campaigns are left out on both sides: they go by the order in which "
    "everybody's facts are recorded. What campaigns are asked for stands beside their budgets.",
    "maximum_balance": "Maximum balances are left out on both sides.",
    "counted_before": "Caps over purchases count from the beginning of the period.",
}


def report(simulation: Simulation, beside: Sequence[Simulation] = ()) -> str:
    """The page of a simulation that is done; `beside` are others, whose versions are shown next to
    its own, each compared with what its own simulation was.
    """
    scenario = simulation.scenario
    title = f"Accrual rules, version {simulation.version}"
    asked = f"asked {simulation.asked_at:%Y-%m-%d %H:%M} UTC"
    body = [
        f"<h1>{escape(title)}</h1>",
        f"<p>compared with {_before(simulation)} · {_period(scenario)} · {asked}</p>",
    ]
    if beside:
        body += ["<h2>Versions beside each other</h2>", _versions([simulation, *beside])]
    for name in sorted(
        scenario.point_types, key=lambda one: not simulation.tally.total(one).changed
    ):
        body += [f"<h2>{escape(name)}</h2>", *_point_type(simulation, name)]
    if budgets(scenario):
        body += ["<h2>What campaigns are asked for</h2>", _campaigns(simulation)]
    body.append(_notes(scenario))
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head>"
        f"<body>{''.join(body)}</body></html>"
    )


def _point_type(simulation: Simulation, name: str) -> list[str]:
    tally = simulation.tally
    total, members = tally.total(name), tally.members_of(name)
    if not total.facts:
        return ["<p>No facts in the period.</p>"]
    if not total.changed:
        return [_tiles(simulation, name), "<p>Nothing changes.</p>"]
    months = [(month, sums) for (of, month), sums in tally.by("point_type", "month") if of == name]
    rated = [(tier, sums) for (of, tier), sums in tally.by("point_type", "tier") if of == name]
    out = [
        _tiles(simulation, name),
        "<h3>By month</h3>",
        legend(),
        bars(f"{name} by month", [Pair(m, sums.before, sums.after) for m, sums in months]),
        _sums_table("month", months),
        "<h3>By the tier that rated before</h3>",
        _sums_table("tier", rated),
        "<h3>By rule</h3>",
        _rules(simulation, name),
        "<h3>By how much members' points change</h3>",
        table(
            ["change", "members", "of all"],
            [
                [_band(least, most), number(count), share(count, members.members)]
                for (least, most), count in sorted((band(e), n) for e, n in members.bands.items())
            ],
        ),
    ]
    for heading, some in (("Who gains most", members.gained), ("Who loses most", members.lost)):
        if some:
            out += [f"<h3>{heading}</h3>", _touched(some)]
    return out


def _tiles(simulation: Simulation, name: str) -> str:
    scenario, tally = simulation.scenario, simulation.tally
    total, members = tally.total(name), tally.members_of(name)
    items = [
        (signed(total.change), f"points, from {number(total.before)} to {number(total.after)}"),
        (number(total.posted), "points stand in the ledger"),
        (number(members.up), f"members gain ({share(members.up, members.members)})"),
        (number(members.down), f"members lose ({share(members.down, members.members)})"),
        (number(total.changed), f"of {number(total.facts)} facts are rated otherwise"),
    ]
    before, after = (scenario.cost(name, one) for one in (total.before, total.after))
    if before is not None and after is not None:
        more = f"{'+' if after > before else ''}{_money(scenario, after - before)}"
        items.append((more, f"cost, from {_money(scenario, before)}"))
    return tiles(items)


def _rules(simulation: Simulation, name: str) -> str:
    parts = [(part, both) for (of, part), both in simulation.tally.parts.items() if of == name]
    ordered = sorted(parts, key=lambda one: one[0].rank)
    rows = [
        [part.rule or "rounding", part.phase, number(was), number(now), signed(now - was)]
        for part, (was, now) in ordered
    ]
    return table(["rule", "phase", "before", "after", "change"], rows, text_columns=2)


def _sums_table(head: str, rows: Sequence[tuple[str, Sums]]) -> str:
    cells = [
        [
            label,
            number(sums.facts),
            number(sums.posted),
            number(sums.before),
            number(sums.after),
            signed(sums.change),
        ]
        for label, sums in rows
    ]
    return table([head, "facts", "in the ledger", "before", "after", "change"], cells)


def _touched(some: Sequence[Touched]) -> str:
    rows = [
        [one.member_id, *map(number, (one.posted, one.before, one.after)), signed(one.change)]
        for one in some
    ]
    return table(["member", "in the ledger", "before", "after", "change"], rows)


def _campaigns(simulation: Simulation) -> str:
    rows = []
    for campaign, point_type, budget in budgets(simulation.scenario):
        days = simulation.tally.days_of(campaign, point_type)
        asked = sum(days.values())
        beyond, until = max(0, asked - budget), runs_out_on(days, budget) or "–"
        rows.append([campaign, number(asked), number(budget), number(beyond), until])
    return table(["campaign", "asked for", "budget", "beyond it", "runs out on"], rows)


def _versions(every: Sequence[Simulation]) -> str:
    rows = []
    for one in every:
        for name in one.scenario.point_types:
            total, members = one.tally.total(name), one.tally.members_of(name)
            cost = one.scenario.cost(name, total.after)
            rows.append(
                [
                    f"version {one.version} against {_before(one)}",
                    name,
                    number(total.before),
                    number(total.after),
                    number(members.up),
                    number(members.down),
                    "–" if cost is None else _money(one.scenario, cost),
                ]
            )
    head = ["version", "points", "before", "after", "gain", "lose", "cost"]
    return table(head, rows, text_columns=2)


def _notes(scenario: Scenario) -> str:
    notes = [
        ALIKE,
        "Each rule has what the sum of points, rounded down after it, rises by.",
        *(LEFT_OUT[name] for name in scenario.leaves_out),
    ]
    return "<h2>How to read this</h2>" + "".join(f"<p>{escape(note)}</p>" for note in notes)


def _before(simulation: Simulation) -> str:
    against = simulation.against
    return "what was in force" if against is None else f"version {against}"


def _period(scenario: Scenario) -> str:
    begin, end = (at.astimezone(scenario.zone) for at in (scenario.from_at, scenario.to_at))
    return escape(f"{begin:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M}, {scenario.zone.key}")


def _band(least: int, most: int) -> str:
    return signed(least) if least == most else f"{signed(least)} to {signed(most)}"


def _money(scenario: Scenario, minor: int) -> str:
    rules = scenario.after.versions[-1]
    return f"{money(minor, rules.minor_per_unit)} {rules.currency}"
