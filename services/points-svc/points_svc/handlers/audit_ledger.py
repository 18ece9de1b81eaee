"""Read the ledger again, round and round, and keep what does not hold."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from chassis.anchors import Head
from chassis.tx import Begin, Cause, Tx
from points_svc.domain.audit import Trail
from points_svc.domain.audit_holds import audit_holds
from points_svc.domain.audit_pace import AuditRound, first_round
from points_svc.domain.books import Account
from points_svc.domain.holds import by_account
from points_svc.domain.violations import (
    ACCOUNT_MISSING,
    CONSERVATION,
    FORGOTTEN,
    Violation,
    Violations,
)
from points_svc.handlers.name_missing import name_missing
from points_svc.store import anchors, audit, findings, holds

ACCOUNTS_MAX = 400
LAST = "~"
Key = tuple[str, str]
Found = list[tuple[str, str, Violation]]


@dataclass(frozen=True)
class Part:
    """The accounts of some whole members, behind one member up to another."""

    accounts: Sequence[Account]
    after_member: str
    last_member: str
    is_last: bool

    @property
    def member_ids(self) -> list[str]:
        """The members, in order."""
        return sorted({account.member_id for account in self.accounts})


async def audit_ledger(begin: Begin, cause: Cause, limit: int) -> int:
    """Verify the next accounts, with about `limit` postings in all; answers how many postings and
    accounts that were, 0 where the round is ahead of its time. What does not hold is kept.

    It reads without locks beside whoever writes: an account is verified as it stood at a seq.
    """
    async with begin(cause) as tx:
        await findings.begin_rounds(tx, first_round(tx.now))
        current = await findings.lock_round(tx)
        if current is None or current.is_ahead(tx.now):
            return 0
        part = await _next_part(tx, current, limit)
        found, read = await _verify(begin, tx, part, limit)
        current = current.read(part.last_member, len(part.accounts), read, len(found))
        if part.is_last:
            appeared = await _appeared(tx)
            found += appeared
            current = current.read(LAST, 0, 0, len(appeared)).ended(tx.now)
        if found:
            await findings.keep_findings(tx, found)
        await findings.keep_round(tx, current)
    return max(1, len(part.accounts) + read)


async def _next_part(tx: Tx, current: AuditRound, limit: int) -> Part:
    """Whole members, until they have `limit` postings; one member at least."""
    after = current.after_member
    found = await audit.accounts_after(tx, after, ACCOUNTS_MAX)
    is_whole = len(found) < ACCOUNTS_MAX
    by_member: dict[str, list[Account]] = {}
    for account in found:
        by_member.setdefault(account.member_id, []).append(account)
    if not is_whole and len(by_member) > 1:
        by_member.pop(found[-1].member_id)
    taken: list[Account] = []
    postings = 0
    for mine in by_member.values():
        postings += sum(account.seq for account in mine)
        if taken and postings > limit:
            is_whole = False
            break
        taken += mine
    return Part(taken, after, LAST if is_whole else taken[-1].member_id, is_whole)


async def _verify(begin: Begin, tx: Tx, part: Part, limit: int) -> tuple[Found, int]:
    after, last = (part.after_member, LAST), (part.last_member, LAST)
    anchored = _by_account(await begin.anchors.between(after, last))
    trails = {
        (account.member_id, account.point_type): Trail(account, anchored.get(_key(account), {}))
        for account in part.accounts
    }
    read = await _walk(tx, part, trails, limit)
    seqs = await audit.seqs_between(tx, part.after_member, part.last_member)
    await _end(tx, part, trails, seqs)
    await _anchor_rest(begin, tx, trails.values())
    found: Found = []
    for (member_id, point_type), trail in trails.items():
        for violation in trail.violations.found:
            named = await name_missing(tx, trail.account, violation)
            found.append((member_id, point_type, named))
    return found + _missing_accounts(anchored, seqs) + await _forgotten(tx, part), read


async def _walk(tx: Tx, part: Part, trails: dict[Key, Trail], limit: int) -> int:
    """Every posting of these accounts, page by page in the order of their chains."""
    members = part.member_ids
    drawn = await audit.draws_of(tx, members) if members else {}
    after, read = ("", "", 0), 0
    is_more = bool(members)
    while is_more:
        page = await audit.chain_after(tx, members, after, limit)
        for posting in page:
            trail = trails.get((posting.member_id, posting.point_type))
            if trail and posting.seq <= trail.account.seq:
                key = (posting.member_id, posting.fact_id, posting.part)
                trail.walk(posting, drawn.get(key, ()))
        read += len(page)
        is_more = len(page) == limit
        if is_more:
            after = (page[-1].member_id, page[-1].point_type, page[-1].seq)
    return read


async def _end(tx: Tx, part: Part, trails: dict[Key, Trail], seqs: dict[Key, int]) -> None:
    """Compare with the accounts, and with the holds where nothing moved meanwhile."""
    members = part.member_ids
    placed = await holds.holds_of(tx, members) if members else []
    moved = await audit.seqs_between(tx, part.after_member, part.last_member) if placed else seqs
    theirs = by_account(placed)
    for key, trail in trails.items():
        trail.end(seqs.get(key, 0))
        if moved.get(key) == trail.account.seq:
            audit_holds(trail, theirs[key], tx.now)


async def _anchor_rest(begin: Begin, tx: Tx, trails: Iterable[Trail]) -> None:
    """Anchor sound accounts whose head nobody spoke of: those from before there were anchors."""
    rest = [
        Head(*_key(trail.account), trail.account.seq, trail.account.head)
        for trail in trails
        if trail.is_sound and trail.account.seq and not trail.newest_anchored
    ]
    if rest and begin.anchors.is_outside:
        anchor = await begin.anchors.keep(tx.now, rest)
        await anchors.append_anchor(tx, anchor, is_outside=True)


def _missing_accounts(anchored: dict[Key, dict[int, bytes]], seqs: dict[Key, int]) -> Found:
    found: Found = []
    for (member_id, point_type), heads in anchored.items():
        if (member_id, point_type) not in seqs:
            violations = Violations()
            violations.add(ACCOUNT_MISSING, 1, anchored_seq=max(heads))
            found += [(member_id, point_type, one) for one in violations.found]
    return found


async def _forgotten(tx: Tx, part: Part) -> Found:
    """What no sweep will look at, though something ends there (P11)."""
    found: Found = []
    forgotten = await audit.forgotten_between(tx, part.after_member, part.last_member)
    for member_id, point_type, seq, due_at in forgotten:
        violations = Violations()
        violations.add(FORGOTTEN, seq, due_at=due_at.isoformat())
        found += [(member_id, point_type, one) for one in violations.found]
    return found


async def _appeared(tx: Tx) -> Found:
    found: Found = []
    for point_type, side, points in await findings.appeared(tx):
        violations = Violations()
        violations.add(CONSERVATION, 0, side, journal_less_accounts=points)
        found += [("", point_type, one) for one in violations.found]
    return found


def _by_account(heads: Iterable[Head]) -> dict[Key, dict[int, bytes]]:
    found: defaultdict[Key, dict[int, bytes]] = defaultdict(dict)
    for head in heads:
        found[head.key, head.chain][head.position] = head.digest
    return found


def _key(account: Account) -> Key:
    return account.member_id, account.point_type
