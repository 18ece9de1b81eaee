"""Many members' old purchases, out of the rows in which they are folded."""

from collections.abc import Container, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec
import numpy as np

from chassis.tx import Row
from contracts.ids import FactId, MemberId
from tier_svc.domain.crowd import UNHEARD, Column, micros

FOLDS = """
SELECT array_agg(member_id ORDER BY member_id, fold) AS folded,
    array_agg(body ORDER BY member_id, fold) AS bodies
FROM purchase_fold WHERE member_id > :after AND member_id <= :last
"""

FOLD_POINTS = """
SELECT array_agg(t.member_id) AS told, array_agg(t.fact_id) AS told_facts,
    array_agg(t.points) AS told_points
FROM member m JOIN point_total t ON t.member_id = m.member_id AND t.point_type = :point_type
WHERE m.has_folds AND m.member_id > :after AND m.member_id <= :last
    AND NOT EXISTS (SELECT FROM purchase p
        WHERE p.member_id = t.member_id AND p.fact_id = t.fact_id)
"""


class Old(NamedTuple):
    """A folded purchase, of which only what counts is read."""

    fact_id: FactId
    occurred_at: datetime
    spend: int
    store: msgspec.Raw
    channel: msgspec.Raw
    lines: msgspec.Raw


Olds = Mapping[MemberId, Mapping[FactId, Old]]

BODY = msgspec.msgpack.Decoder(list[Old])


class Unfolded(NamedTuple):
    """Old purchases as columns; `owner`: the place of the member among those who have some."""

    members: Sequence[MemberId]
    owner: Column
    at: Column
    spend: Column
    points: Column


def olds_of(row: Row, members: Container[MemberId]) -> Olds:
    """The folded purchases of some members, each once; who became one since they were read is none
    of them.
    """
    out: dict[MemberId, dict[FactId, Old]] = {}
    for member, body in zip(row.folded or (), row.bodies or (), strict=True):
        if member not in members:
            continue
        known = out.setdefault(member, {})
        for one in BODY.decode(body):
            known.setdefault(one.fact_id, one)
    return out


def unfolded(olds: Olds, row: Row, point_type: str | None) -> Unfolded:
    """Old purchases with what points-svc told of them."""
    told: dict[tuple[MemberId, FactId], int] = {}
    if point_type is not None and olds:
        named = zip(row.told or (), row.told_facts or (), strict=True)
        told = dict(zip(named, row.told_points or (), strict=True))
    each = [(n, member, one) for n, (member, of) in enumerate(olds.items()) for one in of.values()]
    return Unfolded(
        list(olds),
        np.array([n for n, _, _ in each], dtype=np.int64),
        np.array([micros(one.occurred_at) for _, _, one in each], dtype=np.int64),
        np.array([one.spend for _, _, one in each], dtype=np.int64),
        np.array([told.get((m, one.fact_id), UNHEARD) for _, m, one in each], dtype=np.int64),
    )
