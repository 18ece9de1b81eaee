"""The pass over what is due leaves what the pure function says of each told timeline (T9)."""

from datetime import timedelta
from random import Random

from tier_svc.domain.evaluation import Evaluation, moment
from tier_svc.domain.intervals import Interval, Reason
from tier_svc.store import standings

MEMBERS, INTERVALS_MAX, PASSES = 300, 6, 4
TIERS = ("regular", "silver", "gold")


def timeline(chance, begins):
    """Some intervals one after the other, to the microsecond; the last has no end."""
    lengths = (
        timedelta(days=chance.randrange(40), microseconds=chance.randrange(10**6) + 1)
        for _ in range(chance.randrange(INTERVALS_MAX))
    )
    edges = [begins + timedelta(days=chance.randrange(30))]
    for length in lengths:
        edges.append(edges[-1] + length)
    return [
        Interval(chance.choice(TIERS), 0, 1, since, until, Reason.REACHED)
        for since, until in zip(edges, [*edges[1:], None], strict=True)
    ]


async def test_T9_a_pass_leaves_what_the_pure_function_says(hall, instant):
    chance, begins = Random(5), instant("2026-03-01T00:00")
    told = {f"a{n}": timeline(chance, begins) for n in range(MEMBERS)}
    hall.stage.at(begins)
    async with hall.stage.begin() as tx:
        found = [
            (Evaluation(m, "drawn", 0, 1, of, of), moment(of, begins)) for m, of in told.items()
        ]
        await standings.begin_standings(tx, found)
    ends = sorted(one.to_at for of in told.values() for one in of if one.to_at)
    for place in range(1, PASSES + 1):
        at = ends[len(ends) * place // PASSES - 1]
        hall.stage.at(at)
        await hall.stage.run_job("advance_standings")
        rows = await hall.stage.rows(
            "SELECT member_id, tier, next_evaluation_at AS due FROM standing WHERE ladder = 'drawn'"
        )
        expected = {member: moment(of, at) for member, of in told.items()}
        assert {row.member_id: (row.tier, row.due) for row in rows} == {
            member: (one.tier, one.next_evaluation_at) for member, one in expected.items()
        }
