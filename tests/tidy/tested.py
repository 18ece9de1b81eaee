"""A test is a sentence that is false when it fails: asserts, never sleeps, is always run."""

import ast
import re

from tests.tidy.source import Findings, Source, Sources, called, functions, python

ASSERTS = re.compile(r"(^|\.)(raises|warns|fail|run_state_machine_as_test)$")
LEFT_OUT = re.compile(r"(^|\.)(skip|skipif|xfail|importorskip)$")
MOCKS = re.compile(r"^(unittest\.mock|mock|pytest_mock)\b")


def tests_assert(sources: Sources) -> Findings:
    for source in _tests(sources):
        for node in functions(source):
            if node.name.startswith("test") and not _asserts(node):
                yield source.at(node, f"{node.name}: asserts nothing that can be seen")


def no_test_is_left_out(sources: Sources) -> Findings:
    for source in _tests(sources):
        for node in source.walk(ast.Attribute):
            if LEFT_OUT.search(ast.unparse(node)) and "pytest" in ast.unparse(node):
                yield source.at(node, f"{ast.unparse(node)}: a test is run or is not there")


def no_test_sleeps(sources: Sources) -> Findings:
    """Time is an argument; what is waited for is waited for by `eventually`, which is bounded."""
    for source in _tests(sources):
        for node in source.walk(ast.Call):
            is_sleep = isinstance(node, ast.Call) and called(node) in {
                "time.sleep",
                "asyncio.sleep",
                "sleep",
            }
            if is_sleep and ast.unparse(node.args[0]) != "0":
                yield source.at(node, "sleeps")


def our_own_code_is_not_mocked(sources: Sources) -> Findings:
    for source in python(sources):
        for node in ast.walk(source.tree):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if any(MOCKS.match(name) for name in names):
                yield source.at(node, "imports a mock")


def _tests(sources: Sources) -> list[Source]:
    return [
        source for source in python(sources) if source.is_test and source.name.startswith("test_")
    ]


def _asserts(function: ast.AST) -> bool:
    return any(
        isinstance(node, ast.Assert)
        or (isinstance(node, ast.Call) and bool(ASSERTS.search(called(node))))
        for node in ast.walk(function)
    )
