"""Personal data that a test follows through the suite: how it may be spelled, and where it lies.

A canary is somebody's phone, e-mail, name, birthday or card. Whoever leaks it may have written it
in any of ENCODINGS; what is searched is lower-cased first, and what is compressed is opened.
"""

import hashlib
import html
import json
import zlib
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import asyncpg

NEEDLE_MIN = 6
"""Bytes. What is shorter is found everywhere by chance."""

DIGITS_MIN = 8
OPENED_MAX = 50_000_000

TABLES = """
SELECT schemaname AS room, tablename AS name FROM pg_tables
WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1, 2
"""
SERVER_LOG = "SELECT pg_read_binary_file('log', 0, 50000000, true)"

Spell = Callable[[str], Iterable[bytes]]


def in_base64(raw: bytes, encode: Callable[[bytes], bytes] = b64encode) -> Iterator[bytes]:
    """As it stands in the base64 of a longer text, at each of three alignments, edges cut off."""
    for shift, cut in enumerate((0, 2, 3)):
        whole = (shift + len(raw)) * 8 // 6
        yield encode(bytes(shift) + raw)[cut:whole]


def digest(name: str) -> Spell:
    """An unsalted hash: as bytes, in hex and in base64."""

    def spelled(text: str) -> Iterable[bytes]:
        raw = hashlib.new(name, text.encode(), usedforsecurity=False).digest()
        return raw, raw.hex().encode(), b64encode(raw)[:-2], urlsafe_b64encode(raw)[:-2]

    return spelled


def digits(text: str) -> Iterable[bytes]:
    """Nothing but the digits, where there are enough to mean somebody."""
    kept = "".join(character for character in text if character.isdigit())
    return [kept.encode()] if len(kept) >= DIGITS_MIN else []


ENCODINGS: dict[str, Spell] = {
    "UTF-8": lambda text: [text.encode()],
    "UTF-16": lambda text: [text.encode("utf-16-le"), text.encode("utf-16-be")],
    "upper case": lambda text: [text.upper().encode()],
    "lower case": lambda text: [text.lower().encode()],
    "URL": lambda text: [quote(text, safe="").encode(), quote_plus(text).encode()],
    "JSON": lambda text: [json.dumps(text)[1:-1].encode()],
    "twice JSON": lambda text: [json.dumps(json.dumps(text)[1:-1])[1:-1].encode()],
    "repr": lambda text: [ascii(text)[1:-1].encode(), repr(text.encode())[2:-1].encode()],
    "HTML": lambda text: [html.escape(text).encode("ascii", "xmlcharrefreplace")],
    "base64": lambda text: in_base64(text.encode()),
    "base64url": lambda text: in_base64(text.encode(), urlsafe_b64encode),
    "hex": lambda text: [text.encode().hex().encode()],
    "reversed": lambda text: [text[::-1].encode()],
    "digits": digits,
    "MD5": digest("md5"),
    "SHA-1": digest("sha1"),
    "SHA-256": digest("sha256"),
}


@dataclass(frozen=True)
class Found:
    """A canary where none may be."""

    place: str
    canary: str
    encoding: str


@dataclass(frozen=True)
class Place:
    """Somewhere that text may lie, and what lies there."""

    name: str
    content: bytes


class Canaries:
    """What is looked for: canaries by name, each in all the spellings that people use for it."""

    def __init__(self, spellings: Mapping[str, Iterable[str]]) -> None:
        self._needles = {
            needle: (canary, encoding)
            for canary, texts in spellings.items()
            for text in texts
            for encoding, spell in reversed(ENCODINGS.items())
            for needle in map(bytes.lower, spell(text))
        }
        short = [needle for needle in self._needles if len(needle) < NEEDLE_MIN]
        assert not short, f"found everywhere by chance: {short}"

    def found_in(self, places: Iterable[Place]) -> set[Found]:
        """Every canary in every encoding, by place."""
        return {
            Found(place.name, *of)
            for place in places
            for content in opened(place.content)
            for needle, of in self._needles.items()
            if needle in content
        }


def opened(content: bytes) -> Iterator[bytes]:
    """The content in lower case, and what is in it if it is compressed."""
    yield content.lower()
    opening = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)
    try:
        yield opening.decompress(content, OPENED_MAX).lower()
    except zlib.error:
        return


def files(folder: Path) -> Iterator[Place]:
    """Every file below a folder."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield Place(str(path.relative_to(folder)), path.read_bytes())


async def rows(service: str, dsn: str) -> list[Place]:
    """Every value of every row of every table, by table."""
    connection = await asyncpg.connect(dsn)
    try:
        found = []
        for room, name in await connection.fetch(TABLES):
            held = await connection.fetch(f'SELECT * FROM "{room}"."{name}"')
            values = b"\n".join(part for row in held for value in row for part in said(value))
            found.append(Place(f"{service} {name}", values))
    finally:
        await connection.close()
    return found


def said(value: Any) -> Iterator[bytes]:
    """One value of a row as it may be read: bytes as they are and opened, all else as text."""
    if isinstance(value, bytes):
        yield value
        yield from list(opened(value))[1:]
    elif isinstance(value, list | tuple):
        for each in value:
            yield from said(each)
    else:
        yield str(value).encode()


async def server_log(dsn: str) -> Place:
    """What an embedded PostgreSQL wrote down itself: statements that failed, with their values."""
    connection = await asyncpg.connect(dsn)
    try:
        log = await connection.fetchval(SERVER_LOG)
    finally:
        await connection.close()
    return Place("log of PostgreSQL", log or b"")
