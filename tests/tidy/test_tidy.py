"""The house rules, held by a machine, and each shown to see what it is there for."""

import pytest

from tests.tidy import edges, rooms, sizes, tables, tested, texts, words
from tests.tidy.checks import CASES, CHECKS, Case
from tests.tidy.source import Findings, Sources, repository


@pytest.mark.parametrize("check", [pytest.param(one, id=one.__name__) for one in CHECKS])
def test_the_house_is_tidy(check):
    found = list(check(repository()))
    assert not found, "\n".join(["", *found])


@pytest.mark.parametrize(
    "case", [pytest.param(one, id=f"{one.check.__name__}: {one.bad[:40]!r}") for one in CASES]
)
def test_a_check_sees_what_it_is_for(case: Case):
    assert list(case.check([case.source])) != []


def test_every_check_is_run():
    public = {
        found
        for module in (edges, rooms, sizes, tables, tested, texts, words)
        for name, found in vars(module).items()
        if getattr(found, "__annotations__", {}) == {"sources": Sources, "return": Findings}
        and not name.startswith("_")
    }
    assert public == set(CHECKS)
