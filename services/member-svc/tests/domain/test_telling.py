"""What the other services hear of facts that count."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from contracts.events.purchases import PurchaseLine, ReturnedLine
from contracts.ids import FactId, MemberId
from member_svc.domain import facts, purchases, telling
from member_svc.domain.facts import Fact
from member_svc.domain.members import Birthday, Member
from member_svc.domain.programme import MemberProgramme, Terms

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
TERMS = Terms(
    "7",
    MemberProgramme(zone="Asia/Shanghai", currency="CNY", minor_units=2, default_region="CN"),
)
MEMBER = Member(MemberId("m1"), "active", NOW - timedelta(days=30), Birthday(6, 1, 1990))
LINE = PurchaseLine(
    line_id="1",
    sku="s",
    category="c",
    quantity=2,
    amount_minor=500,
    discount_minor=100,
    net_minor=400,
)


def purchase(number=0, status="accepted", at=NOW):
    said = purchases.content("s1", "CNY", [LINE])
    return Fact(
        kind="purchase",
        source="till",
        source_ref=f"p{number}",
        fact_id=FactId(f"f{number}"),
        member_id=MEMBER.member_id,
        status=status,
        first_status=status,
        occurred_at=at,
        recorded_at=NOW,
        counted_at=NOW + timedelta(days=1),
        content_hash=b"",
        content=facts.canonical(said),
    )


def test_a_purchase_is_told_with_net_amounts_and_the_moment_it_came_to_count():
    told = telling.recorded(purchase(), MEMBER, TERMS)
    assert told.lines == (LINE,)
    assert told.event_id == told.fact_id == "f0"
    assert (told.occurred_at, told.recorded_at) == (NOW, NOW + timedelta(days=1))
    assert (told.enrolled_at, told.version) == (MEMBER.enrolled_at, "7")


def test_E8_a_birthday_is_told_as_an_occasion_only():
    told = telling.recorded(purchase(), MEMBER, TERMS)
    assert told.occasions == ("birthday",)
    assert "1990" not in repr(told)
    day_after = telling.recorded(purchase(at=NOW + timedelta(days=1)), MEMBER, TERMS)
    assert day_after.occasions == ()


def test_a_return_names_its_purchase_and_the_units_it_takes():
    units = (ReturnedLine(line_id="1", quantity=2),)
    back = Fact(
        kind="return",
        source="web",
        source_ref="b1",
        fact_id=FactId("f9"),
        member_id=MEMBER.member_id,
        status="accepted",
        first_status="waiting",
        occurred_at=NOW - timedelta(days=1),
        recorded_at=NOW,
        counted_at=NOW,
        content_hash=b"",
        content=b"null",
        purchase_source="till",
        purchase_ref="p0",
        taken=facts.canonical(units),
    )
    (told,) = telling.told([back], {("till", "p0"): (FactId("f0"), NOW)}, {}, TERMS)
    assert (told.purchase_fact_id, told.purchase_occurred_at) == ("f0", NOW)
    assert told.lines == units
    assert told.occurred_at == NOW - timedelta(days=1)


@given(st.permutations(range(5)))
def test_what_counts_is_told_in_business_order_and_nothing_else(order):
    at = [NOW, NOW, NOW - timedelta(hours=1), NOW + timedelta(minutes=1), NOW]
    found = [purchase(n, "unclaimed" if n == 4 else "accepted", at[n]) for n in order]
    told = telling.told(found, {}, {MEMBER.member_id: MEMBER}, TERMS)
    assert [event.fact_id for event in told] == ["f2", "f0", "f1", "f3"]


def test_an_enrolment_is_told_at_its_own_time():
    told = telling.enrolled(MEMBER, NOW, TERMS)
    assert (told.occurred_at, told.enrolled_at) == (MEMBER.enrolled_at, MEMBER.enrolled_at)
    assert (told.recorded_at, told.event_id) == (NOW, "m1")
