"""Small things: files, functions, entry points, and loops that end."""

import ast
import re

from tests.tidy.source import Findings, Sources, functions, python, rooms, strings

FILE_LINES_MAX = 300
FUNCTION_LINES_MAX = 60
MAIN_LINES_MAX = 60
UNBOUNDED = re.compile(r"\bLIMIT\s+(?!1\b)\d", re.IGNORECASE)


def files_are_short(sources: Sources) -> Findings:
    for source in python(sources):
        lines = source.text.count("\n")
        if lines > FILE_LINES_MAX:
            yield f"{source.path}: {lines} lines, at most {FILE_LINES_MAX}"


def functions_are_short(sources: Sources) -> Findings:
    for source in python(sources):
        for node in functions(source):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > FUNCTION_LINES_MAX:
                yield source.at(node, f"{node.name}: {lines} lines, at most {FUNCTION_LINES_MAX}")


def main_fits_on_a_screen(sources: Sources) -> Findings:
    for source in rooms(sources, "main"):
        lines = source.text.count("\n")
        if lines > MAIN_LINES_MAX:
            yield f"{source.path}: {lines} lines, at most {MAIN_LINES_MAX}"


def bounds_have_names(sources: Sources) -> Findings:
    """A number of rows in SQL text is an argument, or a constant that ends in _MAX."""
    for source in rooms(sources, "store", "handlers", "inbound", "processes", "outbound"):
        for node in strings(source):
            if UNBOUNDED.search(str(node.value)):
                yield source.at(node, "a LIMIT without a name")


def nothing_loops_for_ever_below_the_edge(sources: Sources) -> Findings:
    for source in rooms(sources, "domain", "store", "handlers", "processes"):
        for node in source.walk(ast.While):
            endless = isinstance(node, ast.While) and isinstance(node.test, ast.Constant)
            if endless and not re.search(r"\b[A-Z_]+_MAX\b", source.text):
                yield source.at(node, "`while True` in a file without a _MAX")
