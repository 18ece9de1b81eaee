"""Who bears what of the points that a member gathers from a pool (P10)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from points_svc.domain.pools import apportion
from points_svc.domain.refusals import PointsInsufficient

NAMES = ("ann", "bob", "cid", "dan")


@pytest.mark.parametrize(
    ("points", "shares", "rooms", "parts"),
    [
        pytest.param(
            90, {"ann": 1, "bob": 2}, {"ann": 99, "bob": 99}, {"ann": 30, "bob": 60}, id="by share"
        ),
        pytest.param(
            100,
            {"ann": 1, "bob": 1, "cid": 1},
            {"ann": 99, "bob": 99, "cid": 99},
            {"ann": 34, "bob": 33, "cid": 33},
            id="what is left over goes to the first by id",
        ),
        pytest.param(
            90,
            {"ann": 1, "bob": 2},
            {"ann": 99, "bob": 20},
            {"ann": 70, "bob": 20},
            id="who has less gives all, the others the rest",
        ),
        pytest.param(
            90,
            {"ann": 1, "bob": 1, "cid": 1},
            {"ann": 80, "bob": 5, "cid": 20},
            {"ann": 65, "bob": 5, "cid": 20},
            id="again and again",
        ),
        pytest.param(
            50, {"ann": 0, "bob": 1}, {"ann": 99, "bob": 99}, {"bob": 50}, id="a share of 0"
        ),
        pytest.param(
            50,
            {"ann": 0, "bob": 1},
            {"ann": 99, "bob": 20},
            {"ann": 30, "bob": 20},
            id="who gathers bears what nobody else can",
        ),
        pytest.param(
            50,
            {"ann": 1, "bob": 1},
            {"ann": 99},
            {"ann": 50},
            id="of who may not burn nothing is taken",
        ),
        pytest.param(1, {"ann": 1, "bob": 1}, {"ann": 9, "bob": 9}, {"ann": 1}, id="one point"),
    ],
)
def test_P10_a_gathering_is_borne(points, shares, rooms, parts):
    assert apportion(points, "ann", shares, rooms) == parts


def test_P10_of_somebody_else_without_a_share_nothing_is_taken():
    with pytest.raises(PointsInsufficient) as refused:
        apportion(31, "ann", {"ann": 1, "bob": 2, "cid": 0}, {"ann": 10, "bob": 20, "cid": 99})
    assert refused.value.numbers == {"asked": 31, "available": 30}


SHARES = st.fixed_dictionaries(dict.fromkeys(NAMES, st.integers(0, 5)))
ROOMS = st.fixed_dictionaries(dict.fromkeys(NAMES, st.integers(0, 1_000)))


@settings(max_examples=150, deadline=None)
@given(st.integers(1, 4_000), SHARES, ROOMS)
def test_P10_parts_sum_to_what_is_asked_and_nobody_bears_more_than_they_have(points, shares, rooms):
    can = sum(rooms[one] for one in NAMES if shares[one] or one == "ann")
    if points > can:
        with pytest.raises(PointsInsufficient) as refused:
            apportion(points, "ann", shares, rooms)
        assert refused.value.numbers == {"asked": points, "available": can}
        return
    parts = apportion(points, "ann", shares, rooms)
    assert sum(parts.values()) == points
    assert all(0 < part <= rooms[one] for one, part in parts.items())
    assert all(shares[one] or one == "ann" for one in parts)
    spare = [one for one in NAMES if shares[one] and parts.get(one, 0) < rooms[one]]
    for one in spare:
        for other in spare:
            mine, theirs = parts.get(one, 0) * shares[other], parts.get(other, 0) * shares[one]
            assert abs(mine - theirs) <= shares[one] + shares[other] or "ann" in {one, other}
