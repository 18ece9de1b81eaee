"""The ledger itself: postings and draws are appended, and read back by the only key."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from chassis.parts import Part, appending
from chassis.tx import Row, Tx
from contracts.events.purchases import ActivityRecorded, PurchaseRecorded
from points_svc.domain.basis import AccrualBasis, packed, unpacked
from points_svc.domain.books import Book
from points_svc.domain.facts import Purchased
from points_svc.domain.postings import Draw, Posting
from points_svc.domain.rerating import Accrued
from points_svc.domain.rules import RuleBook
from points_svc.domain.targets import Posted
from points_svc.domain.tiers import Told

LOOK_UP_PURCHASES = """
SELECT n.fact_id, k.is_known, r.has_returns, t.from_at, t.tier, t.seq
FROM unnest(
    CAST(:member_ids AS text[]), CAST(:fact_ids AS text[]), CAST(:occurred AS timestamptz[]),
    CAST(:ladders AS text[])
) AS n (member_id, fact_id, occurred_at, ladder)
LEFT JOIN LATERAL (
    SELECT true AS is_known FROM posting p
    WHERE p.member_id = n.member_id AND p.fact_id = n.fact_id LIMIT 1) k ON true
LEFT JOIN LATERAL (
    SELECT true AS has_returns FROM returned b
    WHERE b.member_id = n.member_id AND b.purchase_fact_id = n.fact_id LIMIT 1) r ON true
LEFT JOIN LATERAL (
    SELECT o.from_at, o.tier, o.seq FROM told_tier o
    WHERE o.member_id = n.member_id AND o.from_at < n.occurred_at
      AND (n.ladder IS NULL OR o.ladder = n.ladder)
    ORDER BY o.ladder, o.from_at DESC LIMIT 1) t ON true
WHERE k.is_known OR r.has_returns OR t.seq IS NOT NULL
"""
ACCRUALS = """
SELECT p.member_id, p.fact_id, p.point_type, p.occurred_at, p.rule_version, p.basis
FROM unnest(CAST(:member_ids AS text[]), CAST(:fact_ids AS text[])) AS n (member_id, fact_id)
CROSS JOIN LATERAL (
    SELECT * FROM posting q
    WHERE q.member_id = n.member_id AND q.fact_id = n.fact_id AND q.kind = 'accrual' OFFSET 0) p
"""
ACCRUALS_SINCE = """
SELECT p.member_id, p.fact_id, p.point_type, p.occurred_at, p.rule_version, p.basis
FROM unnest(CAST(:member_ids AS text[]), CAST(:first_ids AS text[])) AS n (member_id, first_id)
CROSS JOIN LATERAL (
    SELECT * FROM posting q
    WHERE q.member_id = n.member_id AND q.fact_id >= n.first_id AND q.kind = 'accrual' OFFSET 0) p
"""
ACCRUALS_WITHIN = """
SELECT p.member_id, p.fact_id, p.point_type, p.occurred_at, p.rule_version, p.basis
FROM unnest(CAST(:member_ids AS text[]), CAST(:first_ids AS text[])) AS n (member_id, first_id)
CROSS JOIN LATERAL (
    SELECT * FROM posting q
    WHERE q.member_id = n.member_id AND q.fact_id >= n.first_id AND q.fact_id < :until_id
      AND q.kind = 'accrual'
    ORDER BY q.fact_id, q.part LIMIT :limit) p
ORDER BY p.member_id, p.fact_id, p.part LIMIT :limit
"""
POSTED = """
SELECT p.member_id, p.fact_id, p.point_type, CAST(p.points AS bigint) AS points, p.revision
FROM unnest(CAST(:member_ids AS text[]), CAST(:fact_ids AS text[])) AS n (member_id, fact_id)
CROSS JOIN LATERAL (
    SELECT q.member_id, q.fact_id, q.point_type, max(q.revision) AS revision,
           sum(CASE WHEN q.debit = 'issuance' THEN q.points ELSE -q.points END) AS points
    FROM posting q
    WHERE q.member_id = n.member_id AND q.fact_id = n.fact_id AND q.revision > 0
    GROUP BY q.member_id, q.fact_id, q.point_type) p
