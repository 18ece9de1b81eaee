"""Codes that are derived, checked and never stored (B5)."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benefit_svc.domain.refusals import VoucherNotUsable, VoucherNotVoidable
from benefit_svc.domain.vouchers import (
    ALPHABET,
    BITS,
    Voucher,
    VoucherKey,
    code_hash,
    code_of,
    is_well_typed,
    plain_code,
    use,
    void,
)
from contracts.ids import MemberId, RedemptionId, RewardId, VoucherId

KEY = VoucherKey(b"k" * 32)
OTHER = VoucherKey(b"o" * 32)
NOW = datetime(2026, 4, 1, tzinfo=UTC)
IDS = st.uuids().map(lambda u: VoucherId(str(u)))


def voucher(state="issued", expires_at=None):
    return Voucher(
        VoucherId("v1"),
        MemberId("m1"),
        RewardId("tote"),
        1,
        RedemptionId("r1"),
        1,
        NOW,
        expires_at,
        state,
    )


CODE = code_of(KEY, VoucherId("v1"))


@given(IDS)
def test_B5_a_code_is_letters_and_digits_in_groups_and_well_typed(voucher_id):
    code = code_of(KEY, voucher_id)
    assert [len(group) for group in code.split("-")] == [6, 6, 6]
    assert set(plain_code(code)) <= set(ALPHABET)
    assert is_well_typed(code)
    assert code_of(KEY, voucher_id) == code


def test_B5_a_code_carries_at_least_80_bits_besides_its_check():
    assert BITS >= 80


@given(IDS, st.integers(0, 17), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_noticed(voucher_id, place, wrong):
    plain = plain_code(code_of(KEY, voucher_id))
    typed = plain[:place] + wrong + plain[place + 1 :]
    assert is_well_typed(typed) == (typed == plain)


@given(IDS, st.integers(0, 16))
def test_two_neighbours_swapped_are_noticed(voucher_id, place):
    plain = plain_code(code_of(KEY, voucher_id))
    typed = plain[:place] + plain[place + 1] + plain[place] + plain[place + 2 :]
    assert is_well_typed(typed) == (typed == plain)


@given(IDS)
def test_a_code_is_found_however_it_is_typed(voucher_id):
    code = code_of(KEY, voucher_id)
    typed = code.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert is_well_typed(typed)
    assert code_hash(KEY, typed) == code_hash(KEY, code)


def test_B5_neither_code_nor_hash_tells_without_the_key():
    assert code_of(OTHER, VoucherId("v1")) != CODE
    assert code_hash(OTHER, CODE) != code_hash(KEY, CODE)


@pytest.mark.parametrize(
    ("found", "typed"),
    [
        pytest.param(None, CODE, id="unknown"),
        pytest.param(None, "no code at all", id="not even a code"),
        pytest.param(voucher("used"), CODE, id="used"),
        pytest.param(voucher("voided"), CODE, id="voided"),
        pytest.param(voucher("expired"), CODE, id="expired"),
        pytest.param(voucher(expires_at=NOW), CODE, id="over, though no job has run"),
    ],
)
def test_B5_the_answer_is_the_same_for_every_reason(found, typed):
    with pytest.raises(VoucherNotUsable) as refused:
        use(found, typed, NOW)
    assert refused.value.numbers == {}


def test_a_voucher_is_used_until_the_instant_it_expires():
    last = voucher(expires_at=NOW + timedelta(microseconds=1))
    assert use(last, CODE, NOW).state == "used"


@pytest.mark.parametrize("state", ["used", "voided", "expired"])
def test_only_an_issued_voucher_is_voided(state):
    assert void(voucher(), NOW).state == "voided"
    with pytest.raises(VoucherNotVoidable) as refused:
        void(voucher(state), NOW)
    assert refused.value.numbers == {"state": state}
