"""Complaints for the naive model, what became of them, and measures that count them."""

from datetime import timedelta

from hypothesis import strategies as st

from contracts.ids import FactId
from tests.oracle.naive_facts import Became, Complained
from tier_svc.domain.complaints import Complaint, Outcome
from tier_svc.domain.measures import EVERYTHING, Measure, Metric, Only

complained_of = st.sampled_from(
    [
        EVERYTHING,
        EVERYTHING,
        Only(categories=("tea",)),
        Only(channels=("web",)),
        Only(severities=("low",)),
    ]
)


def complaints(allowed):
    return st.builds(Measure, st.just(Metric.COMPLAINTS), allowed, only=complained_of)


@st.composite
def outcomes(draw, complained):
    """What became of each: some dated before it, some of one instant."""
    out = []
    for one in complained:
        for part in range(draw(st.sampled_from([0, 0, 1, 1, 2, 3]))):
            at = one.at + timedelta(days=draw(st.sampled_from([-2, 0, 1, 1, 20, 70])))
            state = draw(st.sampled_from(["open", "resolved", "withdrawn", "unfounded"]))
            out.append(Became(at, f"o{one.fact_id}{part}", one.fact_id, state))
    return tuple(out)


@st.composite
def complaints_made(draw, instants, at_least=0):
    category, severity = st.sampled_from(["tea", "toys"]), st.sampled_from(["low", "high"])
    each = st.tuples(instants, category, severity, st.sampled_from(["till", "web"]))
    made = draw(st.lists(each, min_size=at_least, max_size=4))
    return tuple(Complained(one[0], f"c{n}", *one[1:]) for n, one in enumerate(sorted(made)))


def complaint_of(one):
    return Complaint(one.category, one.severity, one.channel, one.fact_id)


def outcome_of(one, channels):
    """As tier-svc hears it; the channel of a complaint that nobody knows means nothing."""
    name = channels.get(one.of, ""), one.of
    return Outcome(one.at, FactId(one.fact_id), name, one.state)
