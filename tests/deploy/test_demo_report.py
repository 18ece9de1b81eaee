"""What the demo prints to go on with."""

import pytest

from deploy.demo.report import worth_asking_why


@pytest.mark.parametrize(
    ("kinds", "chosen"),
    [
        pytest.param(["burn", "accrual", "accrual"], 1, id="the newest accrual"),
        pytest.param(["expiry", "burn", "hold"], 0, id="no accrual among them: the newest"),
    ],
)
def test_the_posting_to_ask_about_is(kinds: list[str], chosen: int) -> None:
    postings = [{"kind": kind, "posting_id": str(n)} for n, kind in enumerate(kinds)]
    assert worth_asking_why(postings) is postings[chosen]
