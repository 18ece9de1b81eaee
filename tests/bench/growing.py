"""What a purchase costs in a small ledger and in one of ten times the members and postings: S8."""

from chassis.bus.message import Batch
from contracts.events.purchases import PurchaseRecorded
from tests.bench import history
from tests.bench.ground import Ground
from tests.bench.ledger import Ledger
from tests.bench.measure import Turn
from tests.bench.results import Goal, Result

TIMES = 10
GROWN_MAX = Goal(1.25, at_least=False)
EACH = 100
"""Points of each posting that fills a ledger."""
ACCOUNTS = """
INSERT INTO account (member_id, point_type, available, pending, held, deficit, seq, turn, open_from,
    due_at, head)
SELECT m, 'points', CAST($3 AS bigint) * $2, 0, 0, 0, CAST($2 AS bigint), 0,
    CAST($4 AS timestamptz), CAST($5 AS timestamptz), CAST($6 AS bytea)
FROM unnest(CAST($1 AS text[])) m
UNION ALL
SELECT m, 'growth', 0, 0, 0, 0, 0, 0, NULL, NULL, CAST($6 AS bytea)
FROM unnest(CAST($1 AS text[])) m
"""
POSTINGS = """
INSERT INTO posting (member_id, fact_id, part, point_type, kind, debit, credit, points, occurred_at,
    recorded_at, rule_version, revision, available_from, expires_at, seq, available_after, basis,
    hash)
SELECT m, CAST(lpad(to_hex(CAST(extract(epoch FROM at) * 1000 AS bigint)), 12, '0')
        || substr(md5(m || n), 1, 20) AS uuid), 'points', 'points', 'accrual', 'issuance',
    'available', CAST($3 AS bigint), at, at, 1, 1, at, CAST($5 AS timestamptz), n,
    CAST($3 AS bigint) * n, CAST($7 AS bytea), CAST($6 AS bytea)
FROM generate_series(1, CAST($2 AS integer)) n, unnest(CAST($1 AS text[])) m,
    LATERAL (SELECT CAST($4 AS timestamptz) + n * interval '1 hour' AS at) t
"""
JOURNAL = """
INSERT INTO journal_entry (recorded_at, recorded_on, zone, point_type, kind, debit, credit,
    occurred_month, expiry_month, postings, points)
VALUES (now(), now(), 'UTC', 'points', 'accrual', 'issuance', 'available', 'none', 'none', $1, $2)
"""


async def fill(ledger: Ledger, members: int, postings: int) -> None:
    """A history in bulk: as many postings of each member, balances and journal to match."""
    ids = [history.member_id(number) for number in range(members)]
    begins, each = history.a_while_ago(60), postings // members
    ends = begins.replace(year=begins.year + 9)
    facts = (each, EACH, begins, ends, bytes(32))
    await ledger.beside.execute(ACCOUNTS, ids, *facts)
    for first in range(0, members, 10_000):
        await ledger.beside.execute(POSTINGS, ids[first : first + 10_000], *facts, bytes(80))
    await ledger.beside.execute(JOURNAL, members * each, members * each * EACH)
    await ledger.beside.execute("VACUUM ANALYZE")


async def growing(ground: Ground) -> list[Result]:
    """The small ledger and the grown one take turns on purchases of their own members."""
    sizes = ground.sizes
    ledgers: list[Ledger] = []
    tolds: list[history.History] = []
    for less in (TIMES, 1):
        ledger, members = await ground.ledger(), sizes.large_members // less
        await fill(ledger, members, sizes.large_postings // less)
        ledgers.append(ledger)
        tolds.append(history.History(history.a_while_ago(sizes.turns + 1), members))
    turns: list[tuple[Turn, Turn]] = []
    for number in range(sizes.turns + 1):
        small, large = (told.turn(number, sizes.events, is_each=True) for told in tolds)
        turns.append(
            (
                await ledgers[0].accrue(_batches(small, number)),
                await ledgers[1].accrue(_batches(large, number)),
            )
        )
    for ledger in ledgers:
        await ledger.check()
        await ledger.close()
    members, postings = sizes.large_members, sizes.large_postings
    return [
        Result.of(
            ("S8", f"a purchase with {members:,} members, {postings:,} postings"),
            [large.wall_s / small.wall_s for small, large in turns[1:]],
            GROWN_MAX,
            f"with {members // TIMES:,} members, {postings // TIMES:,} postings",
            "",
        )
    ]


def _batches(events: list[PurchaseRecorded], turn: int) -> list[Batch]:
    return list(history.batches(events, turn * len(events)))
