"""Why an entitlement stands as it does (E5): the version it is of, and each told interval with what
it gave.
"""

from dataclasses import dataclass
from typing import Literal

from benefit_svc.domain.catalog import Benefit
from benefit_svc.domain.entitlements import Entitlement
from benefit_svc.domain.periods import overlap
from benefit_svc.domain.timeline import Piece, Timeline

Verdict = Literal["counts", "other_tier", "other_time"]


@dataclass(frozen=True)
class Considered:
    """An interval of the member's timeline, and whether this entitlement rests on it."""

    piece: Piece
    verdict: Verdict


@dataclass(frozen=True)
class Reasons:
    """The entitlement, the benefit's version that made it, and what was considered, in order of
    time.
    """

    entitlement: Entitlement
    benefit: Benefit
    considered: tuple[Considered, ...]


def reasons(entitlement: Entitlement, benefit: Benefit, told: Timeline) -> Reasons:
    """What a person is shown who asks why."""
    considered = tuple(Considered(piece, _verdict(entitlement, benefit, piece)) for piece in told)
    return Reasons(entitlement, benefit, considered)


def _verdict(entitlement: Entitlement, benefit: Benefit, piece: Piece) -> Verdict:
    if piece.tier not in benefit.offer.tiers:
        return "other_tier"
    in_time = any(overlap(piece.window, window) for window in entitlement.windows)
    return "counts" if in_time and entitlement.is_justified else "other_time"
