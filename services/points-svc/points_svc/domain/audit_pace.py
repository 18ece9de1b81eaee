"""How fast the auditor goes round: everything within a minute while that is cheap, and never more
than a bounded part of the machine.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

ROUND = timedelta(seconds=50)
RATE_MIN = 5_000
RATE_MAX = 25_000
"""Postings and accounts a second."""


@dataclass(frozen=True)
class AuditRound:
    """The round under way, behind which member it is, and the last whole one."""

    began_at: datetime
    after_member: str
    accounts: int
    postings: int
    violations: int
    rounds: int
    last_began_at: datetime | None
    last_ended_at: datetime | None
    last_accounts: int
    last_postings: int
    last_violations: int

    def is_ahead(self, at: datetime) -> bool:
        """Whether it can rest: the round has not begun, or has done what is due by now. A clock
        that went back begins at once.
        """
        if at < self.began_at:
            return self.began_at - at <= ROUND
        return self.accounts + self.postings >= self.rate * (1 + (at - self.began_at).seconds)

    @property
    def rate(self) -> int:
        """Postings and accounts a second, so that a round of the last one's size fits in its
        time.
        """
        size = self.last_accounts + self.last_postings
        return min(max(size // (ROUND // timedelta(seconds=1)), RATE_MIN), RATE_MAX)

    def read(
        self, after_member: str, accounts: int, postings: int, violations: int
    ) -> "AuditRound":
        """As it stands after some more accounts."""
        return AuditRound(
            self.began_at,
            after_member,
            self.accounts + accounts,
            self.postings + postings,
            self.violations + violations,
            self.rounds,
            self.last_began_at,
            self.last_ended_at,
            self.last_accounts,
            self.last_postings,
            self.last_violations,
        )

    def ended(self, at: datetime) -> "AuditRound":
        """The next round, behind nobody: begins when this one's time is over."""
        return AuditRound(
            max(at, self.began_at + ROUND) if at >= self.began_at else at,
            "",
            0,
            0,
            0,
            self.rounds + 1,
            self.began_at,
            at,
            self.accounts,
            self.postings,
            self.violations,
        )


def first_round(at: datetime) -> AuditRound:
    """The round before any was made."""
    return AuditRound(at, "", 0, 0, 0, 0, None, None, 0, 0, 0)
