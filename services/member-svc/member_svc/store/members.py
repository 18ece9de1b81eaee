"""Members, their sealed profiles and their consents."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import msgspec

from chassis.tx import Row, Tx
from contracts.ids import MemberId
from member_svc.domain.members import Birthday, Consent, Member, Profile
from member_svc.store.vault import DataKey, Vault

ADD_MEMBER = """
INSERT INTO member (member_id, status, enrolled_at, recorded_at, source)
VALUES (:member_id, :status, :enrolled_at, :now, :source)
"""
ADD_VAULT = """
INSERT INTO vault (member_id, wrapped_key, name, birthday, attributes)
VALUES (:member_id, :wrapped_key, :name, :birthday, :attributes)
"""
COUNT_CHANGE = """
UPDATE member SET version = version + 1 WHERE member_id = :member_id
"""
CHANGE_STATUS = """
UPDATE member SET status = :status, barred_since = :barred_since, version = :version
WHERE member_id = :member_id
"""
CHANGE_PROFILE = """
UPDATE vault SET name = :name, birthday = :birthday, attributes = :attributes
WHERE member_id = :member_id
"""
ADD_CONSENTS = """
INSERT INTO consent (member_id, purpose, version, channel, consented_at, recorded_at)
SELECT :member_id, purpose, version, channel, consented_at, :now
FROM unnest(CAST(:purposes AS text[]), CAST(:versions AS text[]), CAST(:channels AS text[]),
            CAST(:consented_at AS timestamptz[])) AS given (purpose, version, channel, consented_at)
ON CONFLICT (member_id, purpose, version, channel) DO NOTHING
RETURNING true AS is_new
"""
MEMBERS_OF = """
SELECT member_id, status, enrolled_at, member.version, barred_since, wrapped_key, birthday
FROM member JOIN vault USING (member_id)
WHERE member_id = ANY(CAST(:member_ids AS text[]))
"""
FIND_MEMBER = """
SELECT member_id, status, enrolled_at, member.version, barred_since, wrapped_key, name, birthday,
    attributes
FROM member JOIN vault USING (member_id) WHERE member_id = :member_id
"""
LOCK_MEMBER = f"{FIND_MEMBER} FOR UPDATE OF member"
CONSENTS_OF = """
SELECT purpose, version, channel, consented_at FROM consent WHERE member_id = :member_id
ORDER BY consented_at, purpose, version, channel
"""

_birthday = msgspec.json.Decoder(Birthday).decode
_attributes = msgspec.json.Decoder(dict[str, str]).decode


@dataclass(frozen=True, slots=True)
class Opened:
    """A member with their data key and profile in clear, for the length of one transaction."""

    member: Member
    key: DataKey
    profile: Profile


async def add_member(tx: Tx, member: Member, source: str) -> None:
    """A new member."""
    await tx.execute(
        "add_member",
        ADD_MEMBER,
        member_id=member.member_id,
        status=member.status,
        enrolled_at=member.enrolled_at,
        source=source,
        now=tx.now,
    )


async def add_vault(tx: Tx, key: DataKey, wrapped_key: bytes, profile: Profile) -> None:
    """The new member's wrapped key and sealed profile."""
    await tx.execute(
        "add_vault",
        ADD_VAULT,
        member_id=key.member_id,
        wrapped_key=wrapped_key,
        **_sealed(key, profile),
    )


async def count_change(tx: Tx, member_id: MemberId) -> None:
    """Something that is shown of the member has changed: the next version begins."""
    await tx.execute("count_change_of_member", COUNT_CHANGE, member_id=member_id)


async def change_status(tx: Tx, member: Member) -> None:
    """The status of a locked member, in their next version."""
    await tx.execute(
        "change_status",
        CHANGE_STATUS,
        member_id=member.member_id,
        status=member.status,
        barred_since=member.barred_since,
        version=member.version,
    )


async def change_profile(tx: Tx, key: DataKey, profile: Profile) -> None:
    """The member's profile, sealed anew."""
    await tx.execute(
        "change_profile", CHANGE_PROFILE, member_id=key.member_id, **_sealed(key, profile)
    )


async def add_consents(tx: Tx, member_id: MemberId, consents: Sequence[Consent]) -> bool:
    """What the member allowed; the same consent again changes nothing. Whether any is new."""
    added = await tx.execute(
        "add_consents",
        ADD_CONSENTS,
        member_id=member_id,
        now=tx.now,
        purposes=[consent.purpose for consent in consents],
        versions=[consent.version for consent in consents],
        channels=[consent.channel for consent in consents],
        consented_at=[consent.consented_at for consent in consents],
    )
    return bool(added)


async def members_of(
    tx: Tx, vault: Vault, member_ids: Collection[MemberId]
) -> dict[MemberId, Member]:
    """Those of the members that exist, with their birthdays in clear."""
    rows = await tx.execute("members_of", MEMBERS_OF, member_ids=sorted(member_ids))
    return {row.member_id: _member(row, _birthday_of(vault, row)) for row in rows}


async def lock_member(tx: Tx, vault: Vault, member_id: MemberId) -> Opened | None:
    """One member, locked and opened, or None."""
    rows = await tx.execute("lock_member", LOCK_MEMBER, member_id=member_id)
    return _opened(vault, rows[0]) if rows else None


async def find_member(tx: Tx, vault: Vault, member_id: MemberId) -> Opened | None:
    """One member, opened, or None."""
    rows = await tx.execute("find_member", FIND_MEMBER, member_id=member_id)
    return _opened(vault, rows[0]) if rows else None


async def consents_of(tx: Tx, member_id: MemberId) -> list[Consent]:
    """What the member allowed, oldest first."""
    rows = await tx.execute("consents_of", CONSENTS_OF, member_id=member_id)
    return [Consent(row.purpose, row.version, row.channel, row.consented_at) for row in rows]


def _member(row: Row, birthday: Birthday | None) -> Member:
    return Member(
        row.member_id, row.status, row.enrolled_at, birthday, row.version, row.barred_since
    )


def _birthday_of(vault: Vault, row: Row) -> Birthday | None:
    if row.birthday is None:
        return None
    return _birthday(
        vault.open_key(row.member_id, row.wrapped_key).unseal("birthday", row.birthday)
    )


def _opened(vault: Vault, row: Row) -> Opened:
    key = vault.open_key(row.member_id, row.wrapped_key)
    profile = Profile(
        name=None if row.name is None else key.unseal("name", row.name),
        birthday=None if row.birthday is None else _birthday(key.unseal("birthday", row.birthday)),
        attributes={}
        if row.attributes is None
        else _attributes(key.unseal("attributes", row.attributes)),
    )
    return Opened(_member(row, profile.birthday), key, profile)


def _sealed(key: DataKey, profile: Profile) -> dict[str, bytes | None]:
    birthday, attributes = profile.birthday, profile.attributes
    return {
        "name": None if profile.name is None else key.seal("name", profile.name),
        "birthday": None if birthday is None else key.seal("birthday", _json(birthday)),
        "attributes": key.seal("attributes", _json(attributes)) if attributes else None,
    }


def _json(value: Birthday | dict[str, str]) -> str:
    return msgspec.json.encode(value).decode()
