"""What a programme may settle."""

import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from member_svc.domain.programme import MemberProgramme

FILES = Path(__file__).parents[4] / "deploy" / "programmes"
GOOD = {"zone": "Asia/Shanghai", "currency": "CNY", "minor_units": 2, "default_region": "CN"}


@pytest.mark.parametrize(
    ("name", "zone", "currency", "region"),
    [
        ("classic", "Asia/Shanghai", "CNY", "CN"),
        ("grocer", "America/New_York", "USD", "US"),
    ],
)
def test_the_programmes_that_the_suite_ships(name, zone, currency, region):
    text = (FILES / name / "member.json").read_text()
    settled = MemberProgramme.model_validate_json(text)
    assert (settled.zone, settled.currency, settled.default_region) == (zone, currency, region)
    assert (settled.claim_window_days, settled.lateness_days) == (90, 400)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"zone": "Asia/Atlantis"}, id="no such zone"),
        pytest.param({"default_region": "XX"}, id="no such region"),
        pytest.param({"currency": "yuan"}, id="no currency"),
        pytest.param({"claim_window_days": -1}, id="a window below zero"),
        pytest.param({"claim_window_days": "90"}, id="text for days"),
        pytest.param({"quota": 1}, id="something that is not built"),
    ],
)
def test_a_programme_that_uses_what_is_not_there_is_refused(change):
    with pytest.raises(ValidationError):
        MemberProgramme.model_validate_json(json.dumps({**GOOD, **change}))
