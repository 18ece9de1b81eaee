"""Many members' purchases at once, as the bytes of their numbers: nothing is read row by row."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from chassis.tx import Row, Tx
from contracts.ids import FactId, MemberId
from tier_svc.domain.crowd import Column, Crowd, Flags, sorted_crowd
from tier_svc.domain.crowd_returns import backs_of, with_returns
from tier_svc.domain.scenario import Division, Scenario
from tier_svc.domain.simulation import UNKNOWN
from tier_svc.store.crowd_folds import FOLD_POINTS, FOLDS, Unfolded, olds_of, unfolded
from tier_svc.store.crowd_returns import RETURNS_ALONE, RETURNS_WITH_POINTS, came_back

MEMBERS_AFTER = """
SELECT array_agg(member_id) AS members,
    string_agg(int8send(hashtextextended(member_id, 0)), ''::bytea) AS named,
    string_agg(timestamptz_send(coalesce(enrolled_at, 'infinity')), ''::bytea) AS enrolled
FROM (SELECT member_id, enrolled_at FROM member WHERE member_id > :after
    ORDER BY member_id LIMIT :limit) AS m
"""

APART = """
SELECT array_agg(member_id) AS apart FROM member
WHERE member_id > :after AND member_id <= :last AND has_ways
"""

PURCHASES = """
SELECT string_agg(int8send(hashtextextended(member_id, 0)) || timestamptz_send(occurred_at)
        || int8send(spend_minor), ''::bytea) AS sent
FROM purchase WHERE member_id > :after AND member_id <= :last AND occurred_at < :before
"""

PURCHASES_WITH_POINTS = """
SELECT string_agg(int8send(hashtextextended(p.member_id, 0)) || timestamptz_send(p.occurred_at)
        || int8send(p.spend_minor) || int8send(coalesce(t.points, -1)), ''::bytea) AS sent
FROM purchase p LEFT JOIN point_total t ON t.member_id = p.member_id AND t.fact_id = p.fact_id
    AND t.point_type = :point_type AND t.member_id > :after AND t.member_id <= :last
WHERE p.member_id > :after AND p.member_id <= :last AND p.occurred_at < :before
"""

AT_ONE_INSTANT = "SELECT * FROM ({}) AS p, ({}) AS r, ({}) AS m, ({}) AS f"
CROWD = AT_ONE_INSTANT.format(PURCHASES, RETURNS_ALONE, APART, FOLDS)
CROWD_WITH_POINTS = AT_ONE_INSTANT.format(
    PURCHASES_WITH_POINTS, RETURNS_WITH_POINTS, APART, f"{FOLDS}) AS o, ({FOLD_POINTS}"
)

MOST_FREQUENT = """
SELECT DISTINCT ON (member_id) member_id, name FROM (
    SELECT member_id, coalesce(nullif({0}, ''), :unknown) COLLATE "C" AS name, count(*) AS times
    FROM purchase WHERE member_id > :after AND member_id <= :last
        AND occurred_at >= :since AND occurred_at < :before
        AND (member_id, fact_id) NOT IN (
            SELECT * FROM unnest(CAST(:members AS text[]), CAST(:facts AS text[])))
    GROUP BY 1, 2) AS n
