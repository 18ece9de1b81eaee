"""Rows that were written before there were versions read on as they were (migration 0002)."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import msgspec

from chassis.database import engine
from chassis.migrate import migrate
from tier_svc.domain.facts import Line, Taken
from tier_svc.domain.intervals import Interval

MIGRATIONS = Path(__file__).parents[2] / "migrations"
AT = datetime(2026, 3, 2, tzinfo=UTC)
TOLD = [
    {"tier": "regular", "rank": 0, "ordinal": 1, "from_at": "2026-03-01T00:00:00Z"},
    {"tier": "silver", "rank": 1, "ordinal": 1, "from_at": "2026-03-02T00:00:00Z"},
]


def told():
    ends = {"to_at": None, "reason": "reached", "fact_id": None}
    return json.dumps([{**one, **ends} for one in TOLD])


async def before(dsn):
    """A member who was told, one who was not yet, a purchase and its return."""
    connection = await asyncpg.connect(dsn)
    await connection.execute(
        "INSERT INTO ladder (version, name, digest, body, drafted_at, drafted_by) "
        "VALUES (3, 'classic', 'x', '{}', $1, 'key:ops')",
        AT,
    )
    await connection.execute(
        "INSERT INTO ladder_in_force (version, zone, published_at, published_by) "
        "VALUES (3, 'Asia/Shanghai', $1, 'key:ops')",
        AT,
    )
    await connection.execute(
        "INSERT INTO standing (member_id, enrolled_at, seq, told, tier, next_evaluation_at) "
        "VALUES ('told', $1, 2, $2, 'silver', $1), ('untold', $1, 0, '[]', NULL, $1), "
        "('heard', NULL, 0, '[]', NULL, NULL)",
        AT,
        told(),
    )
    await connection.execute(
        "INSERT INTO purchase (member_id, fact_id, occurred_at, spend_minor, lines) "
        """VALUES ('told', 'p', $1, 100, '[["1", 2, 100]]')""",
        AT,
    )
    await connection.execute(
        "INSERT INTO purchase_return (member_id, fact_id, purchase_fact_id, effect_at, taken) "
        """VALUES ('told', 'r', 'p', $1, '[["1", 1]]')""",
        AT,
    )
    await connection.close()


async def test_E3_rows_of_before_are_as_valid_as_new_ones(server, tmp_path):
    first = tmp_path / "first"
    (first / "versions").mkdir(parents=True)
    shutil.copy(MIGRATIONS / "versions" / "0001_tiers.py", first / "versions")
    dsn = await server.fresh(first)
    await before(dsn)
    database = engine(dsn, 2)
    await migrate(database, MIGRATIONS)
    await database.dispose()
    connection = await asyncpg.connect(dsn)
    (publication,) = await connection.fetch("SELECT * FROM publication")
    (standing,) = await connection.fetch("SELECT * FROM standing")
    members = await connection.fetch("SELECT member_id, enrolled_at FROM member ORDER BY 1")
    (purchase,) = await connection.fetch("SELECT * FROM purchase")
    (back,) = await connection.fetch("SELECT * FROM purchase_return")
    await connection.close()
    assert [publication[name] for name in ("ladder", "place", "version", "share", "told_to")] == [
        "classic",
        1,
        3,
        10_000,
        "",
    ]
    assert publication["effective_from"] is None
    assert (standing["member_id"], standing["ladder"], standing["seq"]) == ("told", "classic", 2)
    read = msgspec.json.decode(standing["told"], type=list[Interval])
    assert [(one.tier, one.version) for one in read] == [("regular", 3), ("silver", 3)]
    assert [tuple(row) for row in members] == [("heard", None), ("told", AT), ("untold", AT)]
    assert (purchase["store_id"], purchase["channel"]) == (None, None)
    assert msgspec.json.decode(purchase["lines"], type=list[Line]) == [Line("1", 2, 100)]
    assert back["occurred_at"] == back["effect_at"] == AT
    assert msgspec.json.decode(back["taken"], type=list[Taken]) == [Taken("1", 1)]


async def test_T1_a_purchase_of_before_learns_its_store_when_it_is_told_again(hall):
    shop = hall.shop()
    sale = shop.sold("1", "2026-03-02T10:00", 100, category="tea")
    await hall.hear(sale)
    async with hall.stage.begin() as tx:
        await tx.execute(
            "forget",
            "UPDATE purchase SET store_id = NULL, channel = NULL, lines = '[[\"1\", 1, 100]]' "
            "WHERE member_id = :m",
            m=shop.member,
        )
    await hall.hear(sale)
    (row,) = await hall.stage.rows(
        "SELECT store_id, channel, lines FROM purchase WHERE member_id = :m", m=shop.member
    )
    assert (row.store_id, row.channel, row.lines) == ("s1", "till", [["1", 1, 100, "tea"]])
