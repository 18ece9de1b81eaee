"""How personal fields rest, and that nothing personal rests anywhere else."""

import os
from base64 import b64encode

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st

from contracts.ids import MemberId
from member_svc.store.vault import Vault

ONE, TWO = MemberId("m1"), MemberId("m2")
KEK, BLIND = bytes(range(32)), bytes(range(32, 64))


def vault_of(kek=KEK):
    return Vault(kek, BLIND, os.urandom)


@given(st.text(max_size=300))
def test_M3_what_is_sealed_comes_back(text):
    key, wrapped = vault_of().new_key(ONE)
    opened = vault_of().open_key(ONE, wrapped)
    assert opened.unseal("name", key.seal("name", text)) == text


def test_M3_a_sealed_value_moves_to_no_other_field_member_or_installation():
    key, wrapped = vault_of().new_key(ONE)
    sealed = key.seal("name", "Li Wen")
    other, _ = vault_of().new_key(TWO)
    with pytest.raises(InvalidTag):
        key.unseal("birthday", sealed)
    with pytest.raises(InvalidTag):
        other.unseal("name", sealed)
    with pytest.raises(InvalidTag):
        vault_of().open_key(TWO, wrapped)
    with pytest.raises(InvalidTag):
        vault_of(KEK[::-1]).open_key(ONE, wrapped)


def test_M3_the_same_text_never_rests_alike():
    key, _ = vault_of().new_key(ONE)
    assert key.seal("name", "Li") != key.seal("name", "Li")


async def test_I18_nothing_personal_rests_in_clear_or_is_told(api, shop, stage, capsys):
    canaries = ["canary-wen", "13812340000", "canary.li@example.com", "oolong-canary", "1987"]
    body = {
        "identifiers": [
            {"kind": "phone", "value": "13812340000"},
            {"kind": "email", "value": "Canary.Li@example.com"},
        ],
        "profile": {
            "name": "canary-wen",
            "birthday": {"month": 6, "day": 1, "year": 1987},
            "attributes": {"tea": "oolong-canary"},
        },
    }
    unknown = {"kind": "phone", "value": "13812340001"}
    await api.post("/v1/purchases", json=shop.purchase(unknown))
    enrolled = await api.post("/v1/members", json=body)
    bought = shop.purchase(body["identifiers"][0])
    bought["attributes"] = {"phone": "13812340000", "register": "1"}
    await api.post("/v1/purchases", json=bought)
    await api.post("/v1/members", json={"identifiers": [unknown, body["identifiers"][0]]})
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
