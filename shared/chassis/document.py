"""A versioned document of settings that operators publish and a service reads in every transaction.

Versions are immutable and counted from 1; the newest is in force. Publishing what is in force
already changes nothing.
"""

import hashlib
from typing import Annotated, Any, Generic, TypeVar

import msgspec
from fastapi import Body as FromBody
from pydantic import BaseModel

from chassis.http.problems import NotFound
from chassis.http.route import Router, TxDep
from chassis.tx import Tx, Unpublished

M = TypeVar("M", bound=BaseModel)

CURRENT_VERSION = "SELECT max(version) AS version FROM document WHERE name = :name"
READ_VERSION = "SELECT body FROM document WHERE name = :name AND version = :version"
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
        (row,) = await tx.execute("document_version", CURRENT_VERSION, name=self.name)
        if row.version is None:
            return None
        (stored,) = await tx.execute(
            "document_body", READ_VERSION, name=self.name, version=row.version
        )
        key = (row.version, hashlib.sha256(stored.body.encode()).digest())
        if key not in self._read:
            self._read = {key: self.model.model_validate_json(stored.body)}
        return row.version, self._read[key]

    async def publish(self, tx: Tx, settings: M) -> int:
        """Make `settings` the version in force; answers its number, the old one where nothing
        differs.
        """
        await tx.execute("lock_document", LOCK_DOCUMENT, name=self.name)
        found = await self.find(tx)
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

    async def read(tx: TxDep) -> dict[str, Any]:
        found = await document.find(tx)
        if found is None:
            raise NotFound
        return {"version": found[0], **msgspec.json.decode(found[1].model_dump_json())}

    async def publish(settings: Any, tx: TxDep) -> dict[str, Any]:
        version = await document.publish(tx, settings)
        return {"version": version, **msgspec.json.decode(settings.model_dump_json())}

    publish.__annotations__["settings"] = Annotated[document.model, FromBody()]
    router.get(path, scope="ops", refuses=(NotFound,))(read)
    router.put(path, scope="ops")(publish)
    return router
