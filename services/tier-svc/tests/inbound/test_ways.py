"""Ways up over HTTP: overrides, invitations, memberships, matches, challenges (T5)."""

import itertools

import pytest

KEYS = itertools.count()
NAMES = ("overrides", "invitations", "memberships", "matches", "challenges")
PAST, FAR = "2026-04-01T00:00:00Z", "9998-01-01T00:00:00Z"
GOAL = {"metric": "visits", "at_least": 2, "lasts": {"months": 1}}


def key():
    return {"Idempotency-Key": f"way-{next(KEYS):08}"}


def body_of(name, **changes):
    bodies: dict[str, dict[str, object]] = {
        "overrides": {"tier": "gold", "reason": "a complaint that was right"},
        "invitations": {"tier": "gold", "reason": "opening night"},
        "memberships": {"tier": "gold", "until": "2027-01-01T00:00:00Z", "reason": "order 7"},
        "matches": {
            "tier": "gold",
            "evidence": "a card of another house",
            "goal": GOAL,
            "by": "2026-07-01T00:00:00Z",
        },
        "challenges": {"tier": "gold", "goal": GOAL, "within_days": 30, "reason": "spring"},
    }
    return {**bodies[name], **changes}


@pytest.fixture
async def member(hall, instant):
    hall.stage.at(instant("2026-04-25T12:00"))
    shop = hall.shop()
    await hall.hear(shop.enrolled())
    return shop


async def give(api, shop, name, **changes):
    answer = await api.post(
        f"/v1/standings/{shop.member}/{name}", json=body_of(name, **changes), headers=key()
    )
    assert answer.status_code == 201, answer.text
    return answer.json()


async def tiers(hall, shop):
    return [(tier, n) for tier, n, *_ in await hall.told(shop)]


async def test_T5_an_override_lifts_until_its_end_and_is_told(hall, api, member):
    given = await give(api, member, "overrides", until="2026-06-01T00:00:00Z")
    assert (given["kind"], given["is_open"], given["to"]) == (
        "override",
        True,
        "2026-06-01T00:00:00Z",
    )
    assert await tiers(hall, member) == [("regular", 1), ("gold", 1), ("regular", 2)]
    (*_, last) = await hall.messages(member)
    assert [(one.tier, one.reason, one.fact_id) for one in last.intervals] == [
        ("gold", "override", given["way_id"]),
        ("regular", "ended", None),
    ]
    standing = (await api.get(f"/v1/standings/{member.member}")).json()
    assert (standing["tier"], standing["until"]) == ("gold", "2026-06-01T00:00:00Z")
    assert standing["keep"] == {
        "tier": "gold",
        "missing": [],
        "by": "2026-06-01T00:00:00Z",
        "alternatives": [],
    }
    why = (await api.get(f"/v1/standings/{member.member}/why")).json()
    assert (why["interval"]["reason"], why["reached"]["tier"]) == ("override", "gold")


async def test_T5_the_same_key_gives_once(hall, api, member):
    headers, body = key(), body_of("overrides")
    path = f"/v1/standings/{member.member}/overrides"
    first = await api.post(path, json=body, headers=headers)
    again = await api.post(path, json=body, headers=headers)
    assert first.json() == again.json()
    assert again.headers["Idempotent-Replayed"] == "true"
    ways = (await api.get(f"/v1/standings/{member.member}/ways")).json()["items"]
    assert [one["way_id"] for one in ways] == [first.json()["way_id"]]
    assert len(await hall.messages(member)) == 2


async def test_T5_a_new_override_ends_the_one_before(hall, api, member, instant):
    first = await give(api, member, "overrides", tier="vip")
    hall.stage.at(instant("2026-04-26T12:00"))
    await give(api, member, "overrides", tier="silver")
    assert await tiers(hall, member) == [("regular", 1), ("vip", 1), ("silver", 1)]
    ways = (await api.get(f"/v1/standings/{member.member}/ways")).json()["items"]
    assert (ways[0]["way_id"], ways[0]["is_open"], ways[0]["ended_at"]) == (
        first["way_id"],
        False,
        "2026-04-26T04:00:00Z",
    )


