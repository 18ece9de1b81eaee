"""What the runner is told: from the environment alone, with a default for everything."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

PROGRAMMES = Path(__file__).parents[1] / "programmes"


class RunnerSettings(BaseSettings):
    """Names are the fields in capitals; an empty variable counts as not set."""

    model_config = SettingsConfigDict(frozen=True, env_ignore_empty=True)

    port: int = Field(default=8100, ge=1, le=65535)
    data_dir: Path = Path("var")
    demo: Literal["small", "year", "none"] = "small"
    programme: str | None = None
    database_url: str | None = None
    bus: Literal["local", "kafka"] = "local"
    brokers: str | None = None
    demo_end: date | None = None
    demo_households: int | None = Field(default=None, ge=1)

    @property
    def programme_name(self) -> str:
        """PROGRAMME, else the one that belongs to the demo."""
        return self.programme or ("classic" if self.demo == "none" else "grocer")

    @property
    def programme_folder(self) -> Path:
        """The programme's files. Raises ValueError naming the programmes that there are."""
        folder = PROGRAMMES / self.programme_name
        known = sorted(each.name for each in PROGRAMMES.iterdir() if each.is_dir())
        if self.programme_name not in known:
            raise ValueError(f"PROGRAMME={self.programme_name}: known are {', '.join(known)}")
        return folder
