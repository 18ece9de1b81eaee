"""How personal fields rest."""

import os

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
