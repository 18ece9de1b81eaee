"""The page of problem codes: every code that can be raised stands in it, raised by a test."""

import json
from pathlib import Path

import pytest

from chassis import pages
from deploy.contracts import problems

ROOT = Path(__file__).parents[2]
TESTS = "\n".join(
    path.read_text(encoding="utf-8")
    for folder in (ROOT / "tests", ROOT / "services")
    for path in sorted(folder.rglob("test_*.py"))
    if path != Path(__file__)
)


def test_the_page_is_what_the_code_can_raise():
    assert problems.PATH.read_text(encoding="utf-8") == problems.text(), "make fmt writes it"


def test_the_catalog_is_what_the_code_can_raise():
    assert problems.CATALOG.read_text(encoding="utf-8") == problems.catalog(), "make fmt writes it"


@pytest.mark.parametrize("refusal", problems.refusals(), ids=lambda refusal: refusal.code)
def test_every_code_has_the_page_that_its_type_names(refusal):
    page = pages.problem_page(refusal.code, "application/json")
    assert json.loads(page.body)["type"] == f"{pages.PATH}/{refusal.code}"
    assert {"status": refusal.status, "title": refusal.title}.items() <= json.loads(
        page.body
    ).items()
    shown = pages.problem_page(refusal.code, "text/html,*/*").body.decode()
    assert refusal.status >= 400
    assert "What it means" in shown
    assert "What to do" in shown


@pytest.mark.parametrize("refusal", problems.refusals(), ids=lambda refusal: refusal.code)
def test_every_documented_code_is_raised_by_a_test(refusal):
    named = f'"{refusal.code}"' in TESTS or f"{refusal.__name__}" in TESTS
    assert named, f"no test speaks of {refusal.code}"
