"""Which versions of which ladders are in force, and how far their members have been told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from chassis.tx import Row, Tx
from tier_svc.domain.draft import LadderWritten
from tier_svc.domain.grounds import Migration
from tier_svc.domain.ladder import Ladder
from tier_svc.domain.publications import Publication
from tier_svc.domain.reading import kept_ladder

LADDERS_MAX = 64
TELLING_MAX = 1

IN_FORCE = """
SELECT p.ladder, p.place, p.version, p.zone, p.effective_from, p.migration, p.share, p.published_at,
    l.body::text AS body
FROM publication p JOIN ladder l USING (version)
WHERE p.withdrawn_at IS NULL ORDER BY p.ladder, p.place
"""

WAIT_FOR_PUBLICATION = "SELECT pg_advisory_xact_lock_shared(hashtext('ladder'))"

WAIT_FOR_EVERYONE = "SELECT pg_advisory_xact_lock(hashtext('ladder'))"

BEGIN_PUBLICATION = "SELECT pg_advisory_xact_lock(hashtext('ladder publication'))"

PUT_IN_FORCE = """
INSERT INTO publication (ladder, place, version, zone, effective_from, migration, share,
    published_at, published_by, told_to)
SELECT :ladder, coalesce(max(place), 0) + 1, :version, :zone, :effective_from, :migration, :share,
    :now, :actor, ''
FROM publication WHERE ladder = :ladder
RETURNING place
"""

WITHDRAW = """
UPDATE publication SET withdrawn_at = :now, withdrawn_by = :actor, told_to = ''
WHERE ladder = :ladder AND place = :place
"""

NEXT_TO_TELL = """
SELECT ladder, place, told_to FROM publication WHERE told_to IS NOT NULL
ORDER BY ladder, place LIMIT :limit FOR UPDATE SKIP LOCKED
"""

IS_TOLD = """
SELECT NOT EXISTS (SELECT FROM publication WHERE ladder = :ladder AND told_to IS NOT NULL) AS told
"""

TOLD_TO = "UPDATE publication SET told_to = :told_to WHERE ladder = :ladder AND place = :place"


@dataclass(frozen=True, slots=True)
class InForce:
    """The publications of each ladder, by place. `first` is the ladder that was first put in
    force.
    """

    by_ladder: Mapping[str, Sequence[Publication]]
    places: Mapping[str, Sequence[int]]
    first: str | None

    @property
    def ladders(self) -> Sequence[Ladder]:
        """Every version in force of every ladder."""
        return [one.ladder for several in self.by_ladder.values() for one in several]

    def only(self, ladder: str) -> "InForce":
        """One ladder alone; none where all its versions were withdrawn."""
        if ladder not in self.by_ladder:
            return InForce({}, {}, None)
        return InForce({ladder: self.by_ladder[ladder]}, {ladder: self.places[ladder]}, ladder)


@dataclass(frozen=True, slots=True)
class Telling:
    """A publication, or its withdrawal, whose members have been told up to `told_to`."""

    ladder: str
    place: int
    told_to: str

    @property
    def is_first(self) -> bool:
        """Whether nobody has been told yet."""
        return not self.told_to


async def in_force(tx: Tx) -> InForce:
    """The ladders in force. Nobody begins to tell of a later publication until this transaction
    ends, so that what it stores, and tells by the versions that it knows, is seen then.
    """
    await tx.execute("wait_for_publication", WAIT_FOR_PUBLICATION)
    return await read_in_force(tx)


async def begin_publication(tx: Tx) -> None:
    """Draft, publish and withdraw one at a time."""
    await tx.execute("begin_publication", BEGIN_PUBLICATION)


async def in_force_for_all(tx: Tx) -> InForce:
    """As `in_force`, after everyone who asked before and may not know the newest publication."""
    await tx.execute("wait_for_everyone", WAIT_FOR_EVERYONE)
    return await read_in_force(tx)


async def read_in_force(tx: Tx) -> InForce:
    """As `in_force`, for those who only look, or publish."""
    by_ladder: dict[str, list[Publication]] = {}
    places: dict[str, list[int]] = {}
    rows = await tx.execute("ladders_in_force", IN_FORCE)
    for row in rows:
        by_ladder.setdefault(row.ladder, []).append(_publication(row))
        places.setdefault(row.ladder, []).append(row.place)
    begun = [(row.published_at, row.ladder) for row in rows if row.place == 1]
    return InForce(by_ladder, places, min(begun)[1] if begun else None)


async def put_in_force(tx: Tx, publication: Publication) -> int:
    """A version is in force from its instant on; the first of its ladder from the beginning of
    time. Whoever is known is told by the job. Answers its place among the ladder's publications.
    """
    (row,) = await tx.execute(
        "put_in_force",
        PUT_IN_FORCE,
        ladder=publication.ladder.name,
        version=publication.ladder.version,
        zone=publication.zone.key,
        effective_from=publication.effective_from,
        migration=str(publication.migration),
        share=publication.share,
        now=tx.now,
        actor=tx.cause.actor,
    )
    return int(row.place)


async def withdraw_publication(tx: Tx, ladder: str, place: int) -> None:
    """As if it had never been made; whoever it concerned is told by the job."""
    await tx.execute(
        "withdraw_publication",
        WITHDRAW,
        ladder=ladder,
        place=place,
        now=tx.now,
        actor=tx.cause.actor,
    )


async def next_to_tell(tx: Tx) -> Telling | None:
    """A publication whose members have not all been told; skips one that another job has in
    hand.
    """
    rows = await tx.execute("next_to_tell", NEXT_TO_TELL, limit=TELLING_MAX)
    return Telling(rows[0].ladder, rows[0].place, rows[0].told_to) if rows else None


async def is_told(tx: Tx, ladder: str) -> bool:
    """Whether all members have been told of every publication of a ladder and every withdrawal."""
    (row,) = await tx.execute("is_told", IS_TOLD, ladder=ladder)
    told: bool = row.told
    return told


async def told_to(tx: Tx, telling: Telling, member_id: str | None) -> None:
    """Members up to this one have been told; None: all."""
    await tx.execute(
        "told_to", TOLD_TO, ladder=telling.ladder, place=telling.place, told_to=member_id
    )


def _publication(row: Row) -> Publication:
    effective_from: datetime | None = row.effective_from
    return Publication(
        _ladder(row.version, row.body),
        ZoneInfo(row.zone),
        effective_from,
        Migration(row.migration),
        row.share,
    )


@lru_cache(maxsize=LADDERS_MAX)
def _ladder(version: int, body: str) -> Ladder:
    return kept_ladder(LadderWritten.model_validate_json(body), version)
