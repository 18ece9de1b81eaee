"""Where a service runs: from the environment only, complete, or the process stops and names what is
missing.
"""

from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

ROLES = ("api", "consume", "relay", "jobs")


class Settings(BaseSettings):
    """One process's surroundings. Names are `LAUREL_` + the field in capitals."""

    model_config = SettingsConfigDict(env_prefix="LAUREL_", frozen=True)

    env: Literal["development", "production"] = "production"
    database_url: str
    pool_size: int = Field(default=8, ge=2)
    bus: Literal["local", "kafka"] = "kafka"
    brokers: str = ""
    authors: dict[str, str] = {}
    partitions: int = Field(default=12, ge=1)
    keys_file: Path
    secrets_file: Path
    anchors_dir: Path | None = None
    host: str = "127.0.0.1"
    port: int = 0
    roles: str = ",".join(ROLES)
    peers: dict[str, str] = {}
    peer_key: str = ""
    test_clock_file: Path | None = None
    failpoints: str = ""
    parent_pipe_fd: int | None = None
    parked_in_a_row_max: int = 20
    republish_days: int = Field(default=8, ge=1)
    inbox_days: int = 35
    answers_days: int = Field(default=35, ge=35)
    request_s: float = 3.0

    def chosen_roles(self) -> tuple[str, ...]:
        """The roles that this process plays. Raises ValueError for a word that is none."""
        chosen = tuple(role.strip() for role in self.roles.split(",") if role.strip())
        unknown = [role for role in chosen if role not in ROLES]
        if unknown or not chosen:
            raise ValueError(f"LAUREL_ROLES: {unknown or 'empty'}; known are {', '.join(ROLES)}")
        return chosen

    def check(self) -> None:
        """Refuse what must never run: at all, or in production. Raises ValueError naming the
        setting.
        """
        if self.inbox_days <= 2 * self.republish_days:
            raise ValueError("LAUREL_INBOX_DAYS must be more than twice LAUREL_REPUBLISH_DAYS")
        if self.env != "production":
            return
        if self.test_clock_file:
            raise ValueError("LAUREL_TEST_CLOCK_FILE is refused in production")
        if self.failpoints:
            raise ValueError("LAUREL_FAILPOINTS is refused in production")
