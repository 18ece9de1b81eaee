"""A superuser changes rows behind the ledger's back: within one round they are named (P13, I17)."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from chassis.tx import Tx
from points_svc.domain.postings import chained
from points_testing.auditing import DAY, DAYS, audited, bought, chain
from points_testing.desk import START, Desk

Tamper = Callable[[Tx, str], Awaitable[Any]]


async def tampered(desk: Desk, act: Tamper, member: str) -> list[dict[str, Any]]:
    """What is found after somebody who can switch the triggers off has been at it. Afterwards all
    is as it was.
    """
    await desk.stage.run_job("anchor_heads")
    assert await audited(desk) == []
    tables = ("posting", "draw", "account", "hold", "journal_entry")
    async with desk.stage.begin() as tx:
        await tx.execute("off", "SET LOCAL session_replication_role = replica")
        for table in tables:
            await tx.execute("keep", f"DROP TABLE IF EXISTS was_{table}")
            await tx.execute("keep", f"CREATE TABLE was_{table} AS SELECT * FROM {table}")
        await act(tx, member)
    found = await audited(desk)
    async with desk.stage.begin() as tx:
        await tx.execute("off", "SET LOCAL session_replication_role = replica")
        for table in tables:
            await tx.execute("back", f"DELETE FROM {table}")
            await tx.execute(
                "back", f"INSERT INTO {table} OVERRIDING SYSTEM VALUE SELECT * FROM was_{table}"
            )
            await tx.execute("back", f"DROP TABLE was_{table}")
    assert await audited(desk) == []
    return found


async def write_again(tx: Tx, member: str, seq: int, more: int) -> None:
    """Give one posting more points and write every hash, balance and head after it again."""
    head = bytes(32)
    for row in await chain(tx, member):
        fitted = row._replace(
            points=row.points + (more if row.seq == seq else 0),
            available_after=row.available_after + (more if row.seq >= seq else 0),
        )
        head = chained(head, tuple(fitted)[:-1])
        await tx.execute(
            "forge",
            "UPDATE posting SET points = :p, available_after = :a, hash = :h"
            " WHERE member_id = :m AND fact_id = :f AND part = :part",
            p=fitted.points,
            a=fitted.available_after,
            h=head,
            m=member,
            f=row.fact_id,
            part=row.part,
        )
    await tx.execute(
        "forge",
        "UPDATE account SET available = available + :p, head = :h"
        " WHERE member_id = :m AND point_type = 'points'",
        p=more,
        h=head,
        m=member,
    )
    await tx.execute(
        "forge",
        "INSERT INTO journal_entry (recorded_at, recorded_on, zone, point_type, kind, debit,"
        " credit, occurred_month, expiry_month, postings, points) SELECT now(), now(), 'UTC',"
        " 'points', 'accrual', 'issuance', 'available', '2026-04', '2028-01', 0, :p",
        p=more,
    )


async def test_I17_a_posting_that_a_superuser_changed_is_named(desk: Desk):
    member = await bought(desk)
    async with desk.stage.begin() as tx:
        row = (await chain(tx, member))[2]

    async def change(tx: Tx, member: str) -> None:
        await tx.execute(
            "change",
            "UPDATE posting SET points = points + 900 WHERE member_id = :m AND fact_id = :f"
            " AND part = 'points'",
            m=member,
            f=row.fact_id,
        )

    found = await tampered(desk, change, member)
    named = [one for one in found if one["what"] == "posting_changed"]
    assert [(one["member_id"], one["posting_id"], one["seq"]) for one in named] == [
        (member, row.posting_id, row.seq)
    ]


@pytest.mark.parametrize("nth", [0, 2, 4, 5], ids=["the first", "one between", "a lot", "the last"])
async def test_I17_a_posting_that_a_superuser_removed_is_named(desk: Desk, nth: int):
    member = await bought(desk)
    async with desk.stage.begin() as tx:
        row = (await chain(tx, member))[nth]

    async def remove(tx: Tx, member: str) -> None:
        await tx.execute(
            "remove",
            "DELETE FROM posting WHERE member_id = :m AND fact_id = :f AND part = :p",
            m=member,
            f=row.fact_id,
            p=row.part,
        )

    found = await tampered(desk, remove, member)
    missing = [one for one in found if one["what"] == "posting_missing"]
    assert [(one["member_id"], one["point_type"], one["seq"]) for one in missing] == [
        (member, "points", row.seq)
    ]
    assert missing[0]["posting_id"] == row.posting_id


@pytest.mark.parametrize("seq", [1, 3, 5])
async def test_I17_in_a_whole_chain_written_again_the_posting_is_named(desk: Desk, seq: int):
    member = await bought(desk, anchored=True)
    async with desk.stage.begin() as tx:
        row = (await chain(tx, member))[seq - 1]
    found = await tampered(desk, lambda tx, m: write_again(tx, m, seq, 500), member)
    assert [
        (one["invariant"], one["what"], one["member_id"], one["posting_id"])
        for one in found
        if one["invariant"] == "I17"
    ] == [("I17", "not_as_anchored", member, row.posting_id)]


async def test_I17_a_tail_cut_off_with_all_that_it_moved_contradicts_the_anchor(desk: Desk):
    member = await bought(desk, anchored=True)

    async def cut(tx: Tx, member: str) -> None:
        last, before = (await chain(tx, member))[-1], (await chain(tx, member))[-2]
        for table in ("posting", "draw"):
            await tx.execute(
                "cut",
                f"DELETE FROM {table} WHERE member_id = :m AND fact_id = :f AND part = :p",
                m=member,
                f=last.fact_id,
                p=last.part,
            )
        await tx.execute(
            "cut",
            "UPDATE account SET seq = :s, head = :h, available = :a WHERE member_id = :m"
            " AND point_type = 'points'",
            m=member,
            s=before.seq,
            h=before.hash,
            a=before.available_after,
        )

    found = await tampered(desk, cut, member)
    assert [(x["invariant"], x["what"], x["seq"]) for x in found if x["member_id"]] == [
        ("I17", "posting_missing", 6)
    ]


async def test_I17_an_account_that_is_gone_with_all_its_postings_is_named(desk: Desk):
    member = await bought(desk)

    async def remove(tx: Tx, member: str) -> None:
        for table in ("posting", "draw", "account"):
            await tx.execute("remove", f"DELETE FROM {table} WHERE member_id = :m", m=member)

    found = await tampered(desk, remove, member)
    gone = [(x["member_id"], x["point_type"]) for x in found if x["what"] == "account_missing"]
    assert sorted(gone) == [(member, "growth"), (member, "points")]


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        pytest.param(
            "UPDATE account SET available = available + 5 WHERE member_id = :m"
            " AND point_type = 'points'",
            {("I2", "balance"), ("I1", "points_appeared")},
            id="a balance",
        ),
        pytest.param(
            "UPDATE draw SET points = points - 1 WHERE member_id = :m",
            {("I2", "draws"), ("I2", "lots"), ("I8", "burn_order")},
            id="draws",
        ),
        pytest.param(
            "DELETE FROM hold WHERE member_id = :m",
            {("I3", "held"), ("I6", "hold_ends")},
            id="a hold",
        ),
        pytest.param(
            "UPDATE journal_entry SET points = points + 1 WHERE kind = 'burn'"
            " AND CAST(:m AS text) <> ''",
            {("I1", "points_appeared")},
            id="the journal",
        ),
    ],
)
async def test_I1_I2_I3_what_stands_beside_the_chain_is_compared_with_it(
    desk: Desk, statement: str, what: set[tuple[str, str]]
):
    desk.at(START + next(DAYS) * DAY)
    member = await bought(desk)
    await desk.hold(member, 20, lapse_after_s=600_000)
    found = await tampered(desk, lambda tx, m: tx.execute("tamper", statement, m=m), member)
    assert {(one["invariant"], one["what"]) for one in found} == what


@pytest.mark.parametrize(
    "table", ["journal_entry", "journal_roll", "journal_sum", "anchor", "finding"]
)
@pytest.mark.parametrize("change", ["UPDATE {} SET {}", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
async def test_I17_what_is_kept_as_proof_is_never_changed(desk: Desk, table: str, change: str):
    column = {"anchor": "heads = 1", "finding": "seq = 1", "journal_roll": "first_id = 1"}
    if table in {"journal_roll", "journal_sum"} and "TRUNCATE" not in change:
        await desk.stage.rows(
            "INSERT INTO journal_roll VALUES (1, 1, now(), now()) ON CONFLICT DO NOTHING"
        )
        await desk.stage.rows(
            "INSERT INTO journal_sum VALUES (1, now(), 'UTC', 'points', 'test', 'a', 'b', 'never',"
            " 'none', 0, 0) ON CONFLICT DO NOTHING"
        )
    with pytest.raises(Exception, match="never changed"):
        await desk.stage.rows(change.format(table, column.get(table, "points = 1")))
