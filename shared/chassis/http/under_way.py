"""Commands that are sagas: the key is claimed with the decision and answered with the transaction
that ends it. Who asks before that is told how it stands and where to ask again (202).
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Generic

from fastapi import Depends, Response
from pydantic import BaseModel

from chassis import metrics, saga
from chassis.auth import Caller
from chassis.http import idempotency, problems
from chassis.http.route import AskedDep, BeginDep, CallerDep, CauseDep
from chassis.saga import Next, One, Saga, Walk
from chassis.tx import Begin, Cause, Tx
from contracts.refusal import Refusal

PENDING = 202
JSON = "application/json"


@dataclass(frozen=True)
class Door:
    """With what a saga's request is served."""

    begin: Begin
    cause: Cause
    caller: Caller
    asked: idempotency.Asked


async def door_of(begin: BeginDep, cause: CauseDep, caller: CallerDep, asked: AskedDep) -> Door:
    """The request's own."""
    return Door(begin, cause, caller, asked)


DoorDep = Annotated[Door, Depends(door_of)]


@dataclass(frozen=True)
class Stands:
    """How what was asked for stands while it has no end, and where to ask for it."""

    location: str
    view: BaseModel


@dataclass(frozen=True)
class Command(Generic[One, Next]):
    """How one is carried out: the decision, the saga that goes on with it, what keeps its answer,
    and how it stands meanwhile. `reveal` makes of a kept good answer what this caller is given.
    """

    saga: Saga[One, Next]
    decide: Callable[[Tx], Awaitable[One]]
    keep: Callable[[Tx, One], Awaitable[None]]
    stands: Callable[[Tx], Awaitable[Stands]]
    reveal: Callable[[bytes], bytes] = bytes


async def carry_out(door: Door, command: Command[One, Next]) -> Response:
    """Decide under the key, or join whoever did; walk what was decided; answer what stands."""
    async with door.begin(door.cause) as tx:
        stored = await idempotency.claim(tx, door.caller, door.asked.key, door.asked.fingerprint)
        decided = await _decided(tx, door, command) if stored is None else None
        taken_at = tx.now
    if isinstance(decided, Response):
        return decided
    if decided is not None:
        await command.saga.reach("after_decision")
        by = Walk(door.begin, door.cause, command.keep, saga.ANSWER_WITHIN_S, taken_at)
        await saga.walk(command.saga, by, decided)
    return await _answered(door, command, is_replay=decided is None)


async def _decided(tx: Tx, door: Door, command: Command[One, Next]) -> One | Response:
    """The decision; or the business's no, kept under the key as the answer."""
    try:
        async with tx.savepoint():
            return await command.decide(tx)
    except Refusal as refusal:
        if refusal.status != 409:
            raise
        metrics.REFUSALS.labels(door.begin.service, refusal.code).inc()
        return await idempotency.refuse(tx, door.caller.source, door.asked.key, refusal)


async def _answered(door: Door, command: Command[One, Next], *, is_replay: bool) -> Response:
    """The final answer where there is one; else the present state and where to ask for it."""
    headers = {"Idempotent-Replayed": "true"} if is_replay else {}
    async with door.begin(door.cause) as tx:
        stored = await idempotency.claim(tx, door.caller, door.asked.key, door.asked.fingerprint)
        assert stored is not None
        if stored.status is None or stored.body is None:
            now = await command.stands(tx)
            headers["Location"] = now.location
            view = now.view.model_dump_json()
            return Response(view, PENDING, media_type=JSON, headers=headers)
    if stored.status >= 400:
        return Response(stored.body, stored.status, media_type=problems.MEDIA_TYPE, headers=headers)
    body = command.reveal(stored.body)
    return Response(body, stored.status, media_type=JSON, headers=headers)
