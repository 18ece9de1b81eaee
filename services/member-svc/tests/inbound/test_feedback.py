"""The doors of feedback: what is taken in, what is refused, and what became of a complaint."""

import json

import pytest

STAFF = ("feedback:write", "feedback:any", "fact:read", "fact:review")


def complaint(shop, member, **more):
    """The body of a complaint."""
    return {
        "source_ref": shop.ref(),
        "member": member,
        "kind": "complaint",
        "occurred_at": "2026-06-01T09:00:00Z",
        "category": "delivery",
        "severity": "high",
        **more,
    }


def outcome(shop, of, state, **more):
    """The body of what became of it."""
    return {
        "source_ref": shop.ref(),
        "member": of["member"],
        "kind": "outcome",
        "occurred_at": "2026-06-01T10:00:00Z",
        "complaint_ref": of["source_ref"],
        "state": state,
        **more,
    }


async def state(api, of, **query):
    """The state of a complaint."""
    found = await api.get(f"/v1/feedback/{of['source_ref']}", params=query)
    assert found.status_code == 200, found.text
    return found.json()["state"]


@pytest.mark.parametrize(
    "said",
    [
        pytest.param({"kind": "csat", "score": 1}, id="csat"),
        pytest.param({"kind": "csat", "score": 5, "category": "store"}, id="csat of something"),
        pytest.param({"kind": "nps", "score": 0}, id="nps 0"),
        pytest.param({"kind": "nps", "score": 10}, id="nps 10"),
        pytest.param({"kind": "complaint", "category": "a.b", "severity": "low"}, id="complaint"),
    ],
)
async def test_M10_feedback_is_answered_and_replayed_with_the_same_body(api, shop, said):
    at = "2026-06-01T09:00:00Z"
    body = {"source_ref": shop.ref(), "member": await shop.known_card(), "occurred_at": at, **said}
    first = await api.post("/v1/feedback", json=body)
    again = await api.post("/v1/feedback", json=body)
    assert (first.status_code, first.json()["status"]) == (201, "accepted")
    assert (again.status_code, again.json()) == (200, first.json())
    assert again.headers["Idempotent-Replayed"] == "true"
    other = await api.post("/v1/feedback", json={**body, "occurred_at": "2026-06-01T08:00:00Z"})
    assert (other.status_code, other.json()["code"]) == (409, "fact_conflict")
    found = (await api.get(f"/v1/feedback/{body['source_ref']}")).json()
    assert {name: found[name] for name in said} == said
    fact = (await api.get(f"/v1/facts/feedback/{body['source_ref']}")).json()
    assert (fact["fact_id"], fact["status"]) == (first.json()["fact_id"], "accepted")


@pytest.mark.parametrize(
    ("change", "path", "code"),
    [
        pytest.param({"kind": "rant"}, "/kind", None, id="no kind"),
        pytest.param({"member": None}, "", "required", id="of nobody"),
        pytest.param({"purchase_source": "web"}, "", "required", id="a source, no purchase"),
        pytest.param({"category": None}, "", "required", id="a complaint of nothing"),
        pytest.param({"severity": None}, "", "required", id="a complaint without severity"),
        pytest.param({"severity": "huge"}, "/severity", None, id="no severity"),
        pytest.param({"category": "Late parcel"}, "/category", None, id="words of a person"),
        pytest.param({"category": "+8613800138000"}, "/category", None, id="a phone"),
        pytest.param({"score": 3}, "", "unexpected", id="a complaint with a score"),
        pytest.param({"state": "open"}, "", "unexpected", id="a complaint with a state"),
        pytest.param({"complaint_ref": "x"}, "", "unexpected", id="a complaint of a complaint"),
        pytest.param({"kind": "nps", "score": 1}, "", "unexpected", id="nps with severity"),
        pytest.param({"kind": "csat"}, "", "required", id="csat without a score"),
        pytest.param({"score": 11}, "/score", "out_of_range", id="a score of 11"),
        pytest.param({"score": -1}, "/score", "out_of_range", id="a score below 0"),
        pytest.param({"occurred_at": "1969-12-31T23:59:59Z"}, "/occurred_at", None, id="long ago"),
        pytest.param({"note": "it was late"}, "/note", None, id="a note"),
    ],
)
async def test_feedback_outside_the_limits_names_the_field(api, shop, stage, change, path, code):
    body = complaint(shop, await shop.known_card()) | change
    before = await stage.counts()
    refused = await api.post("/v1/feedback", json=body)
    (error, *_) = refused.json()["errors"]
    assert (refused.status_code, error["path"]) == (422, path)
    assert code in {None, error["code"]}
    assert await stage.counts() == before


