"""What a command about a name goes by, read at once under the lock of its account: the channel's
hold or burn that bears the name, whether its member may act, and the rules in force.
"""

from collections.abc import Sequence
from typing import NamedTuple

from chassis.tx import Row, Tx
from points_svc.domain.burns import Burn
from points_svc.domain.holds import Hold
from points_svc.domain.member_status import ACTIVE
from points_svc.domain.rules import Rules
from points_svc.store.holds import BURN_COLUMNS, HOLD_COLUMNS, burn_of, hold_of
from points_svc.store.programme import PUBLISHED, book_of

HOLD = [column.strip() for column in HOLD_COLUMNS.split(",")]
BURN = [column.strip() for column in BURN_COLUMNS.split(",")]
RULES = len(PUBLISHED)
GROUND = f"""
SELECT {", ".join(f"r.{one}" for one in PUBLISHED)}, s.status, %s
FROM (SELECT CAST(:member_id AS text) AS member_id) n
LEFT JOIN hold h ON h.member_id = n.member_id AND h.hold_id = :name AND h.source = :source
LEFT JOIN burn b ON b.member_id = n.member_id AND b.burn_id = :name AND b.source = :source
LEFT JOIN member_status s ON s.member_id = n.member_id
LEFT JOIN rule_version r ON r.state = 'published'
ORDER BY r.version
"""
"""A row for each published version; one where there is none."""
HOLD_GROUND = GROUND % ", ".join(["b.burn_id", *(f"h.{one}" for one in HOLD)])
BURN_GROUND = GROUND % ", ".join(["h.hold_id", *(f"b.{one}" for one in BURN)])


class HoldGround(NamedTuple):
    """The hold of a name, or the tombstone in its place; whether a burn bears the name; what was
    said of the member last; the version in force now, None before the first.
    """

    hold: Hold | None
    has_burn: bool
    status: str
    rules: Rules | None


class BurnGround(NamedTuple):
    """The burn of a name, or the tombstone in its place; whether a hold bears the name; what was
    said of the member last; the version in force now, None before the first.
    """

    burn: Burn | None
    has_hold: bool
    status: str
    rules: Rules | None


async def hold_ground(tx: Tx, member_id: str, name: str, source: str) -> HoldGround:
    """What placing or ending a channel's hold of this name goes by."""
    names = {"member_id": member_id, "name": name, "source": source}
    rows = await tx.execute("hold_ground", HOLD_GROUND, **names)
    status, burn_id, *found = tuple(rows[0])[RULES:]
    hold = hold_of(**dict(zip(HOLD, found, strict=True))) if found[0] else None
    return HoldGround(hold, burn_id is not None, status or ACTIVE, _rules_now(tx, rows))


async def burn_ground(tx: Tx, member_id: str, name: str, source: str) -> BurnGround:
    """What making a channel's burn of this name, or cancelling it, goes by."""
    names = {"member_id": member_id, "name": name, "source": source}
    rows = await tx.execute("burn_ground", BURN_GROUND, **names)
    status, hold_id, *found = tuple(rows[0])[RULES:]
    burn = burn_of(**dict(zip(BURN, found, strict=True))) if found[0] else None
    return BurnGround(burn, hold_id is not None, status or ACTIVE, _rules_now(tx, rows))


def _rules_now(tx: Tx, rows: Sequence[Row]) -> Rules | None:
    if rows[0].version is None:
        return None
    return book_of(tuple(row)[:RULES] for row in rows).in_force(tx.now)
