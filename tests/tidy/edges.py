"""What happens only at the edge: clocks, chance, output, SQL, commits, catching everything."""

import ast
import re

from tests.tidy.source import (
    BELOW_THE_EDGE,
    Findings,
    Source,
    Sources,
    called,
    functions,
    python,
    rooms,
    strings,
)

AT_THE_EDGE = re.compile(
    r"^(print|input|open|sleep)$|^(time|random|secrets|logging|os)\.|\.(sleep|today|utcnow)$"
    r"|^datetime(\.datetime)?\.now$|^(uuid\.)?uuid[14]$"
)
SQL = re.compile(r"^\s*(SELECT|INSERT\s+INTO|UPDATE|DELETE\s+FROM|WITH|COPY|LOCK)\s")
BROAD_MAX = 2
BROAD_FILES = re.compile(r"^shared/chassis/(bus/)?(consumer|relay)(/\w+)?\.py$")


def time_and_chance_are_arguments(sources: Sources) -> Findings:
    """Below the edge there is no clock, no sleep, no print, no chance: `tx.now` and ids come in."""
    for source in rooms(sources, *BELOW_THE_EDGE):
        for node in source.walk(ast.Call):
            if isinstance(node, ast.Call) and AT_THE_EDGE.search(called(node)):
                yield source.at(node, f"{called(node)}(…) below the edge")


def numbers_are_exact(sources: Sources) -> Findings:
    """No float and no `/` in domain and contracts: Fraction, // and divmod."""
    for source in python(sources):
        if source.room == "domain" or source.path.startswith("shared/contracts/"):
            yield from _inexact(source)


def _inexact(source: Source) -> Findings:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, float):
            yield source.at(node, f"the float {node.value}")
        elif isinstance(node, ast.Name) and node.id == "float":
            yield source.at(node, "float")
        elif isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div):
            yield source.at(node, "a division by /")


def only_the_store_speaks_sql(sources: Sources) -> Findings:
    for source in rooms(sources, "domain", "handlers", "inbound", "processes", "outbound", "main"):
        for text in strings(source):
            if SQL.match(str(text.value)):
                yield source.at(text, "SQL text outside store/")
        for node in source.walk(ast.Call):
            if isinstance(node, ast.Call) and called(node) in {"tx.execute", "tx.copy"}:
                yield source.at(node, f"{called(node)} outside store/")


def statements_are_constants(sources: Sources) -> Findings:
    """SQL is put together when a module is read, never while a function runs."""
    for source in rooms(sources, "store"):
        inside = [node for function in functions(source) for node in ast.walk(function)]
        for node in inside:
            if isinstance(node, ast.JoinedStr) and SQL.match(ast.unparse(node)[2:]):
                yield source.at(node, "a statement is put together in a function")


def the_store_decides_nothing(sources: Sources) -> Findings:
    for source in rooms(sources, "store"):
        for node in source.walk(ast.Call, ast.Raise):
            if isinstance(node, ast.Call) and re.search(r"\.(emit|commit|rollback)$", called(node)):
                yield source.at(node, f"{called(node)} in store/")


def broad_excepts_are_two(sources: Sources) -> Findings:
    """The consumer loop and the relay loop; everybody else names what they expect."""
    broad = [
        (source, node)
        for source in python(sources)
        if not source.is_test
        for node in source.walk(ast.ExceptHandler)
        if isinstance(node, ast.ExceptHandler) and _is_broad(node)
    ]
    for source, node in broad:
        if not BROAD_FILES.match(source.path) or len(broad) > BROAD_MAX:
            yield source.at(node, f"catches everything ({len(broad)} in the suite)")


def _is_broad(node: ast.ExceptHandler) -> bool:
    """Catches everything and keeps it; what ends in a bare `raise` only passes by."""
    named = ast.unparse(node.type) if node.type else "BaseException"
    last = node.body[-1]
    if isinstance(last, ast.Raise) and last.exc is None:
        return False
    return bool(re.search(r"\b(Base)?Exception\b", named))