@pytest.mark.parametrize("score", [pytest.param(0, id="0"), pytest.param(6, id="6")])
async def test_M10_csat_is_from_1_to_5(api, shop, score):
    body = complaint(shop, await shop.known_card(), kind="csat", score=score)
    refused = await api.post("/v1/feedback", json=body | {"category": None, "severity": None})
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "out_of_range")


async def test_who_is_not_there_said_nothing_and_nothing_has_happened_yet(api, shop, stage):
    before = await stage.counts()
    refused = await api.post("/v1/feedback", json=complaint(shop, {"member_id": "nobody"}))
    assert (refused.status_code, refused.json()["code"]) == (404, "member_not_found")
    ahead = complaint(shop, {"member_id": "nobody"}, occurred_at="2026-06-01T12:05:01Z")
    refused = await api.post("/v1/feedback", json=ahead)
    assert (refused.status_code, refused.json()["code"]) == (422, "occurred_in_future")
    assert await stage.counts() == before


async def test_M10_a_complaint_is_in_the_state_of_its_last_outcome_in_any_order(api, shop):
    body = complaint(shop, await shop.card())
    later = outcome(shop, body, "withdrawn", occurred_at="2026-06-01T11:00:00Z")
    assert (await api.post("/v1/feedback", json=later)).json()["status"] == "accepted"
    await api.post("/v1/feedback", json=body)
    assert await state(api, body) == "withdrawn"
    await api.post("/v1/feedback", json=outcome(shop, body, "resolved"))
    assert await state(api, body) == "withdrawn"
    again = outcome(shop, body, "open", occurred_at="2026-06-01T11:30:00Z")
    await api.post("/v1/feedback", json=again)
    assert (await state(api, body), await state(api, later)) == ("open", "withdrawn")


async def test_M10_an_outcome_of_another_members_complaint_means_nothing(api, shop):
    body = complaint(shop, await shop.card())
    await api.post("/v1/feedback", json=body)
    other = outcome(shop, body, "withdrawn", member=await shop.card())
    assert (await api.post("/v1/feedback", json=other)).status_code == 201
    assert await state(api, body) == "open"


async def test_I19_staff_close_what_a_channel_heard_and_no_other_channel_does(api, shop, stage):
    body = complaint(shop, await shop.card())
    await api.post("/v1/feedback", json=body)
    closed = outcome(shop, body, "unfounded", complaint_source="till")
    async with stage.client("feedback:write", "fact:read", source="web") as web:
        refused = await web.post("/v1/feedback", json=closed)
        bought = complaint(shop, None, purchase_ref="r", purchase_source="till")
        barred = await web.post("/v1/feedback", json=bought)
        own = outcome(shop, body, "unfounded")
        assert (await web.post("/v1/feedback", json=own)).status_code == 201
        hidden = await web.get(f"/v1/feedback/{body['source_ref']}", params={"source": "till"})
        absent = await web.get(f"/v1/feedback/{body['source_ref']}")
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    assert (barred.status_code, hidden.status_code, absent.status_code) == (403, 404, 404)
    assert await state(api, body) == "open"
    async with stage.client(*STAFF, source="desk") as desk:
        assert (await desk.post("/v1/feedback", json=closed)).status_code == 201
        assert await state(desk, body, source="till") == "unfounded"


async def test_a_complaint_about_a_purchase_is_its_members_and_waits_for_it(api, shop):
    purchase = shop.purchase(await shop.known_card())
    body = complaint(shop, None, purchase_ref=purchase["source_ref"])
    waiting = await api.post("/v1/feedback", json=body)
    assert (waiting.json()["status"], waiting.json()["member_id"]) == ("waiting", None)
    bought = await api.post("/v1/purchases", json=purchase)
    found = (await api.get(f"/v1/feedback/{body['source_ref']}")).json()
    assert (found["status"], found["member_id"]) == ("accepted", bought.json()["member_id"])


async def test_a_batch_answers_every_line_in_order(api, shop):
    one = complaint(shop, await shop.card())
    lines = [
        json.dumps(outcome(shop, one, "resolved")),
        json.dumps(one),
        json.dumps(complaint(shop, {"member_id": "nobody"})),
        "nonsense",
        json.dumps({**one, "severity": "low"}),
        json.dumps(complaint(shop, {"kind": "card", "value": "NOBODYS-CARD"})),
        json.dumps(one),
    ]
    answers = await shop.batch(api, "/v1/feedback:batch", lines)
    assert [each["status"] for each in answers] == [201, 201, 404, 400, 409, 201, 200]
    assert [each.get("stands", each.get("code")) for each in answers] == [
        *("accepted", "accepted", "member_not_found", "malformed", "fact_conflict"),
        *("unclaimed", "accepted"),
    ]
    assert await state(api, one) == "resolved"
