"""The house rules, held by a machine, and each shown to see what it is there for."""

from pathlib import Path

import pytest

from deploy.local.installation import hold
from tests.tidy import edges, rooms, sizes, tables, tested, texts, words
from tests.tidy.checks import CASES, CHECKS, Case
from tests.tidy.source import Findings, Sources, files, repository


@pytest.mark.parametrize("check", [pytest.param(one, id=one.__name__) for one in CHECKS])
def test_the_house_is_tidy(check):
    found = list(check(repository()))
    assert not found, "\n".join(["", *found])


@pytest.mark.parametrize(
    "case", [pytest.param(one, id=f"{one.check.__name__}: {one.bad[:40]!r}") for one in CASES]
)
def test_a_check_sees_what_it_is_for(case: Case):
    assert list(case.check([case.source])) != []


def test_a_data_folder_inside_the_tree_is_not_of_the_house(tmp_path: Path):
    (tmp_path / "README.md").write_text("ours")
    for name in ("data", "made-before"):
        (tmp_path / name).mkdir()
    (tmp_path / "made-before" / "theirs.md").write_text("theirs")
    for name in ("data", "made-before"):
        with hold(tmp_path / name, "classic", "local") as installation:
            (installation.logs / "points-svc.log").write_text("{}")
    assert {
        path.name for path in files(tmp_path) if path.is_relative_to(tmp_path / "data")
    } == set()
    assert (tmp_path / "made-before" / "theirs.md") in set(files(tmp_path))
    assert (tmp_path / "README.md") in set(files(tmp_path))


def test_every_check_is_run():
    public = {
        found
        for module in (edges, rooms, sizes, tables, tested, texts, words)
        for name, found in vars(module).items()
        if getattr(found, "__annotations__", {}) == {"sources": Sources, "return": Findings}
        and not name.startswith("_")
    }
    assert public == set(CHECKS)
