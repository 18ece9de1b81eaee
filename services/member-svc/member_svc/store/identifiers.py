"""Identifiers: found by their blind index, locked in its order, sealed under their member's key."""

from collections.abc import Collection, Mapping

from chassis.tx import Tx
from contracts.ids import MemberId
from member_svc.domain.identifiers import BlindIndex, Identifier, Linked, identifier_id
from member_svc.store.vault import DataKey

OWNERS = """
SELECT blind_index, member_id FROM identifier
WHERE blind_index = ANY(CAST(:indexes AS bytea[])) AND member_id IS NOT NULL
"""
NAME_IDENTIFIERS = """
INSERT INTO identifier (blind_index)
SELECT blind_index FROM unnest(CAST(:indexes AS bytea[])) AS name (blind_index) ORDER BY blind_index
ON CONFLICT (blind_index) DO NOTHING
"""
LOCK_SHARED = """
SELECT blind_index, member_id FROM identifier WHERE blind_index = ANY(CAST(:indexes AS bytea[]))
ORDER BY blind_index FOR SHARE
"""
LOCK_TO_LINK = """
SELECT blind_index, member_id FROM identifier WHERE blind_index = ANY(CAST(:indexes AS bytea[]))
ORDER BY blind_index FOR UPDATE
"""
LINK = """
UPDATE identifier SET member_id = :member_id, identifier_id = new.identifier_id, kind = new.kind,
    sealed = new.sealed, linked_at = :now
FROM unnest(
    CAST(:indexes AS bytea[]), CAST(:ids AS text[]), CAST(:kinds AS text[]),
    CAST(:sealed AS bytea[])
) AS new (blind_index, identifier_id, kind, sealed)
WHERE identifier.blind_index = new.blind_index AND identifier.member_id IS NULL
"""
UNLINK = """
UPDATE identifier SET member_id = NULL, identifier_id = NULL, kind = NULL, sealed = NULL, linked_at
= NULL
WHERE member_id = :member_id AND identifier_id = :identifier_id
RETURNING true AS unlinked
"""
IDENTIFIERS_OF = """
SELECT identifier_id, kind, sealed FROM identifier WHERE member_id = :member_id
ORDER BY linked_at, identifier_id
"""


async def owners(tx: Tx, indexes: Collection[BlindIndex]) -> dict[BlindIndex, MemberId]:
    """Who has these identifiers, as far as anybody has; nothing is locked."""
    rows = await tx.execute("owners", OWNERS, indexes=sorted(indexes))
    return {row.blind_index: row.member_id for row in rows}


async def name_identifiers(tx: Tx, indexes: Collection[BlindIndex]) -> None:
    """Make sure that each has a row to lock, in order of blind index."""
    await tx.execute("name_identifiers", NAME_IDENTIFIERS, indexes=sorted(indexes))


async def lock_shared(tx: Tx, indexes: Collection[BlindIndex]) -> dict[BlindIndex, MemberId | None]:
    """Their owners; nobody links them before this transaction ends, and others may hold the same
    lock.
    """
    rows = await tx.execute("lock_identifiers_shared", LOCK_SHARED, indexes=sorted(indexes))
    return {row.blind_index: row.member_id for row in rows}


async def lock_to_link(
    tx: Tx, indexes: Collection[BlindIndex]
) -> dict[BlindIndex, MemberId | None]:
    """Their owners, locked alone: every purchase that found them unowned has committed."""
    rows = await tx.execute("lock_identifiers_to_link", LOCK_TO_LINK, indexes=sorted(indexes))
    return {row.blind_index: row.member_id for row in rows}


async def link(tx: Tx, key: DataKey, named: Mapping[BlindIndex, Identifier]) -> None:
    """Give unowned identifiers to a member, sealed under the member's key."""
    ids = [identifier_id(key.member_id, index) for index in named]
    await tx.execute(
        "link_identifiers",
        LINK,
        member_id=key.member_id,
        now=tx.now,
        indexes=list(named),
        ids=ids,
        kinds=[identifier.kind for identifier in named.values()],
        sealed=[key.seal(one, each.value) for one, each in zip(ids, named.values(), strict=True)],
    )


async def unlink(tx: Tx, member_id: MemberId, identifier_id: str) -> bool:
    """Take an identifier from its member; whether there was one."""
    rows = await tx.execute(
        "unlink_identifier", UNLINK, member_id=member_id, identifier_id=identifier_id
    )
    return bool(rows)


async def identifiers_of(tx: Tx, key: DataKey) -> list[Linked]:
    """A member's identifiers in clear, in the order they were linked."""
    rows = await tx.execute("identifiers_of", IDENTIFIERS_OF, member_id=key.member_id)
    return [
        Linked(row.identifier_id, Identifier(row.kind, key.unseal(row.identifier_id, row.sealed)))
        for row in rows
    ]
