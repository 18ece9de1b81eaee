"""The page of problem codes: every code that can be raised stands in it, raised by a test."""

from pathlib import Path

import pytest

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


@pytest.mark.parametrize("refusal", problems.refusals(), ids=lambda refusal: refusal.code)
def test_every_documented_code_is_raised_by_a_test(refusal):
    named = f'"{refusal.code}"' in TESTS or f"{refusal.__name__}" in TESTS
    assert named, f"no test speaks of {refusal.code}"
