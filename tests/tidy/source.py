"""The repository as the checks see it: every text file once, parsed once."""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).parents[2]
ELSEWHERE = frozenset({"var", "node_modules", "__pycache__", "build", "dist"})
SERVICES = ("member-svc", "points-svc", "tier-svc", "benefit-svc")
BELOW_THE_EDGE = ("domain", "store", "handlers")


@dataclass(frozen=True)
class Source:
    """One file: its path from the root, and its text."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, self.path)

    @property
    def is_python(self) -> bool:
        return self.path.endswith(".py")

    @property
    def name(self) -> str:
        return self.path.rsplit("/", 1)[-1]

    @property
    def is_test(self) -> bool:
        return self.is_python and ("tests/" in self.path or self.name == "conftest.py")

    @property
    def service(self) -> str | None:
        """`points-svc`, for a file of its package; its tests and migrations do not count."""
        parts = self.path.split("/")
        inside = len(parts) > 3 and parts[0] == "services" and parts[2].endswith("_svc")
        return parts[1] if inside else None

    @property
    def room(self) -> str | None:
        """`domain`, `store`, … for a file of a service's package; `main.py` has the room `main`."""
        return self.path.split("/")[3].removesuffix(".py") if self.service else None

    def walk(self, *kinds: type[ast.AST]) -> Iterator[ast.AST]:
        return (node for node in ast.walk(self.tree) if isinstance(node, kinds))

    def at(self, node: ast.AST, says: str) -> str:
        return f"{self.path}:{getattr(node, 'lineno', 1)} {says}"


Sources = Sequence[Source]
Findings = Iterator[str]


@cache
def repository() -> tuple[Source, ...]:
    """Every text file that stands in the tree, whether git knows it yet or not."""
    return tuple(read(path) for path in sorted(files(ROOT)) if is_text(path))


def read(path: Path) -> Source:
    return Source(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8"))


def is_text(path: Path) -> bool:
    with path.open("rb") as file:
        return b"\0" not in file.read(1024)


def files(folder: Path) -> Iterator[Path]:
    """Every file below a folder that is of this repository."""
    for entry in folder.iterdir():
        if entry.is_symlink():
            continue
        if entry.is_file() and not entry.name.startswith(".coverage"):
            yield entry
        elif entry.is_dir() and _is_ours(entry):
            yield from files(entry)


def _is_ours(folder: Path) -> bool:
    hidden = folder.name.startswith(".") and folder.name != ".ci"
    return not hidden and folder.name not in ELSEWHERE and not _ignores_itself(folder)


def _ignores_itself(folder: Path) -> bool:
    """As a data folder of the runner does, and many a tool's cache."""
    ignored = folder / ".gitignore"
    return ignored.is_file() and ignored.read_text(encoding="utf-8").split("\n", 1)[0] == "*"


def python(sources: Sources) -> Iterator[Source]:
    return (source for source in sources if source.is_python)


def rooms(sources: Sources, *names: str) -> Iterator[Source]:
    """The Python files of these rooms in every service."""
    return (source for source in python(sources) if source.room in names)


def called(node: ast.Call) -> str:
    """The dotted name of what is called, as it is written."""
    return ast.unparse(node.func)


def strings(source: Source) -> Iterator[ast.Constant]:
    """String constants that are not docstrings."""
    docs = {
        id(node.body[0].value)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in source.walk(ast.Constant):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
            yield node


def functions(source: Source) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node
