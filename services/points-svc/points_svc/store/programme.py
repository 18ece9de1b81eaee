"""The published settings and accrual rules, and the drafts of rules."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from chassis.document import CURRENT_VERSION, Document
from chassis.tx import Row, Tx, Unavailable
from points_svc.domain.accrual import Terms
from points_svc.domain.books import UTC_ZONE
from points_svc.domain.programme import PointsProgramme, Settings
from points_svc.domain.publication import compiled
from points_svc.domain.rules import RuleBook, Rules
from points_svc.domain.rules_document import RulesDocument

programme = Document(name="programme", model=PointsProgramme)

PUBLISHED = ("version", "document", "settings", "effective_from")
COLUMNS = "version, state, document, settings, created_at, published_at, effective_from"
PUBLISHED_RULES = f"""
SELECT {", ".join(PUBLISHED)} FROM rule_version WHERE state = 'published' ORDER BY version
"""
TERMS = f"""
SELECT s.version, s.body, {", ".join(f"r.{one}" for one in PUBLISHED)}
FROM ({CURRENT_VERSION}) s JOIN rule_version r ON r.state = 'published' ORDER BY r.version
"""
FIND_RULES = f"SELECT {COLUMNS} FROM rule_version WHERE version = :version"
LIST_RULES = f"""
SELECT {COLUMNS} FROM rule_version
WHERE version < :below AND (state = :state OR CAST(:state AS text) IS NULL)
ORDER BY version DESC LIMIT :limit
"""
LOCK_RULES = "SELECT pg_advisory_xact_lock(hashtext('rule_version'))"
SHARE_RULES = "SELECT pg_advisory_xact_lock_shared(hashtext('rules_in_force'))"
AWAIT_RATING = "SELECT pg_advisory_xact_lock(hashtext('rules_in_force'))"
DRAFT_RULES = """
INSERT INTO rule_version (version, state, document, created_at, created_by)
SELECT coalesce(max(version), 0) + 1, 'draft', :document, :now, :actor FROM rule_version
RETURNING version
"""
PUBLISH_RULES = """
UPDATE rule_version
SET state = 'published', settings = :settings, published_at = :now, published_by = :actor,
    effective_from = :effective_from
WHERE version = :version AND state = 'draft'
"""
VERSION_MAX = 2_147_483_647


@dataclass(frozen=True)
class RuleVersion:
    """A draft or published version, as it was written."""

    version: int
    state: str
    document: RulesDocument
    settings: Settings | None
    created_at: datetime
    published_at: datetime | None
    effective_from: datetime | None


@lru_cache(maxsize=1_000)
def _rules(version: int, document: str, settings: str, effective_from: datetime | None) -> Rules:
    return compiled(
        version,
        effective_from,
        RulesDocument.model_validate_json(document),
        Settings.model_validate_json(settings),
    )


@lru_cache(maxsize=10)
def _book(versions: tuple[Rules, ...]) -> RuleBook:
    return RuleBook.of(versions)


async def rule_book(tx: Tx) -> RuleBook:
    """Every published version; an empty book before the first."""
    return book_of(await tx.execute("published_rules", PUBLISHED_RULES))


def book_of(versions: Iterable[Iterable[Any]]) -> RuleBook:
    """The published versions, by number, as their columns say them."""
    return _book(tuple(_rules(*version) for version in versions))


async def terms(tx: Tx) -> Terms:
    """What a batch is rated by. Raises Unavailable until settings and a first version are
    published: a purchase waits for its rules, it is not parked.
    """
    rows = await tx.execute("terms", TERMS, name=programme.name)
    if not rows:
        raise Unavailable("no accrual rules are published yet")
    version, body, *_ = rows[0]
    return Terms(book_of(row[2:] for row in rows), programme.read(version, body).shortfall)


async def rules_now(tx: Tx) -> Rules | None:
    """The version in force now; None before the first was published."""
    book = await rule_book(tx)
    return book.in_force(tx.now) if book.versions else None


async def standing_now(tx: Tx) -> tuple[str, ZoneInfo]:
    """The number of the version in force now, which decisions name, and its zone; 0 and UTC before
    the first.
    """
    return standing(await rules_now(tx))


def standing(rules: Rules | None) -> tuple[str, ZoneInfo]:
    """As `standing_now`, of rules that were read."""
    return (str(rules.version), rules.zone) if rules else ("0", UTC_ZONE)


async def zone_now(tx: Tx) -> ZoneInfo:
    """The programme's zone: that of the version in force now."""
    _, zone = await standing_now(tx)
    return zone


async def find_rules(tx: Tx, version: int) -> RuleVersion | None:
    """One version."""
    rows = await tx.execute("find_rules", FIND_RULES, version=version)
    return _version(rows[0]) if rows else None


async def list_rules(
    tx: Tx, below: int, limit: int, state: str | None = None
) -> Sequence[RuleVersion]:
    """Versions with a number below `below`, newest first: of a state, or of both."""
    rows = await tx.execute("list_rules", LIST_RULES, below=below, limit=limit, state=state)
    return [_version(row) for row in rows]


async def lock_rules(tx: Tx) -> None:
    """One at a time draft or publish."""
    await tx.execute("lock_rules", LOCK_RULES)


async def share_rules(tx: Tx) -> None:
    """Whoever rates says so before it locks anything or reads the versions: until it ends, no
    version is published. Waits for a publication, not for others who rate.
    """
    await tx.execute("share_rules", SHARE_RULES)


async def await_rating(tx: Tx) -> None:
    """Wait until everybody who rates by the versions of before has ended; whoever begins to rate
    from now on waits for this transaction, and reads what it published (E4).
    """
    await tx.execute("await_rating", AWAIT_RATING)


async def draft_rules(tx: Tx, document: RulesDocument) -> int:
    """Keep a draft; answers its number."""
    (row,) = await tx.execute(
        "draft_rules",
        DRAFT_RULES,
        document=document.model_dump_json(),
        now=tx.now,
        actor=tx.cause.actor,
    )
    return int(row.version)


async def publish_rules(
    tx: Tx, version: int, settings: Settings, effective_from: datetime | None
) -> None:
    """Put a draft in force from `effective_from` on (None: from the beginning of time), for
    ever.
    """
    await tx.execute(
        "publish_rules",
        PUBLISH_RULES,
        version=version,
        settings=settings.model_dump_json(include=set(Settings.model_fields)),
        now=tx.now,
        actor=tx.cause.actor,
        effective_from=effective_from,
    )


def _version(row: Row) -> RuleVersion:
    return RuleVersion(
        version=row.version,
        state=row.state,
        document=RulesDocument.model_validate_json(row.document),
        settings=Settings.model_validate_json(row.settings) if row.settings else None,
        created_at=row.created_at,
        published_at=row.published_at,
        effective_from=row.effective_from,
    )