"""
APPEND_DRAWS = f"""
INSERT INTO draw ({", ".join(Draw._fields)})
SELECT * FROM unnest(
    CAST(:member_id AS text[]), CAST(:lot_id AS text[]), CAST(:fact_id AS text[]),
    CAST(:part AS text[]), CAST(:point_type AS text[]), CAST(:points AS bigint[]),
    CAST(:expired AS bigint[]))
"""
FIRST_PURCHASES = """
SELECT p.member_id, p.occurred_at, p.fact_id
FROM unnest(CAST(:member_ids AS text[])) AS n (member_id)
CROSS JOIN LATERAL (
    SELECT q.member_id, q.occurred_at, q.fact_id FROM posting q
    WHERE q.member_id = n.member_id AND q.kind = 'accrual' AND get_byte(q.basis, 1) <> :no_lines
      AND q.fact_id < (
        SELECT left(f.fact_id, :moment) || :last FROM posting f
        WHERE f.member_id = n.member_id AND f.kind = 'accrual'
          AND get_byte(f.basis, 1) <> :no_lines
        ORDER BY f.fact_id LIMIT 1)
    ORDER BY q.occurred_at, q.fact_id LIMIT 1) p
"""
NO_LINES = packed(())[0]
"""How a basis goes on that has no lines: an activity's."""
MOMENT_LENGTH = 13
"""The part of a fact id that is its millisecond; ids of one are ordered by their instants."""
LAST = "~"


class LookedUp(NamedTuple):
    """What is known of a purchase that comes in."""

    is_known: bool
    has_returns: bool
    told: Told | None


NOTHING_KNOWN = LookedUp(is_known=False, has_returns=False, told=None)


async def look_up_purchases(
    tx: Tx, facts: Sequence[PurchaseRecorded] | Sequence[ActivityRecorded], rules: RuleBook
) -> dict[str, LookedUp]:
    """By fact id: whether it was posted before, whether a return waits for it, and which tier was
    told for the instants just before it, on the ladder that its version rates by.
    """
    rows = await tx.execute(
        "look_up_purchases",
        LOOK_UP_PURCHASES,
        member_ids=[fact.member_id for fact in facts],
        fact_ids=[fact.fact_id for fact in facts],
        occurred=[fact.occurred_at for fact in facts],
        ladders=[rules.in_force(fact.occurred_at).ladder for fact in facts],
    )
    unknown: dict[str, LookedUp] = dict.fromkeys([fact.fact_id for fact in facts], NOTHING_KNOWN)
    return unknown | {
        fact_id: LookedUp(bool(is_known), bool(has_returns), Told(*told) if told[1] else None)
        for fact_id, is_known, has_returns, *told in rows
    }


async def accruals_of(tx: Tx, facts: Iterable[tuple[str, str]], rules: RuleBook) -> list[Accrued]:
    """The accruals of these (member id, purchase's fact id), those that were posted; each purchase
    with the version in force when it occurred.
    """
    keys = sorted(set(facts))
    rows = await tx.execute(
        "accruals_of",
        ACCRUALS,
        member_ids=[member_id for member_id, _ in keys],
        fact_ids=[fact_id for _, fact_id in keys],
    )
    return _accrued(rows, rules)


async def accruals_since(
    tx: Tx, first_ids: Sequence[tuple[str, str]], rules: RuleBook
) -> list[Accrued]:
    """As `accruals_of`, of each (member id, first fact id) the accruals from that id on."""
    rows = await tx.execute(
        "accruals_since",
        ACCRUALS_SINCE,
        member_ids=[member_id for member_id, _ in first_ids],
        first_ids=[first_id for _, first_id in first_ids],
    )
    return _accrued(rows, rules)


