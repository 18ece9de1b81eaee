"""A service of the smallest kind, to try the chassis on: jars of beans, with no word of the
business.
"""

import asyncio
from pathlib import Path
from typing import Any, ClassVar

from chassis.document import Document
from chassis.http import (
    Body,
    Instant,
    Lines,
    LinesDep,
    Note200,
    NotFound,
    PageDep,
    PositiveCount,
    Ref,
    RefPath,
    Router,
    TxDep,
    View,
    answer_lines,
)
from chassis.http.strictjson import parse
from chassis.jobs import Job
from chassis.service import Service
from chassis.tx import Conflict, Tx
from contracts.events.members import MemberEnrolled
from contracts.ids import EventId, MemberId
from contracts.refusal import Refusal


class JarFull(Refusal):
    """No more than 100 beans."""

    code: ClassVar[str] = "jar_full"
    title: ClassVar[str] = "The jar is full."


class JarBody(Body):
    """A jar to put on the shelf."""

    name: Ref
    beans: PositiveCount
    label: Note200 | None = None
    made_at: Instant | None = None


class JarView(View):
    """A jar."""

    name: str
    beans: int
    made_at: Instant | None = None


class ShelfSettings(Body):
    """Settings of the shelf."""

    beans_max: int


router = Router()
settings = Document("programme", ShelfSettings)
races: list[int] = []

PUT_JAR = "INSERT INTO jar (name, beans) VALUES (:name, :beans)"
JARS = "SELECT name, beans FROM jar WHERE name > :after ORDER BY name LIMIT :limit"


@router.post("/jars", status_code=201, scope="jar:write", keyed=True, refuses=(JarFull,))
async def put_jar(body: JarBody, tx: TxDep) -> JarView:
    """Put a jar on the shelf."""
    await tx.execute("put_jar", PUT_JAR, name=body.name, beans=body.beans)
    if body.beans > 100:
        raise JarFull(asked=body.beans, room=100)
    return JarView(name=body.name, beans=body.beans, made_at=body.made_at)


@router.post("/jars:batch", scope="jar:write", lines=True)
async def put_jars(lines: LinesDep) -> Any:
    """Say which lines could be read."""
    assert isinstance(lines, Lines)
    return answer_lines(
        [{"line": n, "status": 201, "name": parse(line)["name"]} for n, line in enumerate(lines, 1)]
    )


@router.post("/jars/{name}/race", scope="jar:write")
async def race(name: RefPath, tx: TxDep) -> JarView:
    """Lose the race as often as the test says."""
    await tx.execute("put_jar", PUT_JAR, name=name, beans=1)
    if races and races.pop():
        raise Conflict("test")
    return JarView(name=name, beans=1)


@router.get("/jars", scope="jar:read")
async def list_jars(page: PageDep, tx: TxDep) -> dict[str, Any]:
    """The jars by name."""
    after = page.after[0] if page.after else ""
    rows = await tx.execute("jars", JARS, after=after, limit=page.wanted)
    return page.show(rows, lambda row: {"name": row.name}, lambda row: [row.name])


@router.get("/jars/{name}", scope="jar:read", refuses=(NotFound,))
async def read_jar(name: RefPath, tx: TxDep) -> JarView:
    """One jar."""
    rows = await tx.execute("jar", "SELECT name, beans FROM jar WHERE name = :name", name=name)
    if not rows:
        raise NotFound
    return JarView.model_validate(rows[0])


@router.post("/jars/{name}/tell", scope="jar:write")
async def tell(name: RefPath, tx: TxDep) -> JarView:
    """Say that somebody has the jar."""
    tx.emit(
        MemberEnrolled(
            event_id=EventId(name),
            member_id=MemberId(name),
            occurred_at=tx.now,
            recorded_at=tx.now,
            version="1",
            enrolled_at=tx.now,
        )
    )
    return JarView(name=name, beans=0)


@router.get("/jars/{name}/settings", scope="jar:read")
async def read_room(name: RefPath, tx: TxDep) -> JarView:
    """How many beans the settings allow."""
    return JarView(name=name, beans=(await settings.current(tx))[1].beans_max)


@router.get("/jars/{name}/slowly", scope="jar:read")
async def read_slowly(name: RefPath) -> JarView:
    """Too slow for anybody."""
    await asyncio.sleep(60)
    return JarView(name=name, beans=0)


@router.get("/jars/{name}/broken", scope="jar:read")
async def read_broken(name: RefPath) -> JarView:
    """A fault of ours."""
    raise ZeroDivisionError(name)


async def eat_beans(tx: Tx, limit: int) -> int:
    """Eat one bean of each of `limit` jars."""
    rows = await tx.execute(
        "eat",
        """UPDATE jar SET beans = beans - 1 WHERE name IN (
             SELECT name FROM jar WHERE beans > 0 ORDER BY name LIMIT :limit FOR UPDATE SKIP LOCKED)
           RETURNING name""",
        limit=limit,
    )
    return len(rows)


service = Service(
    name="shelf-svc",
    routers=[router],
    subscriptions=(),
    jobs=(Job("eat_beans", every_s=60, run=eat_beans, batch_max=1),),
    migrations=Path(__file__).parent / "migrations",
    programme=settings,
)
