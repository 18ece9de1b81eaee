"""Who did something privileged, to what, and why.

Append-only; the database refuses anything else (I17).
"""

from chassis.tx import Tx

AUDIT = """
INSERT INTO audit (audited_at, actor, request_id, action, subject, reason)
VALUES (:now, :actor, :request_id, :action, :subject, :reason)
"""
LAST_ACT = "SELECT action FROM audit WHERE subject = :subject ORDER BY entry DESC LIMIT 1"


async def audit(tx: Tx, action: str, subject: str, reason: str) -> None:
    """Write down an act with its reason, in the transaction of the act.

    `subject` is an opaque id.
    """
    await tx.execute(
        "audit",
        AUDIT,
        now=tx.now,
        actor=tx.cause.actor,
        request_id=tx.cause.request_id,
        action=action,
        subject=subject,
        reason=reason,
    )


async def last_act(tx: Tx, subject: str) -> str | None:
    """What was last done to this subject, or None."""
    rows = await tx.execute("last_act", LAST_ACT, subject=subject)
    return str(rows[0].action) if rows else None
