"""One spelling of each identifier, what it is found by, and what is shown of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.ids import MemberId
from member_svc.domain.identifiers import (
    Identifier,
    Unreadable,
    blind_index,
    identifier_id,
    mask,
    normalise,
)

KEY = bytes(range(32))
TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=40)


@pytest.mark.parametrize(
    ("kind", "written", "region", "value"),
    [
        pytest.param("phone", "138 1234 5678", "CN", "+8613812345678", id="national, spaced"),
        pytest.param("phone", "0086-13812345678", "CN", "+8613812345678", id="dialled abroad"),
        pytest.param("phone", "+86 138-1234-5678", "US", "+8613812345678", id="E.164 anywhere"),
        pytest.param("phone", "(202) 555-0123", "US", "+12025550123", id="another region"),
        pytest.param("phone", "１３８１２３４５６７８", "CN", "+8613812345678", id="wide digits"),
        pytest.param("email", " Li.Wen@EXAMPLE.com ", "CN", "li.wen@example.com", id="one case"),
        pytest.param("email", "李@例子.中国", "CN", "李@例子.中国", id="any script"),
        pytest.param("card", "HH000900", "CN", "HH000900", id="a card keeps its case"),
        pytest.param("app", "e\u0301", "CN", "\u00e9", id="NFC"),
        pytest.param("platform:wechat", "oAbC_1", "CN", "oAbC_1", id="a platform's id"),
    ],
)
def test_M2_an_identifier_has_one_spelling(kind, written, region, value):
    assert normalise(kind, written, region) == Identifier(kind, value)


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        pytest.param("phone", "12", id="too short for any plan"),
        pytest.param("phone", "1-800-FLOWERS", id="letters are no digits"),
        pytest.param("phone", "13812345678 ext 5", id="an extension finds nobody"),
        pytest.param("phone", "hello", id="no number at all"),
        pytest.param("email", "a@b", id="no domain"),
        pytest.param("email", "two words@example.com", id="a space"),
        pytest.param("card", "  ", id="nothing"),
    ],
)
def test_M2_what_is_none_of_its_kind_is_unreadable_and_not_repeated(kind, written):
    with pytest.raises(Unreadable) as caught:
        normalise(kind, written, "CN")
    assert written not in str(caught.value)


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [
        pytest.param("phone", "+8613812345678", "138****5678", id="as the country writes it"),
        pytest.param("phone", "+12025550123", "202***0123", id="shorter"),
        pytest.param("phone", "+290 5123", "**23", id="very short"),
        pytest.param("email", "li.wen@example.com", "l***@example.com", id="first letter, domain"),
        pytest.param("card", "HH000900", "****0900", id="the last four of eight"),
        pytest.param("card", "1234", "****4", id="the last of four"),
        pytest.param("app", "abc", "****", id="nothing of less"),
    ],
)
def test_M3_a_mask_shows(kind, value, shown):
    found = normalise(kind, value, "CN") if kind == "phone" else Identifier(kind, value)
    assert mask(found) == shown


@given(TEXT)
def test_M2_normalising_twice_changes_nothing(written):
    try:
        once = normalise("card", written, "CN")
    except Unreadable:
        assert not written.strip()
    else:
        assert normalise("card", once.value, "CN") == once


@given(st.integers(10**9, 10**10 - 1))
def test_M3_a_masked_phone_hides_at_least_three_digits(number):
    shown = mask(Identifier("phone", f"+861{number}"))
    assert shown.count("*") >= 3
    assert sum(each.isdigit() for each in shown) <= 7


@given(TEXT, TEXT)
def test_M2_an_index_tells_kinds_values_and_keys_apart(one, other):
    index = blind_index(KEY, Identifier("card", one))
    assert (index == blind_index(KEY, Identifier("card", other))) == (one == other)
    assert index != blind_index(KEY, Identifier("app", one))
    assert index != blind_index(KEY[::-1], Identifier("card", one))
    assert len(index) == 32


def test_a_link_is_named_alike_for_one_member_only():
    index = blind_index(KEY, Identifier("card", "1"))
    first = identifier_id(MemberId("m1"), index)
    assert first == identifier_id(MemberId("m1"), index)
    assert first != identifier_id(MemberId("m2"), index)
