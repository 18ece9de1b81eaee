"""How the auditor stands, and what it found."""

from collections.abc import Sequence
from dataclasses import dataclass

from chassis.tx import Tx
from points_svc.domain.audit_pace import AuditRound
from points_svc.domain.proof import Finding, LastAnchor
from points_svc.store import anchors, findings


@dataclass(frozen=True)
class Audit:
    """The round under way and the last whole one, the last anchor, and what was found."""

    round: AuditRound | None
    anchor: LastAnchor | None
    findings: Sequence[Finding]


async def show_audit(tx: Tx, before: int, limit: int) -> Audit:
    """The findings behind one, newest first, with the round and the anchor as they stand."""
    return Audit(
        await findings.look_at_round(tx),
        await anchors.last_anchor(tx),
        await findings.findings_before(tx, before, limit),
    )
