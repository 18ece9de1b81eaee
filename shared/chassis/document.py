"""A versioned document of settings that operators publish and a service reads in every transaction.

Versions are immutable and counted from 1; the newest is in force. Publishing what is in force
already changes nothing.
"""

import hashlib
from typing import Annotated, Any, Generic, TypeVar

import msgspec
from fastapi import Body as FromBody
from fastapi import Response
from pydantic import BaseModel

from chassis.http.editing import EditDep, PreconditionFailed, tell_version
from chassis.http.problems import NotFound
from chassis.http.route import Router, TxDep
from chassis.tx import Demand, Tx, Unpublished

M = TypeVar("M", bound=BaseModel)

CURRENT_VERSION = """
SELECT version, body FROM document WHERE name = :name ORDER BY version DESC LIMIT 1
"""
PUBLISH_VERSION = """
INSERT INTO document (name, version, body, digest, actor, published_at)
SELECT :name, coalesce(max(version), 0) + 1, :body, :digest, :actor, :now FROM document WHERE name =
:name
"""
LOCK_DOCUMENT = "SELECT pg_advisory_xact_lock(hashtext('document'), hashtext(:name))"


class Document(Generic[M]):
    """Settings of one model under one name. `model` is a strict pydantic model."""

    def __init__(self, name: str, model: type[M]) -> None:
        self.name = name
        self.model = model
        self._read: dict[tuple[int, bytes], M] = {}

    async def current(self, tx: Tx) -> tuple[int, M]:
        """The version in force and its settings. Raises Unpublished where there is none."""
        found = await self.find(tx)
        if found is None:
            raise Unpublished(self.name)
        return found

    async def find(self, tx: Tx) -> tuple[int, M] | None:
        """As `current`, or None."""
        rows = await tx.execute("current_document", CURRENT_VERSION, name=self.name)
        if not rows:
            return None
        (row,) = rows
        return row.version, self.read(row.version, row.body)

    def read(self, version: int, body: str) -> M:
        """The settings of a version as it is stored; those of the last one are remembered."""
        key = (version, hashlib.sha256(body.encode()).digest())
        if key not in self._read:
            self._read = {key: self.model.model_validate_json(body)}
        return self._read[key]

    async def publish(self, tx: Tx, settings: M, demand: Demand | None = None) -> int:
        """Make `settings` the version in force; answers its number, the old one where nothing
        differs. `demand` hears the version that was in force.
        """
        await tx.execute("lock_document", LOCK_DOCUMENT, name=self.name)
        found = await self.find(tx)
        if demand:
            demand(found[0] if found else None)
        if found is not None and found[1] == settings:
            return found[0]
        body = settings.model_dump_json()
        await tx.execute(
            "publish_document",
            PUBLISH_VERSION,
            name=self.name,
            body=body,
            digest=hashlib.sha256(body.encode()).digest(),
            actor=tx.cause.actor,
            now=tx.now,
        )
        return (found[0] if found else 0) + 1


def document_router(service: str, document: Document[Any]) -> Router:
    """GET and PUT /v1/{service}/{name}, scope `ops`."""
    router = Router(tags=[service])
    path = f"/{service}/{document.name}"

    async def read(tx: TxDep, response: Response) -> dict[str, Any]:
        """The settings in force. Their version is also the ETag."""
        found = await document.find(tx)
        if found is None:
            raise NotFound
        tell_version(response, found[0])
        return {"version": found[0], **msgspec.json.decode(found[1].model_dump_json())}

    async def publish(settings: Any, tx: TxDep, edit: EditDep) -> dict[str, Any]:
        """Publish the next version. The same settings again are the version that they are."""
        version = await document.publish(tx, settings, edit.demand)
        edit.tell(version)
        return {"version": version, **msgspec.json.decode(settings.model_dump_json())}

    publish.__annotations__["settings"] = Annotated[document.model, FromBody()]
    router.get(path, scope="ops", refuses=(NotFound,))(read)
    router.put(path, scope="ops", refuses=(PreconditionFailed,))(publish)
    return router