async def test_T5_an_override_is_ended_once(hall, api, member, instant):
    given = await give(api, member, "overrides")
    hall.stage.at(instant("2026-04-27T12:00"))
    path = f"/v1/standings/{member.member}/overrides/{given['way_id']}"
    ended = await api.delete(path)
    assert (ended.status_code, ended.json()["ended_at"]) == (200, "2026-04-27T04:00:00Z")
    hall.stage.at(instant("2026-04-28T12:00"))
    again = await api.delete(path)
    assert (again.status_code, again.json()) == (200, ended.json())
    assert again.headers["Idempotent-Replayed"] == "true"
    told = await hall.told(member)
    assert [(tier, to) for tier, _, _, to in told][1:] == [
        ("gold", instant("2026-04-27T12:00")),
        ("regular", None),
    ]


async def test_T5_a_way_whose_time_is_over_is_ended_no_more(hall, api, member, instant):
    given = await give(api, member, "overrides", until="2026-04-26T00:00:00Z")
    hall.stage.at(instant("2026-04-27T12:00"))
    path = f"/v1/standings/{member.member}/ways/{given['way_id']}/end"
    answer = await api.post(path, json={"reason": "late"})
    assert (answer.status_code, answer.json()["code"]) == (409, "way_ended")


async def test_T5_a_way_never_lowers(hall, api, member):
    await hall.hear(member.sold("1", "2026-04-20T10:00", 10_000_000))
    await give(api, member, "overrides", tier="silver")
    assert (await tiers(hall, member))[-1] == ("vip", 1)


async def test_T5_a_challenge_is_won_by_visits_and_lost_with_their_return(hall, api, member):
    await give(api, member, "challenges")
    one = member.sold("1", "2026-04-26T10:00", 1_000)
    two = member.sold("2", "2026-04-27T10:00", 1_000)
    await hall.hear(one)
    assert await tiers(hall, member) == [("regular", 1)]
    await hall.hear(two)
    assert await tiers(hall, member) == [("regular", 1), ("gold", 1), ("regular", 2)]
    back = member.returned("R", "2026-04-29T10:00", two[0], "1")
    await hall.hear([back, member.reversed(back, 10)])
    told = await hall.told(member)
    assert [(tier, since) for tier, _, since, _ in told][-1] == ("regular", back.occurred_at)


async def test_T5_a_match_is_lost_at_its_deadline_unless_it_was_earned(hall, api, member, instant):
    await give(api, member, "matches")
    deadline = instant("2026-07-01T08:00")
    assert [to for *_, to in await hall.told(member)][1] == deadline
    await hall.hear(
        member.sold("1", "2026-06-20T10:00", 100), member.sold("2", "2026-06-28T10:00", 100)
    )
    assert [to for *_, to in await hall.told(member)][1] == instant("2026-07-28T10:00")


async def test_T5_a_trial_ends_by_itself(hall, api, member, instant):
    await give(api, member, "memberships", kind="trial", until="2026-05-02T00:00:00Z")
    (*_, last) = await hall.messages(member)
    assert [(one.tier, one.reason) for one in last.intervals] == [
        ("gold", "trial"),
        ("regular", "ended"),
    ]
    assert last.intervals[0].to_at == instant("2026-05-02T08:00")


async def test_T1_an_attribute_is_set_once_a_key(hall, api, member):
    body = {"attribute": "assets", "value": 5, "evidence": "a letter"}
    path, headers = f"/v1/standings/{member.member}/attributes", key()
    first = await api.post(path, json=body, headers=headers)
    again = await api.post(path, json=body, headers=headers)
    assert (first.status_code, again.json()) == (201, first.json())
    rows = await hall.stage.rows(
        "SELECT value, evidence FROM attribute_value WHERE member_id = :m", m=member.member
    )
    assert [tuple(row) for row in rows] == [(5, "a letter")]


