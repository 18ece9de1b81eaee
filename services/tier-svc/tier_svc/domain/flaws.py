"""What is wrong with a ladder as it is written, each by place and code."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

from tier_svc.domain.refusals import LadderInvalid

Word = TypeVar("Word", bound=StrEnum)


@dataclass
class Flaws:
    """What is wrong, as (JSON pointer, code); `at` looks at a part of the ladder."""

    path: str = ""
    found: list[tuple[str, str]] = field(default_factory=list)

    def at(self, path: str) -> "Flaws":
        """The same list, for a part of the ladder."""
        return Flaws(self.path + path, self.found)

    def add(self, path: str, code: str) -> None:
        """Something is wrong there."""
        self.found.append((self.path + path, code))

    def word(self, path: str, kind: type[Word], written: str | None, default: Word) -> Word:
        """The word of an enumeration that is written, or a flaw and the default."""
        if written is None:
            return default
        if written in [str(word) for word in kind]:
            return kind(written)
        self.add(path, "unknown")
        return default

    def end(self) -> None:
        """Refusals: LadderInvalid, with everything that was found."""
        if self.found:
            raise LadderInvalid(errors=[{"path": path, "code": code} for path, code in self.found])
