"""The four services: what they are called, and which nouns after `/v1/` are theirs (api.md §1)."""

from __future__ import annotations

from dataclasses import dataclass

ROLES = ("api", "consume", "relay", "jobs")


@dataclass(frozen=True)
class Service:
    """One service of the suite."""

    name: str
    nouns: tuple[str, ...]

    @property
    def module(self) -> str:
        """What `python -m` runs."""
        return f"{self.name.replace('-', '_')}.main"

    @property
    def database(self) -> str:
        """Its own database."""
        return f"laurel_{self.name.removesuffix('-svc')}"


SERVICES = (
    Service(
        "member-svc",
        (
            "members",
            "purchases",
            "returns",
            "activities",
            "facts",
            "referrals",
            "feedback",
            "segments",
            "insight",
            "channels",
        ),
    ),
    Service("points-svc", ("points", "accrual-rules", "pools")),
    Service("tier-svc", ("standings", "ladders")),
    Service(
        "benefit-svc",
        (
            "benefits",
            "rewards",
            "entitlements",
            "redemptions",
            "vouchers",
            "quotes",
            "plans",
            "experiments",
        ),
    ),
)

SERVICE_OF_NOUN = {noun: service.name for service in SERVICES for noun in service.nouns}
NAMES = frozenset(service.name for service in SERVICES)
