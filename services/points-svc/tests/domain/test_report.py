"""A simulation of rules as a page (T7)."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from fractions import Fraction
from xml.etree import ElementTree as ET

import pytest

from points_svc.domain.breakdown import REST, Part
from points_svc.domain.report import report
from points_svc.domain.report_parts import money, share, signed
from points_svc.domain.simulation import Seen, Weighed
from points_svc.domain.simulation_tally import Tally
from points_svc.domain.simulations import Simulation, State
from points_testing.histories import SHORT
from points_testing.simulating import scenario

BASE = Part("base", "points_by_<spend>")


def done(version: int = 7, against: int | None = None) -> Simulation:
    """Two members in two months: 100 points become 130, 40 become 20."""
    tally = Tally()
    for member, month, before, after in (("m1", 3, 100, 130), ("m2", 4, 40, 20)):
        was, now = Weighed(before, {BASE: before}), Weighed(after, {BASE: after - 1, REST: 1})
        day = date(2026, month, 9)
        sums = tally.add(Seen("points", day, "gold", before, was, now))
        tally.add_member(member, {"points": sums})
    asked = replace(scenario(SHORT, SHORT), point_values={"points": Fraction(1, 2)})
    at = datetime(2026, 5, 1, tzinfo=UTC)
    return Simulation(
        "s1", version, against, asked, State.DONE, 2, 2, "m2", 1, at, "key:ops", at, tally
    )


def cells(page: str) -> list[list[str]]:
    """Every row of every table, in clear."""
    rows = re.findall(r"<tr>(.*?)</tr>", page)
    return [re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row) for row in rows]


def test_T7_the_page_says_what_was_counted():
    page = report(done())
    found = cells(page)
    assert ["2026-03", "1", "100", "100", "130", "+30"] in found
    assert ["2026-04", "1", "40", "40", "20", "−20"] in found
    assert ["gold", "2", "140", "140", "150", "+10"] in found
    assert ["points_by_&lt;spend&gt;", "base", "140", "148", "+8"] in found
    assert ["rounding", "rest", "0", "2", "+2"] in found
    assert ["+20 to +49", "1", "50.0 %"] in found
    assert ["−49 to −20", "1", "50.0 %"] in found
    assert ["m2", "40", "40", "20", "−20"] in found
    assert "<b>+0.05 CNY</b>cost, from 0.70 CNY" in page
    assert "compared with what was in force" in page


def test_T7_what_changes_comes_first_and_what_does_not_is_short():
    found = done()
    same = Weighed(50, {BASE: 50})
    found.tally.add(Seen("growth", date(2026, 3, 9), "gold", 50, same, same))
    page = report(found)
    assert page.index("<h2>points</h2>") < page.index("<h2>growth</h2>")
    assert "Nothing changes." in page.split("<h2>growth</h2>")[1]
    assert ["gold", "1", "50", "50", "50", "0"] not in cells(page)


def test_T7_versions_stand_beside_each_other():
    found = cells(report(done(), [done(8, against=7)]))
    assert ["version 7 against what was in force", "points", "140", "150", "1", "1"] in [
        row[:6] for row in found
    ]
    assert ["version 8 against version 7", "points", "140", "150", "1", "1"] in [
        row[:6] for row in found
    ]


def test_T7_the_page_is_whole_and_loads_nothing():
    page = report(done())
    body = page.split("</head>")[1].removesuffix("</html>")
    assert ET.fromstring(body).tag == "body"
    assert not re.search(r"https?:|<script|src=|url\(", page)
    assert "growth" in page
    assert "No facts in the period." in page


@pytest.mark.parametrize(
    ("minor", "unit", "shown"),
    [(-12_345, 100, "−123.45"), (5, 1, "5"), (1_000_000, 1_000, "1,000.000")],
)
def test_T7_money_has_as_many_places_as_its_currency(minor, unit, shown):
    assert money(minor, unit) == shown


def test_T7_numbers_say_their_sign_and_shares_are_never_rounded_up():
    assert [signed(n) for n in (1_000, 0, -1_000)] == ["+1,000", "0", "−1,000"]
    assert (share(2, 3), share(0, 0), share(3, 3)) == ("66.6 %", "0.0 %", "100.0 %")
