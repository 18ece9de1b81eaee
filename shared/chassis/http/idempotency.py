"""A command's key remembers its question and its answer, in the transaction that carries the
command out (I14).

Keys are scoped to the caller and unique for ever; the first answer is kept (`LAUREL_ANSWERS_DAYS`)
and given again. What a caller wrote as a key is kept nowhere, only what it is known as (I18).
"""

import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from chassis.auth import Caller, Secrets
from chassis.http import problems
from chassis.http.problems import KeyRequired, KeyReused, KeySpent
from chassis.tx import Tx
from contracts.refusal import Refusal

KEY_MIN, KEY_MAX = 8, 128

CLAIM_KEY = """
INSERT INTO idempotency (source, key, fingerprint, claimed_at)
VALUES (:source, :key, :fingerprint, :now)
ON CONFLICT (source, key) DO NOTHING
RETURNING true AS claimed
"""
FIND_KEY = "SELECT fingerprint, status, body FROM idempotency WHERE source = :source AND key = :key"
ANSWER_KEY = """
UPDATE idempotency SET status = :status, body = :body, answered_at = :now
WHERE source = :source AND key = :key
"""


@dataclass(frozen=True)
class Stored:
    """What a key was answered. `status` is None while the command that claimed it has not ended (a
    saga).
    """

    status: int | None
    body: bytes | None


@dataclass(frozen=True)
class Asked:
    """What a command's key is known as, and the fingerprint of what it asks."""

    key: str
    fingerprint: bytes


def valid_key(key: str | None) -> str:
    """The key, if it is 8 to 128 visible ASCII characters. Refusals: KeyRequired."""
    if key is None or not KEY_MIN <= len(key) <= KEY_MAX or any(not "!" <= c <= "~" for c in key):
        raise KeyRequired
    return key


def known_as(secrets: Secrets, source: str, key: str) -> str:
    """The name under which a caller's key is kept: a keyed hash, because a till may have made its
    key of a phone number, and a number is soon guessed from a plain one.
    """
    named = f"idempotency\n{source}\n{key}".encode()
    return hmac.new(secrets.key("blind_index"), named, hashlib.sha256).hexdigest()


def fingerprint(method: str, path: str, body: Any) -> bytes:
    """What a request asked: method, path and the body's value, whatever its spacing or order of
    members.
    """
    canonical = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(f"{method}\n{path}\n{canonical}".encode()).digest()


async def claim(tx: Tx, caller: Caller, key: str, asked: bytes) -> Stored | None:
    """Claim a key for this transaction. None: it is ours; else what it was answered before.

    Waits for a command that holds the same key. Refusals: KeyReused where it asked something else,
    KeySpent where its answer is no longer kept.
    """
    names = {"source": caller.source, "key": key}
    if await tx.execute("claim_key", CLAIM_KEY, fingerprint=asked, now=tx.now, **names):
        return None
    (row,) = await tx.execute("find_key", FIND_KEY, **names)
    if row.fingerprint != asked:
        raise KeyReused
    if row.status is not None and row.body is None:
        raise KeySpent(outcome="applied" if row.status < 400 else "none")
    return Stored(row.status, row.body)


async def answer(tx: Tx, source: str, key: str, status: int, body: bytes) -> None:
    """Keep the final answer of a claimed key, in the transaction that ends the command."""
    await tx.execute(
        "answer_key", ANSWER_KEY, source=source, key=key, status=status, body=body, now=tx.now
    )


async def refuse(tx: Tx, source: str, key: str, refusal: Refusal) -> Response:
    """Keep the business's no as the final answer of a claimed key; it is answered so."""
    said = problems.answer(refusal, tx.cause.request_id)
    await answer(tx, source, key, said.status_code, bytes(said.body))
    return said
