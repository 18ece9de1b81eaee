"""Two people who edit one thing do not undo each other's work without knowing."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.http.editing import held_tags
from chassis.http.problems import Malformed

PROGRAMME = "/v1/shelf-svc/programme"


@pytest.fixture
async def version(api, stage):
    """The version in force, of settings just published."""
    beans = 1 + (await stage.rows("SELECT count(*) AS n FROM document"))[0].n
    return (await api.put(PROGRAMME, json={"beans_max": beans})).json()["version"]


async def edited(api, if_match, beans=1_000):
    headers = [("If-Match", one) for one in ([if_match] if isinstance(if_match, str) else if_match)]
    return await api.put(PROGRAMME, json={"beans_max": beans}, headers=headers)


async def test_what_is_shown_bears_the_tag_that_an_edit_may_name(api, version):
    shown = await api.get(PROGRAMME)
    assert shown.headers["ETag"] == f'"{version}"'
    made = await edited(api, shown.headers["ETag"])
    assert (made.status_code, made.json()["version"]) == (200, version + 1)
    assert made.headers["ETag"] == (await api.get(PROGRAMME)).headers["ETag"] == f'"{version + 1}"'


@pytest.mark.parametrize(
    "tags",
    [
        pytest.param("*", id="any version there is"),
        pytest.param('"other", "{}"', id="one of several"),
        pytest.param(['"other"', '"{}"'], id="one of several headers"),
        pytest.param(' "{}"\t', id="with blanks around"),
        pytest.param('"a,b","{}"', id="a comma inside a tag"),
    ],
)
async def test_an_edit_of_the_present_version_goes_on(api, version, tags):
    held = [t.replace("{}", str(version)) for t in ([tags] if isinstance(tags, str) else tags)]
    assert (await edited(api, held)).status_code == 200


@pytest.mark.parametrize(
    "tags",
    [
        pytest.param('"0"', id="another version"),
        pytest.param('W/"{}"', id="a weak tag"),
        pytest.param('"{}x"', id="a tag that begins alike"),
        pytest.param('""', id="an empty tag"),
    ],
)
async def test_an_edit_of_another_version_is_refused_and_changes_nothing(api, stage, version, tags):
    before = await stage.counts()
    refused = await edited(api, tags.replace("{}", str(version)))
    assert (refused.status_code, refused.json()["code"]) == (412, "precondition_failed")
    assert refused.json()["outcome"] == "none"
    assert await stage.counts() == before


@pytest.mark.parametrize(
    "tags",
    ["", "7", "W/7", '"7', '7"', '"7" "8"', '"7",', '*, "7"', "'7'", 'w/"7"', '"a"b"'],
)
async def test_an_if_match_that_is_no_list_of_tags_is_malformed(api, version, tags):
    refused = await edited(api, tags)
    assert (refused.status_code, refused.json()["code"]) == (400, "malformed")
    assert refused.json()["reason"] == "if_match"


async def test_an_edit_that_names_no_version_is_nobodys_business(api, version):
    assert (await api.put(PROGRAMME, json={"beans_max": 77})).status_code == 200


@pytest.mark.parametrize("tags", ["*", '"0"', '"1"'])
async def test_where_there_is_nothing_yet_no_version_can_be_meant(api, stage, tags):
    await stage.rows("DELETE FROM document")
    refused = await edited(api, tags)
    assert (refused.status_code, refused.json()["code"]) == (412, "precondition_failed")


async def test_of_two_edits_of_one_version_at_once_one_is_refused(api, version):
    held = f'"{version}"'
    answers = await asyncio.gather(*(edited(api, held, beans) for beans in range(500, 508)))
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses == [200] + [412] * 7


@given(st.text(alphabet='W/"*, \t7\x7f', max_size=12))
def test_every_header_is_a_list_of_tags_or_malformed(text):
    try:
        tags = held_tags(text)
    except Malformed:
        return
    assert tags == {"*"} or all(tag.endswith('"') for tag in tags)
