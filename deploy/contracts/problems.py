"""The page of problem codes, from the refusals that the services and the chassis can raise."""

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from pathlib import Path

from contracts.refusal import Refusal

PATH = Path(__file__).parents[2] / "docs" / "problems.md"
PACKAGES = ("chassis", "member_svc", "points_svc", "tier_svc", "benefit_svc")

HEAD = """# Problem codes

Errors are RFC 9457 `application/problem+json`: `type`, `title`, `status`, `detail`, `code`,
`request_id`, `outcome`, and the numbers that a code promises. `code` is stable; branch on it.

`outcome` says what became of the request: `none` (nothing changed), `applied`, or `unknown`
(ask again with the same key or `source_ref`: it takes effect once).

Written by `make fmt` from the refusals in the code; each is raised by a test.
"""


def refusals() -> list[type[Refusal]]:
    """Every refusal of the suite, by status and code. Raises AssertionError where two share a code
    but not its status.
    """
    for package in PACKAGES:
        _import_all(package)
    by_code: dict[str, type[Refusal]] = {}
    for refusal in sorted(_below(Refusal), key=lambda one: (one.__module__, one.__name__)):
        known = by_code.setdefault(refusal.code, refusal)
        assert known.status == refusal.status, f"{refusal.code}: two meanings"
    return sorted(by_code.values(), key=lambda refusal: (refusal.status, refusal.code))


def text() -> str:
    """The page."""
    sections = [HEAD]
    for refusal in refusals():
        says = " ".join((inspect.getdoc(refusal) or "").split())
        sections.append(f"## {refusal.code}\n\n{refusal.status} · {refusal.title} {says}\n")
    return "\n".join(sections)


def _below(base: type[Refusal]) -> Iterator[type[Refusal]]:
    for refusal in base.__subclasses__():
        is_ours = refusal.__module__.split(".")[0] in PACKAGES
        if is_ours and "code" in vars(refusal):
            yield refusal
        yield from _below(refusal)


def _import_all(package: str) -> None:
    root = importlib.import_module(package)
    for module in pkgutil.walk_packages(root.__path__, f"{package}."):
        if not module.name.endswith((".main", ".__main__")) and ".migrations" not in module.name:
            importlib.import_module(module.name)