REFUSED = [
    pytest.param("overrides", {"tier": "far"}, 409, "tier_unknown", id="no such tier"),
    pytest.param("overrides", {"tier": "regular"}, 409, "tier_unknown", id="the base"),
    pytest.param("overrides", {"ladder": "club"}, 404, "ladder_not_found", id="no such ladder"),
]
FLAWS = [
    pytest.param("overrides", {"until": PAST}, "/until", "in_past", id="in the past"),
    pytest.param("overrides", {"until": FAR}, "/until", "out_of_range", id="too far"),
    pytest.param("overrides", {"reason": " "}, "/reason", "out_of_range", id="no reason"),
    pytest.param("memberships", {"kind": "gift"}, "/kind", "not_allowed", id="another kind"),
    pytest.param("memberships", {"until": PAST}, "/until", "in_past", id="paid for the past"),
    pytest.param("matches", {"by": PAST}, "/by", "in_past", id="a past deadline"),
    pytest.param("challenges", {"within_days": 0}, "/within_days", "out_of_range", id="no time"),
    pytest.param(
        "challenges",
        {"goal": {**GOAL, "metric": "points"}},
        "/goal/metric",
        "unknown_metric",
        id="points to win",
    ),
    pytest.param(
        "challenges", {"goal": {**GOAL, "count": "hours"}}, "/goal/count", "unknown", id="hours"
    ),
    pytest.param(
        "challenges", {"goal": {**GOAL, "lasts": {}}}, "/goal/lasts", "months_or_days", id="no time"
    ),
]


@pytest.mark.parametrize(("name", "changes", "status", "code"), REFUSED)
async def test_a_way_that_leads_nowhere(hall, api, member, name, changes, status, code):
    before = await hall.stage.rows("SELECT count(*) AS n FROM way_up")
    path = f"/v1/standings/{member.member}/{name}"
    answer = await api.post(path, json=body_of(name, **changes), headers=key())
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert await hall.stage.rows("SELECT count(*) AS n FROM way_up") == before


@pytest.mark.parametrize(("name", "changes", "path", "code"), FLAWS)
async def test_a_way_that_cannot_be_gone(hall, api, member, name, changes, path, code):
    before = await hall.stage.rows("SELECT count(*) AS n FROM way_up")
    url = f"/v1/standings/{member.member}/{name}"
    answer = await api.post(url, json=body_of(name, **changes), headers=key())
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert [(one["path"], one["code"]) for one in answer.json()["errors"]] == [(path, code)]
    assert await hall.stage.rows("SELECT count(*) AS n FROM way_up") == before


@pytest.mark.parametrize("name", NAMES)
class TestEveryDoor:
    async def test_nobody(self, hall, api, name):
        answer = await api.post(f"/v1/standings/nobody/{name}", json=body_of(name), headers=key())
        assert (answer.status_code, answer.json()["code"]) == (404, "member_not_found")
        assert hall is not None

    async def test_no_key(self, api, member, name):
        answer = await api.post(f"/v1/standings/{member.member}/{name}", json=body_of(name))
        assert answer.json()["code"] == "idempotency_key_required"

    async def test_who_may_only_read(self, stage, member, name):
        async with stage.client("standing:read") as caller:
            answer = await caller.post(
                f"/v1/standings/{member.member}/{name}", json=body_of(name), headers=key()
            )
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


@pytest.mark.parametrize("path", ["overrides/none", "ways/none/end"])
async def test_a_way_that_was_never_given(api, member, path):
    url = f"/v1/standings/{member.member}/{path}"
    if path.startswith("overrides"):
        answer = await api.delete(url)
    else:
        answer = await api.post(url, json={"reason": "x"})
    assert (answer.status_code, answer.json()["code"]) == (404, "way_not_found")
