"""Four services, one shape: who knows one knows all."""

import ast
from collections.abc import Iterator

from tests.tidy.source import SERVICES, Findings, Source, Sources, rooms, strings

EVERYWHERE = (
    "README.md",
    "pyproject.toml",
    "migrations/versions/",
    "{package}/main.py",
    "{package}/inbound/events.py",
    "{package}/inbound/http",
    "{package}/inbound/jobs.py",
    "{package}/handlers/",
    "{package}/store/",
    "{package}/domain/refusals.py",
    "tests/conftest.py",
    "tests/domain/test_",
    "tests/handlers/test_",
    "tests/inbound/test_",
)
ROOMS = frozenset({"__init__", "main", "inbound", "handlers", "store", "domain"})
SAGA = frozenset({"processes", "outbound"})
WITH_A_SAGA = {"benefit-svc": SAGA, "tier-svc": SAGA}


def services_have_the_same_rooms(sources: Sources) -> Findings:
    for service in SERVICES:
        paths = [source.path for source in sources]
        package = service.replace("-", "_")
        for wanted in EVERYWHERE:
            here = f"services/{service}/" + wanted.format(package=package)
            if not any(path.startswith(here) for path in paths):
                yield f"{here} is not there, as it is in the other services"


def no_service_has_a_room_of_its_own(sources: Sources) -> Findings:
    for source in sources:
        if source.service is None or source.room is None or not source.is_python:
            continue
        if source.room not in ROOMS | WITH_A_SAGA.get(source.service, frozenset()):
            yield f"{source.path}: no such room"


def a_handler_is_one_verb(sources: Sources) -> Findings:
    """One public function a file, async, with the file's name."""
    for source in rooms(sources, "handlers"):
        verb = source.name.removesuffix(".py")
        if verb != "__init__" and list(_public(source)) != [verb]:
            yield f"{source.path}: has {list(_public(source))}, not one `async def {verb}`"


def _public(source: Source) -> Iterator[str]:
    for node in source.tree.body:
        if isinstance(node, ast.AsyncFunctionDef) and not node.name.startswith("_"):
            yield node.name
        elif isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            yield f"{node.name} (not async)"


def folders_of_tests_are_no_packages(sources: Sources) -> Findings:
    """A service's tests are found by path; its own package `tests` would shadow the suite's."""
    for source in sources:
        parts = source.path.split("/")
        if parts[0] == "services" and "tests" in parts and parts[-1] == "__init__.py":
            yield f"{source.path}: makes the tests of a service a package"


def every_module_is_imported(sources: Sources) -> Findings:
    """A module that nobody imports and nobody can start is dead."""
    reached = {name for source in sources if source.is_python for name in _imported(source)}
    for source in sources:
        if not source.is_python or source.is_test or not _is_module(source):
            continue
        if _module(source.path) not in reached and '__name__ == "__main__"' not in source.text:
            yield f"{source.path}: nobody imports it"


def _is_module(source: Source) -> bool:
    named = source.name not in {"__init__.py", "__main__.py"} and "/migrations/" not in source.path
    return named and source.path.split("/")[0] in {"shared", "services", "deploy"}


def _module(path: str) -> str:
    parts = path.removesuffix(".py").split("/")
    inside = {"shared": 1, "services": 2}.get(parts[0], 0)
    return ".".join(parts[inside:])


def _imported(source: Source) -> Iterator[str]:
    """Modules that it imports, or names in a string (a plugin, `python -m`)."""
    yield from (str(text.value) for text in strings(source) if "." in str(text.value))
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
