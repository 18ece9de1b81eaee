"""The page for who runs the suite names every setting with its default, and no other."""

import re
from pathlib import Path

import pytest

from chassis.settings import Settings

PAGE = (Path(__file__).parents[2] / "docs" / "operating.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| (`LAUREL_.*?) \| (.*?) \|", re.MULTILINE)
NAME = re.compile(r"LAUREL_[A-Z_]*[A-Z]")
DEFAULTS = {name: default for names, default in ROW.findall(PAGE) for name in NAME.findall(names)}
FIELDS = {f"LAUREL_{name.upper()}": field for name, field in Settings.model_fields.items()}


def test_every_setting_stands_in_the_page_and_every_setting_of_the_page_is_one():
    assert DEFAULTS.keys() == FIELDS.keys()
    assert set(NAME.findall(PAGE)) == FIELDS.keys()


@pytest.mark.parametrize("name", [name for name in FIELDS if DEFAULTS.get(name, "–") != "–"])
def test_the_default_in_the_page_is_the_settings_own(name):
    told = {"all four": "api,consume,relay,jobs", "`127.0.0.1`, any": "127.0.0.1 0"}
    said = told.get(DEFAULTS[name], DEFAULTS[name].strip("`"))
    assert re.sub(r"\.0$", "", str(FIELDS[name].default)) in said.split()
