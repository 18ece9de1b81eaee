"""What one walk after another counts, against each counted by itself (T4)."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.oracle.drawn_lives import as_known, lives, measures, windows
from tier_svc.domain.metrics import profiles
from tier_svc.domain.publications import grounds_of
from tier_svc.domain.recounting import Recount
from tier_svc.domain.walk import facts_at


def steps(values):
    """A profile where nothing is said twice; before it all it is 0."""
    out = []
    for at, value in values:
        if value != (out[-1][1] if out else 0):
            out.append((at, value))
    return out


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(lives(), st.lists(measures(windows), min_size=4, max_size=12), st.randoms())
def test_T4_a_walk_after_a_return_counts_what_it_would_count_by_itself(life, asked, chance):
    grounds = grounds_of(life.versions, as_known(life))
    (version,) = grounds.versions
    frame = grounds.frame(version)
    cuts = [grounds.starts_at, *(back.effect_at for back in version.history.returns)]
    count = Recount(asked, frame)
    for cut in (*cuts, *chance.choices(cuts, k=6)):
        facts = facts_at(version, cut)[: chance.choice((3, None, None))]
        found, expected = count.of(facts), profiles(asked, facts, frame)
        assert [steps(found[one]) for one in asked] == [steps(expected[one]) for one in asked]
