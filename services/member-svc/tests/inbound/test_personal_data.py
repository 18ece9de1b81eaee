"""Nothing personal rests in clear, is told, logged or repeated."""

from base64 import b64encode


async def test_I18_nothing_personal_rests_in_clear_or_is_told(api, shop, stage, capsys):
    canaries = ["canary-wen", "13812340000", "canary.li@example.com", "oolong-canary"]
    canaries += ['"year":1987', "1987-06-01", "year=1987"]
    phone = {"kind": "phone", "value": "13812340000"}
    body = {
        "identifiers": [phone, {"kind": "email", "value": "Canary.Li@example.com"}],
        "profile": {
            "name": "canary-wen",
            "birthday": {"month": 6, "day": 1, "year": 1987},
            "attributes": {"tea": "oolong-canary"},
        },
    }
    unknown = {"kind": "phone", "value": "13812340001"}
    await api.post("/v1/purchases", json=shop.purchase(unknown))
    enrolled = await api.post("/v1/members", json=body)
    bought = shop.purchase(phone)
    bought["attributes"] = {"phone": "13812340000", "register": "1"}
    await api.post("/v1/purchases", json=bought)
    said = {"kind": "csat", "score": 1, "occurred_at": bought["occurred_at"]}
    heard = {"source_ref": shop.ref(), "member": phone, **said}
    assert (await api.post("/v1/feedback", json=heard)).status_code == 201
    for note in ({"note": "canary-wen"}, {"category": "+8613812340000"}):
        refused = await api.post("/v1/feedback", json=heard | note | {"source_ref": shop.ref()})
        assert refused.status_code == 422
    await api.post("/v1/members", json={"identifiers": [unknown, phone]})
    dumped = await everything(stage) + repr(await stage.said()) + capsys.readouterr().out
    assert enrolled.status_code == 201
    assert enrolled.json()["member_id"] in dumped
    for canary in [*canaries, "13812340001"]:
        for spelled in spellings(canary):
            assert spelled not in dumped, canary


def spellings(text):
    """A text as a careless writer might leave it."""
    raw = text.encode()
    return {text, text.upper(), raw.hex(), b64encode(raw).decode().rstrip("="), text[::-1]}


async def everything(stage):
    """All rows of all tables, as text, bytes in clear."""
    tables = await stage.rows("SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'")
    rows = [await stage.rows(f'SELECT * FROM "{table.name}"') for table in tables]
    values = [value for table in rows for row in table for value in row]
    return "\n".join(
        f"{value.hex()} {value!r}" if isinstance(value, bytes) else str(value) for value in values
    )
