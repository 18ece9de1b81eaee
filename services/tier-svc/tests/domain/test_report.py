"""The page of a simulation: it needs nothing besides itself, and says what was counted (T7)."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from tests.oracle.simulated import bought, hand_made, known_of, on
from tier_svc.domain.ladder import Rung
from tier_svc.domain.publications import Publication
from tier_svc.domain.report import report
from tier_svc.domain.report_parts import money, share
from tier_svc.domain.scenario import Division
from tier_svc.domain.simulation import see
from tier_svc.domain.simulation_tally import Tally
from tier_svc.domain.simulations import Simulation, State

VOID = {"meta", "rect", "line"}


class Page(HTMLParser):
    """Reads a page strictly: what is opened is closed, in order."""

    def __init__(self, html):
        super().__init__()
        self.open, self.tags, self.words, self.links = [], [], [], []
        self.boxes = []
        self.feed(html)
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.links += [
            value for name, value in attrs if name in {"src", "href", "action", "xlink:href"}
        ]
        if tag == "rect":
            self.boxes.append(dict(attrs))
        if tag != "rect" and tag in VOID:
            return
        self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if self.open and self.open[-1] == tag:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, words):
        self.words.append(words)


def simulated(members=12, **how):
    of = hand_made(**how)
    when = on("2026-05-02T00:00")
    none_yet = (State.RUNNING, None, 0, "", 0, when, "key:a", None, Tally())
    asked = Simulation("s1", "x", 2, None, None, of, *none_yet)
    known = [
        known_of(bought("a", "2026-03-01T10:00", n * 900, f"s{n % 3}")) for n in range(members)
    ]
    tally = Tally()
    for member in known:
        tally.add(of, see(of, member))
    return replace(asked, state=State.DONE, members=members, tally=tally)


def test_T7_a_report_is_whole_html_that_loads_and_runs_nothing():
    html = report(simulated(division=Division.STORE), [simulated()])
    page = Page(html)
    assert not {"script", "link", "img", "iframe", "object"} & set(page.tags)
    assert page.links == []
    assert not re.search(r"https?:|url\(|@import", html)
    assert {"svg", "table", "title"} <= set(page.tags)


def test_T7_a_report_says_what_was_counted():
    done = simulated(division=Division.STORE)
    text = " ".join(Page(report(done)).words)
    total = done.tally.total
    assert f"{total.up}" in text
    for words in (
        "12 members",
        "evaluated at once",
        "higher at the end",
        "s0",
        "from 50.00",
        "gold",
    ):
        assert words in text, words
    assert f"from {total.points_before}" in text


def test_T7_bars_are_as_high_as_what_they_count():
    done = simulated()
    boxes = [box for box in Page(report(done)).boxes if box["class"].startswith("t")]
    heights = [int(box["height"]) for box in boxes if "x" in box]
    of_one_instant = 2  # tiers
    assert {sum(heights[n : n + of_one_instant]) for n in range(0, len(heights), 2)} == {130}


def test_T7_names_are_text_and_never_markup():
    rungs = (Rung("<script>alert(1)</script>"), Rung('"&gold'))
    ladder = replace(hand_made().after[0].ladder, rungs=rungs)
    evil = simulated(after=(Publication(ladder, hand_made().zone),), terms={})
    html = report(evil)
    assert "<script" not in html
    assert "<script>alert(1)</script>" in "".join(Page(html).words)


def test_T7_a_report_of_nobody_is_a_report():
    assert "0 members" in " ".join(Page(report(simulated(members=0))).words)


def test_T7_tiers_of_several_drafts_are_in_one_order():
    more = replace(
        hand_made().after[0].ladder, rungs=(Rung("regular"), Rung("silver"), Rung("gold"))
    )
    html = report(simulated(), [simulated(after=(Publication(more, hand_made().zone),), terms={})])
    legend = re.findall(r"</svg>(\w+)</li>", html)
    assert legend == ["regular", "silver", "gold"]


@pytest.mark.parametrize(
    ("minor", "unit", "shown"),
    [(123_456, 100, "1,234.56"), (-5, 100, "−0.05"), (7, 1, "7"), (1_005, 1_000, "1.005")],
)
def test_E6_money_is_shown_exactly(minor, unit, shown):
    assert money(minor, unit) == shown


def test_E6_shares_are_rounded_down():
    assert [share(1, 3), share(0, 0), share(2, 2)] == ["33.3 %", "0.0 %", "100.0 %"]
