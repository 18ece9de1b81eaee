"""A ladder keeps the zone it was published with, so that no telling depends on later settings
(E7).
"""


async def test_E7_a_zone_set_later_moves_no_month(hall, api, written):
    shop = hall.shop()
    await hall.hear(
        *(shop.sold(day, f"2026-03-{day}T10:00", 100) for day in ("01", "02")),
        shop.sold("31", "2026-03-31T23:30", 100),
    )
    before = (await api.get(f"/v1/standings/{shop.member}")).json()
    other = {**written("tier.json"), "zone": "America/New_York"}
    assert (await api.put("/v1/tier-svc/programme", json=other)).status_code == 200
    await hall.hear(shop.sold("again", "2026-04-01T00:30", 100))
    after = (await api.get(f"/v1/standings/{shop.member}")).json()
    assert (before["tier"], before["until"]) == ("silver", "2026-04-30T16:00:00Z")
    assert (after["tier"], after["until"]) == ("silver", "2026-04-30T16:00:00Z")
    assert [one["value"] for one in after["metrics"]][:1] == [1]
