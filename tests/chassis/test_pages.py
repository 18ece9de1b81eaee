"""What a service shows to everybody: nothing of it comes from elsewhere."""

import re

import pytest

from chassis.http.problems import NotFound

LINKS = re.compile(r"(?:src|href)=\"([^\"]+)\"")


async def test_the_description_is_shown_without_a_network(api):
    page = await api.get("/docs", headers={"Authorization": ""})
    links = LINKS.findall(page.text)
    assert {"docs/swagger-ui-bundle.js", "docs/start.js", "openapi.json"} <= set(links)
    for link in links:
        answer = await api.get(f"/{link}", headers={"Authorization": ""})
        assert (link, answer.status_code) == (link, 200)
        assert answer.content


@pytest.mark.parametrize("path", ["/docs", "/docs/start.js", "/problems", "/problems/not_found"])
async def test_a_page_allows_nothing_from_elsewhere(api, path):
    answer = await api.get(path, headers={"Accept": "text/html"})
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none';")
    assert not re.search(r"https?:|\*", policy)
    assert "script-src" not in policy or "script-src 'self';" in policy
    assert not re.search(r"//[a-z]", answer.text)


async def test_a_problem_names_the_page_that_explains_it(api):
    told = (await api.get("/v1/jars/none")).json()
    page = await api.get(told["type"])
    assert page.json() | {"title": told["title"], "status": 404} == page.json()
    shown = await api.get(told["type"], headers={"Accept": "text/html"})
    assert NotFound.title in shown.text


@pytest.mark.parametrize("path", ["/docs/redoc.standalone.js", "/docs/..", "/problems/unheard_of"])
async def test_there_is_no_other_page(api, path):
    answer = await api.get(path)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
