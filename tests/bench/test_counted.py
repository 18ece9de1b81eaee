"""What a posting may cost PostgreSQL. Counted, so that a machine's mood cannot fail it (S1c)."""

from chassis.testing.databases import Server
from tests.bench.counting import count


async def test_S1c_a_posting_costs_two_rows_one_index_entry_and_700_bytes(server: Server, tmp_path):
    found = await count(server, tmp_path)
    assert found.rows <= 2.1
    assert found.index_entries <= 1.1
    assert found.wal_bytes <= 700
    assert found.commits <= 1 / 500
    assert found.round_trips <= 11
