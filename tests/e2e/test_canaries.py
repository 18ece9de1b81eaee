"""Whoever looks for canaries finds them: left in any encoding, in any kind of place."""

import zlib
from base64 import b64encode
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio

from chassis.bus.message import Message, pack
from chassis.testing.databases import Server
from tests.e2e.canaries import ENCODINGS, Canaries, Found, Place, files, rows
from tests.e2e.suite import service

NAME = "Wen Xylocanary 文"
PHONE = "+8613899018842"
LOOKED_FOR = Canaries({"name": [NAME], "phone": [PHONE]})
SCRATCH = "CREATE TABLE leak (note text, document jsonb, raw bytea, many text[])"


@pytest_asyncio.fixture(loop_scope="session")
async def scratch(server: Server) -> str:
    """A database of points-svc with a table where leaks are planted."""
    dsn = await server.fresh(service("points-svc").migrations)
    await execute(dsn, SCRATCH)
    return dsn


async def execute(dsn: str, sql: str, *values: object) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(sql, *values)
    finally:
        await connection.close()


def spelled(text: str) -> list[object]:
    """Every way to leave a text, as cases."""
    return [
        pytest.param(left, id=f"{encoding} {number}")
        for encoding, spell in ENCODINGS.items()
        for number, left in enumerate(spell(text))
    ]


@pytest.mark.parametrize("left", spelled(PHONE))
def test_I18_a_phone_left_in_any_encoding_is_found(left: bytes) -> None:
    found = LOOKED_FOR.found_in([Place("a log", b'{"event":"' + left + b'"}\n')])
    assert {(each.place, each.canary) for each in found} == {("a log", "phone")}


@pytest.mark.parametrize("left", spelled(NAME))
def test_I18_a_name_left_in_any_encoding_is_found(left: bytes) -> None:
    found = LOOKED_FOR.found_in([Place("a page", b"\x00" + left + b"\xff")])
    assert {(each.place, each.canary) for each in found} == {("a page", "name")}


@pytest.mark.parametrize("shift", range(3))
def test_I18_the_base64_of_a_longer_text_hides_nothing(shift: int) -> None:
    longer = f"{'x' * shift}{PHONE}, {NAME}".encode()
    found = LOOKED_FOR.found_in([Place("a cursor", b64encode(longer))])
    assert {each.canary for each in found} == {"name", "phone"}


def test_I18_what_is_nobodys_is_not_found() -> None:
    content = b'{"member_id": "0198b1f0-0000-7000-8000-000000000001", "phone": "138****8842"}'
    assert LOOKED_FOR.found_in([Place("an answer", content)]) == set()


def test_I18_what_is_too_short_to_tell_is_no_canary() -> None:
    with pytest.raises(AssertionError, match="by chance"):
        Canaries({"initials": ["WX"]})


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("note", f"called {PHONE}"),
        ("document", f'{{"by": "{NAME}"}}'),
        ("raw", b"\x00" + PHONE.encode()),
        ("raw", zlib.compress(PHONE.encode())),
        ("many", ["x", NAME]),
    ],
    ids=["text", "JSON", "bytes", "compressed bytes", "an array"],
)
async def test_I18_a_leak_into_any_kind_of_column_is_found(
    scratch: str, column: str, value: object
) -> None:
    assert LOOKED_FOR.found_in(await rows("points-svc", scratch)) == set()
    await execute(scratch, f"INSERT INTO leak ({column}) VALUES ($1)", value)
    found = LOOKED_FOR.found_in(await rows("points-svc", scratch))
    assert {each.place for each in found} == {"points-svc leak"}


async def test_I18_a_leak_into_a_header_of_an_event_is_found(scratch: str) -> None:
    said = Message("loyalty.points", "m1", (("ce_subject", PHONE.encode()),), b"{}")
    sql = "INSERT INTO outbox (created_at, n, records) VALUES (now(), 1, $1)"
    await execute(scratch, sql, pack([said]))
    found = LOOKED_FOR.found_in(await rows("points-svc", scratch))
    assert Found("points-svc outbox", "phone", "UTF-8") in found


def test_I18_a_leak_into_any_file_is_found(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "gateway.log").write_text(f"GET /v1/members/{PHONE}")
    (tmp_path / "run.json").write_text("{}")
    found = LOOKED_FOR.found_in(files(tmp_path))
    assert {each.place for each in found} == {"logs/gateway.log"}