async def accruals_within(
    tx: Tx, first_ids: Sequence[tuple[str, str]], until_id: str, limit: int, rules: RuleBook
) -> tuple[list[Accrued], bool]:
    """As `accruals_since`, in the order of members, then facts, and only facts below an id; at most
    so many rows, never a part of a fact. Answers also whether there may be more.
    """
    rows = await tx.execute(
        "accruals_within",
        ACCRUALS_WITHIN,
        member_ids=[member_id for member_id, _ in first_ids],
        first_ids=[first_id for _, first_id in first_ids],
        until_id=until_id,
        limit=limit,
    )
    is_full = len(rows) == limit
    if is_full:
        last = (rows[-1].member_id, rows[-1].fact_id)
        rows = [row for row in rows if (row.member_id, row.fact_id) != last]
    return _accrued(rows, rules), is_full


async def first_purchases(tx: Tx, member_ids: Iterable[str]) -> dict[str, tuple[datetime, str]]:
    """Each member's first purchase of all that were heard, by (occurred_at, fact id); read by the
    posting key, of any number of purchases a few rows.
    """
    rows = await tx.execute(
        "first_purchases",
        FIRST_PURCHASES,
        member_ids=sorted(set(member_ids)),
        no_lines=NO_LINES,
        moment=MOMENT_LENGTH,
        last=LAST,
    )
    return {row.member_id: (row.occurred_at, row.fact_id) for row in rows}


async def posted(
    tx: Tx, purchases: Iterable[tuple[str, str]], returns: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], Posted]:
    """What these facts stand at, by (fact id, point type); facts are (member id, fact id)."""
    accrued, reversed_facts = set(purchases), set(returns)
    keys = sorted(accrued | reversed_facts)
    rows = await tx.execute(
        "posted",
        POSTED,
        member_ids=[member_id for member_id, _ in keys],
        fact_ids=[fact_id for _, fact_id in keys],
    )
    return {
        (row.fact_id, row.point_type): Posted(
            -row.points if (row.member_id, row.fact_id) in reversed_facts else row.points,
            row.revision,
        )
        for row in rows
    }


async def append_postings(tx: Tx, books: Sequence[Book]) -> None:
    """Append what was posted."""
    rows = [posting for book in books for posting in book.postings]
    await tx.copy("append_postings", "posting", Posting._fields, rows)


def posting(books: Sequence[Book]) -> list[Part]:
    """Append a few postings, if the accounts are still as they were read."""
    rows = [posting for book in books for posting in book.postings]
    return [appending("posting", Posting._fields, row) for row in rows]


def drawing(books: Sequence[Book]) -> Part | None:
    """Appends what was drawn, if anything was and the accounts are still as they were read."""
    rows = [draw for book in books for draw in book.draws]
    if not rows:
        return None
    columns = dict(zip(Draw._fields, map(list, zip(*rows, strict=True)), strict=True))
    return Part(APPEND_DRAWS, columns, waits=True)


async def append_draws(tx: Tx, books: Sequence[Book]) -> None:
    """Append what was drawn."""
    rows = [draw for book in books for draw in book.draws]
    if rows:
        await tx.copy("append_draws", "draw", Draw._fields, rows)


def _accrued(rows: Sequence[Row], rules: RuleBook) -> list[Accrued]:
    """Each accrual with the facts of its purchase, which one of its postings carries."""
    bases = [unpacked(row.basis, AccrualBasis) for row in rows]
    facts = {
        (row.member_id, row.fact_id): basis
        for row, basis in zip(rows, bases, strict=True)
        if basis.lines is not None
    }
    return [
        Accrued(
            row.point_type,
            Purchased(
                row.member_id,
                row.fact_id,
                row.occurred_at,
                facts[row.member_id, row.fact_id].shared(own) if own.lines is None else own,
                rules.in_force(row.occurred_at),
            ),
            row.rule_version,
        )
        for row, own in zip(rows, bases, strict=True)
    ]
