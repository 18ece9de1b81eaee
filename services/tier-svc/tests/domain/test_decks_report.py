"""The decks' figures as one report: monthly against quarterly against yearly re-evaluation of the
same history (T7).
"""

import re
from html import unescape

import pytest

from tests.oracle.simulated import SHANGHAI, decks_ladder, known_of, on, visit
from tier_svc.domain.instants import Period
from tier_svc.domain.publications import Publication
from tier_svc.domain.report import report
from tier_svc.domain.scenario import Setting, SimulationAsk, scenario
from tier_svc.domain.simulation import see
from tier_svc.domain.simulation_tally import Tally
from tier_svc.domain.simulations import Simulation, State

THREE_VISITS = [visit(str(n), f"2026-02-{day}T10:00") for n, day in enumerate(("03", "10", "17"))]
TEN_THOUSAND_POINTS = [visit("a", "2026-02-10T10:00", growth=10_000)]
A_HUNDRED_THOUSAND_SPENT = [visit("a", "2026-02-10T10:00", 10_000_000)]
MEMBERS = (THREE_VISITS, TEN_THOUSAND_POINTS, A_HUNDRED_THOUSAND_SPENT)
AT = on("2027-01-01T00:00")
PERIODS = (Period.MONTH, Period.QUARTER, Period.YEAR)


def simulated(version, looked_at):
    ask = SimulationAsk(version, None, on("2026-01-01T00:00"), AT)
    in_force = (Publication(decks_ladder(1, None), SHANGHAI),)
    of = scenario(ask, Setting(in_force, SHANGHAI, 100), decks_ladder(version, looked_at), None)
    tally = Tally()
    for facts in MEMBERS:
        tally.add(of, see(of, known_of(*facts)))
    until = (State.DONE, None, 3, "", 0, AT, "key:a", AT, tally)
    return Simulation(f"s{version}", "decks", version, None, None, of, *until)


@pytest.fixture(scope="module")
def tables():
    """The rows of each table of the page, by the heading above it."""
    first, *others = [simulated(n, period) for n, period in enumerate(PERIODS, 2)]
    found = {}
    for part in report(first, others).split("<h2>")[1:]:
        heading, _, rest = part.partition("</h2>")
        rows = re.findall(r"<tr>(.*?)</tr>", rest)
        found[heading] = [
            [unescape(re.sub("<.*?>", "", cell)) for cell in re.findall(r"<t[dh].*?</t[dh]>", row)]
            for row in rows
        ]
    return found


def test_T7_the_more_seldom_members_are_looked_at_the_shorter_they_stand_higher(tables):
    assert tables["Month ends in each tier, all members together"] == [
        ["by", "regular", "silver", "gold", "vip"],
        ["version 1, in force, evaluated at once", "12", "2", "11", "11"],
        ["version 2, evaluated monthly", "14", "2", "10", "10"],
        ["version 3, evaluated quarterly", "18", "0", "9", "9"],
        ["version 4, evaluated yearly", "36", "0", "0", "0"],
    ]


def test_T7_monthly_quarterly_and_yearly_stand_beside_each_other(tables):
    assert tables["Drafts beside each other"] == [
        ["by", "regular", "silver", "gold", "vip", "higher", "lower"],
        ["version 1, in force, evaluated at once", "1", "0", "1", "1", "·", "·"],
        ["version 2, evaluated monthly", "1", "0", "1", "1", "0", "0"],
        ["version 3, evaluated quarterly", "1", "0", "1", "1", "0", "0"],
        ["version 4, evaluated yearly", "3", "0", "0", "0", "0", "2"],
    ]
