"""A transaction an event, the way a careful team without batches would: one call of a PL/pgSQL
function that dedupes, rates, posts, updates both balances and writes the outbox.
"""

import asyncpg

from tests.bench import history
from tests.bench.contender import Contender, side_by_side
from tests.bench.crew import Done, Order

TABLES = """
CREATE TABLE IF NOT EXISTS call_posting (
    member_id uuid, fact_id uuid, point_type smallint, points bigint, occurred_at timestamptz,
    expires_at timestamptz, seq bigint, basis bytea, PRIMARY KEY (member_id, fact_id, point_type));
CREATE TABLE IF NOT EXISTS call_account (
    member_id uuid, point_type smallint, available bigint, seq bigint,
    PRIMARY KEY (member_id, point_type)) WITH (fillfactor = 75);
CREATE TABLE IF NOT EXISTS call_outbox (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body bytea);
CREATE OR REPLACE FUNCTION call_accrue(
    m uuid, f uuid, at timestamptz, nets bigint[], tier numeric, said bytea) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
    spent bigint := (SELECT sum(n) FROM unnest(nets) n);
    worth bigint[] := ARRAY[floor(spent * tier / 100), spent / 100];
    nth bigint;
BEGIN
    FOR t IN 1..2 LOOP
        INSERT INTO call_account AS a VALUES (m, t, worth[t], 1)
        ON CONFLICT (member_id, point_type)
        DO UPDATE SET available = a.available + worth[t], seq = a.seq + 1 RETURNING seq INTO nth;
        INSERT INTO call_posting VALUES (
            m, f, t, worth[t], at, date_trunc('year', at) + interval '2 years', nth, said)
        ON CONFLICT DO NOTHING;
        IF NOT FOUND THEN RAISE EXCEPTION 'posted before'; END IF;
    END LOOP;
    INSERT INTO call_outbox (body) VALUES (said);
    RETURN true;
END $$
"""
FILL = """
INSERT INTO call_account SELECT CAST(m AS uuid), t, 0, 0
FROM unnest(CAST($1 AS text[])) m, generate_series(1, 2) t ON CONFLICT DO NOTHING
"""
CALL = "SELECT call_accrue($1, $2, $3, $4, 1.1, $5)"


class PerCall(Contender):
    """`at_once` calls in flight, each on a connection of its own, statements prepared."""

    async def ready(self, order: Order) -> None:
        """Have the turn's events decoded and at hand: only the calls are on the clock."""
        self._lanes = [await asyncpg.connect(self.spec.dsn) for _ in range(order.at_once)]
        self._calls = [await lane.prepare(CALL) for lane in self._lanes]
        events = self.spec.history.turn(order.turn, order.events)
        mine = history.share(events, self.spec.part, self.spec.of)
        self._work = [
            (e.member_id, e.fact_id, e.occurred_at, [line.net_minor for line in e.lines], m.body)
            for e, m in zip(mine, history.messages(mine), strict=True)
        ]

    async def go(self, order: Order) -> Done:
        """Call by call."""

        async def call(lane: int, one: tuple[object, ...]) -> None:
            await self._calls[lane].fetchval(*one)

        done = await side_by_side(self._work, order.at_once, call, len(self._work))
        await self.close()
        return done

    async def close(self) -> None:
        """Give back the connections."""
        for one in self._lanes:
            await one.close()
