"""What a reader finds: docstrings, truths with their tests; and what must not be found at all."""

import ast
import codecs
import posixpath
import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from tests.tidy.source import Findings, Source, Sources, functions, python, rooms

# Written so that this file names none of them itself.
HOSTS = re.compile(
    codecs.decode(
        r"clcv\.bet|clgubaubfgrq|aczwf\.(bet|pbz)|znira\.bet|znira\.ncnpur\.bet/znira2"
        r"|qro\.qrovna|cebkl\.tbynat|pengrf\.vb",
        "rot13",
    )
)
MACHINE_PATHS = re.compile(codecs.decode(r"(^|[\"'= (`])/(jbex|snez)/|/gzc/[n-m]|/ebbg/", "rot13"))
OURS = re.compile(r"^(laurel|contracts|chassis|deploy|tests|(member|points|tier|benefit)[-_]svc)\b")
UNFINISHED = re.compile(r"raise NotImplementedError|\b(TODO|FIXME|XXX)\b")
LOCKED = re.compile(r"[a-z0-9.-]+(\[[a-z,]+\])?==|    --hash=sha256:")
LINK = re.compile(r"\]\((?!\w+:|#)([^)#\s]+)")
TRUTH = re.compile(r"^\d+\. ")
NAMED_TEST = re.compile(r"`(test_\w+)`")


def no_registry_and_no_machine_is_named(sources: Sources) -> Findings:
    for source in sources:
        for number, line in enumerate(source.text.split("\n"), 1):
            if HOSTS.search(line) or MACHINE_PATHS.search(line):
                yield f"{source.path}:{number} names a registry host or a path of one machine"


def links_lead_somewhere(sources: Sources) -> Findings:
    """A relative link of a page leads to a file or folder that is there."""
    paths = {source.path for source in sources}
    there = paths | {str(parent) for path in paths for parent in PurePosixPath(path).parents}
    for source in sources:
        missing = [link for link, target in _links(source) if target not in there]
        yield from (f"{source.path}: links to {link}, which is not there" for link in missing)


def _links(source: Source) -> Iterator[tuple[str, str]]:
    """Each relative link of a page, as it is written and as a path from the root."""
    folder = posixpath.dirname(source.path)
    for link in LINK.findall(source.text) if source.path.endswith(".md") else ():
        yield link, posixpath.normpath(posixpath.join(folder, link))


def locks_name_strangers_only(sources: Sources) -> Findings:
    """Our packages are on the path; a lock that names one would fetch a stranger of that name."""
    for source in sources:
        if source.name.startswith("requirements") and source.name.endswith(".lock"):
            wrong = [line for line in source.text.split("\n") if not _is_locked(line)]
            yield from (f"{source.path}: {line[:60]}" for line in wrong)


def _is_locked(line: str) -> bool:
    return not line or bool(LOCKED.match(line) and not OURS.match(line))


def nothing_is_left_for_later(sources: Sources) -> Findings:
    for source in python(sources):
        for number, line in enumerate(source.text.split("\n"), 1):
            if UNFINISHED.search(line) and not source.path.startswith("tests/tidy/"):
                yield f"{source.path}:{number} {line.strip()[:60]}"


def modules_say_what_they_hold(sources: Sources) -> Findings:
    for source in python(sources):
        if source.text.strip() and ast.get_docstring(source.tree) is None:
            yield f"{source.path}: no docstring"


def the_domain_says_what_signatures_cannot(sources: Sources) -> Findings:
    """Public functions and classes of domain/ have a docstring."""
    for source in rooms(sources, "domain"):
        for node in source.tree.body:
            is_public = hasattr(node, "name") and not str(node.name).startswith("_")
            documented = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
            if isinstance(node, documented) and is_public and ast.get_docstring(node) is None:
                yield source.at(node, f"{node.name}: no docstring")


def truths_have_tests(sources: Sources) -> Findings:
    """A README with a heading “Truths” numbers them, and each names a test that exists."""
    known = {node.name for source in sources if source.is_test for node in functions(source)}
    for source in sources:
        if source.name != "README.md":
            continue
        truths = list(_truths(source.text))
        if source.path.startswith("services/") and not truths:
            yield f"{source.path}: no numbered truths"
        for truth in truths:
            named = NAMED_TEST.findall(truth)
            missing = [name for name in named if name not in known]
            if missing or not named:
                yield f"{source.path}: “{truth[:60]}…” names {missing or 'no test'}"


def _truths(text: str) -> Iterator[str]:
    """The numbered points under the heading that says Truths, each with its following lines."""
    inside, truth = False, ""
    for line in [*text.split("\n"), "# end"]:
        if line.startswith("#"):
            if truth:
                yield truth
            inside, truth = "truths" in line.lower(), ""
        elif inside and TRUTH.match(line):
            if truth:
                yield truth
            truth = line
        elif truth:
            truth += " " + line.strip()
