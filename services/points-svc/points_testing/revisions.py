"""Migrations, for who runs a statement of theirs again."""

import importlib.util
from pathlib import Path
from types import ModuleType

VERSIONS = Path(__file__).parents[1] / "migrations" / "versions"


def revision(name: str) -> ModuleType:
    """A migration, as Python."""
    spec = importlib.util.spec_from_file_location(name, VERSIONS / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
