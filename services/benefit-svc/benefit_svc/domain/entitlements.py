"""A member's right to one benefit in one cycle, once it is granted: settled with the truth, used,
over (B2).

granted ⇄ revoked   unused and no longer justified; justified again
granted ⇄ expired   its last window is over; a later window of the same cycle came
used                keeps its uses whatever becomes true, and is marked unjustified
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from benefit_svc.domain.justification import GrantKey, Right
from benefit_svc.domain.periods import Window
from benefit_svc.domain.refusals import EntitlementNotUsable, EntitlementUsedUp
from contracts.ids import EntitlementId, MemberId

NAMESPACE = uuid.UUID("6f0b7a52-3a0e-5d0c-9a59-5e1f0c7a1b11")

State = Literal["granted", "revoked", "expired"]


@dataclass(frozen=True)
class Entitlement:
    """One (member, benefit, cycle). `grants` counts how often it was granted: again after it was
    revoked.

    `windows` are those of the last right it had; an unjustified one cannot be used in them.
    """

    member_id: MemberId
    key: GrantKey
    version: int
    windows: tuple[Window, ...]
    uses_max: int | None
    state: State = "granted"
    is_justified: bool = True
    used: int = 0
    grants: int = 1

    @property
    def entitlement_id(self) -> EntitlementId:
        """Follows from member, benefit and cycle, so that the same grant is the same entitlement
        for ever.
        """
        name = f"{self.member_id}\n{self.key.benefit_id}\n{self.key.cycle}"
        return EntitlementId(str(uuid.uuid5(NAMESPACE, name)))

    @property
    def is_used_up(self) -> bool:
        """Whether no use is left."""
        return self.uses_max is not None and self.used >= self.uses_max

    def is_over(self, at: datetime) -> bool:
        """Whether its last window has ended by `at`."""
        return self.windows[-1].is_over(at)

    def stands(self, at: datetime) -> str:
        """What a reader is told at `at`: the state, judged by the clock and not by whether a job
        has run.
        """
        if self.is_used_up:
            return "used"
        if self.state == "granted" and not self.is_justified:
            return "unjustified"
        return "expired" if self.state == "granted" and self.is_over(at) else self.state


@dataclass(frozen=True)
class Change:
    """What became of an entitlement; `said` are the states it went through, in order."""

    now: Entitlement
    said: tuple[State, ...]


def settle(
    member_id: MemberId,
    held: Mapping[GrantKey, Entitlement],
    rights: Mapping[GrantKey, Right],
    at: datetime,
) -> list[Change]:
    """What has to change so that the entitlements agree with the rights, in order of their keys.

    Missing → granted; unused and no longer justified → revoked; justified again → granted again;
    used → kept and marked. One whose time is over is granted and expires at once, so that it makes
    no difference when we heard of it.
    """
    changes = []
    for key in sorted(held.keys() | rights.keys()):
        before, right = held.get(key), rights.get(key)
        change = _granted(member_id, before, right, at) if right else _unjustified(before)
        if change is not None and (change.now != before or change.said):
            changes.append(change)
    return changes


def _granted(
    member_id: MemberId, before: Entitlement | None, right: Right, at: datetime
) -> Change | None:
    benefit = right.benefit
    if before is None:
        fresh = Entitlement(
            member_id, right.key, benefit.version, right.windows, benefit.offer.uses_max
        )
        return _expired(fresh, ("granted",), at)
    now = replace(before, windows=right.windows, is_justified=True)
    if before.used == 0:
        now = replace(now, version=benefit.version, uses_max=benefit.offer.uses_max)
    is_back = before.state == "revoked" or (before.state == "expired" and not right.is_over(at))
    if is_back:
        return _expired(replace(now, state="granted", grants=before.grants + 1), ("granted",), at)
    return _expired(now, (), at)


def _expired(now: Entitlement, said: tuple[State, ...], at: datetime) -> Change:
    if now.state == "granted" and now.is_over(at) and not now.is_used_up:
        return Change(replace(now, state="expired"), (*said, "expired"))
    return Change(now, said)


def _unjustified(before: Entitlement | None) -> Change | None:
    assert before is not None
    if before.used > 0:
        return Change(replace(before, is_justified=False), ())
    if before.state == "revoked":
        return None
    return Change(replace(before, state="revoked", is_justified=False), ("revoked",))


def use(entitlement: Entitlement, at: datetime) -> Entitlement:
    """The entitlement after one more use. Refusals: EntitlementNotUsable, EntitlementUsedUp."""
    if entitlement.state == "revoked":
        raise EntitlementNotUsable(state="revoked")
    if not entitlement.is_justified:
        raise EntitlementNotUsable(state="unjustified")
    if entitlement.is_used_up:
        raise EntitlementUsedUp(limit=entitlement.uses_max, used=entitlement.used)
    if entitlement.is_over(at):
        raise EntitlementNotUsable(state="expired")
    if not any(window.has(at) for window in entitlement.windows):
        raise EntitlementNotUsable(state="not_now")
    return replace(entitlement, used=entitlement.used + 1)