ORDER BY member_id, times DESC, name
"""

MOST_FREQUENT_OF = {
    Division.STORE: MOST_FREQUENT.format("store_id"),
    Division.CHANNEL: MOST_FREQUENT.format("channel"),
}

EPOCH_2000 = 946_684_800_000_000
"""From where PostgreSQL counts, in microseconds since 1970."""

NEVER = int(np.iinfo(np.int64).max)
"""How PostgreSQL sends infinity."""


SLOTS = 1 << 17


class Following(NamedTuple):
    """The next members by id. `named`: 64 bits that stand for an id; `enrolled` in PostgreSQL's
    microseconds, `NEVER` of who is not enrolled yet.
    """

    members: Sequence[MemberId]
    named: Column
    enrolled: Column

    def upto(self, last: MemberId) -> "Following":
        """Those up to a member, who is one of them."""
        size = self.members.index(last) + 1
        return Following(self.members[:size], self.named[:size], self.enrolled[:size])


async def members_after(tx: Tx, after: str, limit: int) -> Following:
    """The next members by id."""
    (row,) = await tx.execute("crowd_after", MEMBERS_AFTER, after=after, limit=limit)
    return Following(row.members or [], _numbers(row.named), _numbers(row.enrolled))


class Read(NamedTuple):
    """Members as they are at one instant: those who are calculated together, the others, and the
    purchases of which nothing is left.
    """

    crowd: Crowd
    apart: Sequence[MemberId]
    came_whole: Sequence[tuple[MemberId, FactId]]


async def crowd_of(tx: Tx, after: str, following: Following, scenario: Scenario) -> Read:
    """Members with what they bought before the period's end, and what of it came back by then."""
    last = following.members[-1]
    asked = {"after": after, "last": last, "before": scenario.to_at}
    point_types = frozenset(kind for one in scenario.ladders for kind in one.point_types)
    point_type = next(iter(point_types), None)
    if point_type:
        asked["point_type"] = point_type
    (row,) = await tx.execute("crowd", CROWD_WITH_POINTS if point_type else CROWD, **asked)
    olds = olds_of(row, set(following.members))
    bought, again = _bought(row, following, unfolded(olds, row, point_type), len(point_types))
    backs, others = backs_of(came_back(row, point_type, olds), point_types)
    apart = others.union(row.apart or (), again)
    if scenario.division in MOST_FREQUENT_OF:
        apart.update(olds)
    is_enrolled = following.enrolled != NEVER
    is_apart = _are_named_alike(following.named)
    is_apart |= np.fromiter((one in apart for one in following.members), dtype=np.bool_)
    is_plain = is_enrolled & ~is_apart
    named, occurred, spend, *points = bought
    crowd = sorted_crowd(
        [following.members[place] for place in np.flatnonzero(is_plain).tolist()],
        following.enrolled[is_plain] + EPOCH_2000,
        _owners(named, following.named[is_plain]),
        occurred + EPOCH_2000,
        spend,
        dict(zip(sorted(point_types), points, strict=True)),
    )
    each = [following.members[place] for place in np.flatnonzero(is_apart & is_enrolled).tolist()]
    return Read(with_returns(crowd, backs), each, backs.came_whole)


def _bought(
    row: Row, following: Following, old: Unfolded, kinds: int
) -> tuple[list[Column], set[MemberId]]:
    """The columns of all purchases: whose, when, for how much, and their points; and those members
    of whom one may be there twice, folded and told again.
    """
    rows = _columns(row.sent, 3 + kinds)
    if not old.members:
        return rows, set()
    keys = dict(zip(following.members, following.named.tolist(), strict=True))
    named = np.array([keys[member] for member in old.members], dtype=np.int64)[old.owner]
    more = [named, old.at - EPOCH_2000, old.spend, old.points]
    late = rows[1] <= more[1].max()
    alike = set(zip(rows[0][late].tolist(), rows[1][late].tolist(), strict=True))
    folded = zip(old.owner.tolist(), named.tolist(), more[1].tolist(), strict=True)
    again = {old.members[owner] for owner, key, at in folded if (key, at) in alike}
    return [np.concatenate(two) for two in zip(rows, more, strict=False)], again


async def segments_of_range(
    tx: Tx, after: str, read: Read, scenario: Scenario
) -> dict[MemberId, str]:
    """The store or channel of most of what members of a crowd bought in the period and kept."""
    assert scenario.division in MOST_FREQUENT_OF, "others are none of a purchase"
    rows = await tx.execute(
        "segments_of_range",
        MOST_FREQUENT_OF[scenario.division],
        after=after,
        last=read.crowd.member_ids[-1],
        since=scenario.from_at,
        before=scenario.to_at,
        unknown=UNKNOWN,
        members=[member for member, _ in read.came_whole],
        facts=[fact for _, fact in read.came_whole],
    )
    return {row.member_id: row.name for row in rows}


def _numbers(sent: bytes | None) -> Column:
    (column,) = _columns(sent, 1)
    return column


def _columns(sent: bytes | None, width: int) -> list[Column]:
    """The columns of rows of so many numbers each."""
    rows = np.frombuffer(sent or b"", dtype=">i8").reshape(-1, width)
    return [rows[:, place].astype(np.int64) for place in range(width)]


def _are_named_alike(named: Column) -> Flags:
    """Whether the 64 bits that stand for a member stand for another one too."""
    _, of, times = np.unique(named, return_inverse=True, return_counts=True)
    out: Flags = times[of] > 1
    return out


def _owners(named: Column, members: Column) -> Column:
    """The place of each purchase's member among these; -1 of who is none of them.

    Most are found by some bits of their name, the others by search.
    """
    if not members.size:
        return np.full_like(named, -1)
    table = np.zeros(SLOTS, dtype=np.int64)
    table[members & (SLOTS - 1)] = np.arange(members.size)
    own: Column = table[named & (SLOTS - 1)]
    missed = np.flatnonzero(members[own] != named)
    order = np.argsort(members)
    places = np.minimum(np.searchsorted(members[order], named[missed]), members.size - 1)
    found = order[places]
    own[missed] = np.where(members[found] == named[missed], found, -1)
    return own
