"""Tables can be divided by member later, their keys compare as bytes, and postings stay cheap."""

import re
from collections.abc import Iterator

from tests.tidy.source import Findings, Source, Sources, python, strings

TABLE = re.compile(r"CREATE TABLE (?:IF NOT EXISTS )?(\w+) \((.*?)\n\)", re.DOTALL)
KEY = re.compile(r"^\s*PRIMARY KEY \(([^)]+)\)", re.MULTILINE)
COLUMN_KEY = re.compile(r"^\s*(\w+)\s.*PRIMARY KEY", re.MULTILINE)
UNCOLLATED = re.compile(r'^\s*(\w+)\s+text\b(?!\s+COLLATE "C")', re.MULTILINE)
INDEX = re.compile(r"CREATE (?:UNIQUE )?INDEX \w+\s+ON posting\b")

# Names of facts, identifiers, voucher codes and imported lines are unique whoever the member is;
# what is due is found by its day; the audit is in the order of what was done.
KEYED_BY_NAME = frozenset({"fact", "identifier", "voucher_code", "imported", "due", "audit"})


def keys_begin_with_the_member(sources: Sources) -> Findings:
    """A table that grows with a member's history has member_id first in its primary key."""
    for source, name, body in _tables(sources):
        grows = re.search(r"^\s*member_id\s", body, re.MULTILINE) and name not in KEYED_BY_NAME
        if grows and _key(body)[:1] != ["member_id"]:
            yield f"{source.path}: the key of {name} is {_key(body)}"


def keys_compare_as_bytes(sources: Sources) -> Findings:
    for source, name, body in _tables(sources):
        for column in set(UNCOLLATED.findall(body)) & set(_key(body)):
            yield f'{source.path}: {name}.{column} is a key of text without COLLATE "C"'


def postings_stay_cheap(sources: Sources) -> Findings:
    """No foreign key from posting, no second index on it: they cost half of the accruals."""
    for source, name, body in _tables(sources):
        if name == "posting" and "REFERENCES" in body:
            yield f"{source.path}: a foreign key from posting"
    for source in _migrations(sources):
        if INDEX.search(source.text):
            yield f"{source.path}: a second index on posting"


def _key(body: str) -> list[str]:
    found = KEY.search(body)
    if found:
        return [column.strip() for column in found.group(1).split(",")]
    return COLUMN_KEY.findall(body)[:1]


def _migrations(sources: Sources) -> Iterator[Source]:
    return (source for source in python(sources) if "/migrations/" in source.path)


def _tables(sources: Sources) -> Iterator[tuple[Source, str, str]]:
    for source in _migrations(sources):
        for text in strings(source):
            yield from ((source, name, body) for name, body in TABLE.findall(str(text.value)))
