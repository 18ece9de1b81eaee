"""The member's story of `classic`, number by number, in both its forms; sums worked out by hand."""

from itertools import permutations

import pytest

from points_svc.domain import explain
from points_svc.domain.facts import Returned
from points_svc.domain.refusals import PointsInsufficient
from points_testing.ledger import Ledger, purchase, returned, shanghai, told

ENROLLED = shanghai("2026-03-01 00:00")
A = purchase("A", shanghai("2026-03-02 10:00"), "100.00", enrolled_at=ENROLLED)
B = purchase("B", shanghai("2026-03-09 12:00"), "250.50", enrolled_at=ENROLLED)
C = purchase("C", shanghai("2026-03-20 18:00"), "99.90", enrolled_at=ENROLLED)
D = purchase("D", shanghai("2026-04-05 09:00"), "600.00", "400.00", enrolled_at=ENROLLED)
E = purchase("E", shanghai("2026-04-20 12:00"), "10.00", enrolled_at=ENROLLED)
F = purchase("F", shanghai("2026-03-05 08:00"), "200.00", enrolled_at=ENROLLED)
LINE_2 = returned(D, "r2", shanghai("2026-04-08 12:00"), ("2", 1))
LINE_1 = returned(D, "r1", shanghai("2026-04-10 12:00"), ("1", 1))
MAY = shanghai("2026-05-01 00:00")
REGULAR = told(1, (ENROLLED, "regular"))
SILVER_SINCE_C = told(2, (C.occurred_at, "silver"), (MAY, "regular"))
SILVER_SINCE_B = told(3, (B.occurred_at, "silver"), (MAY, "regular"))


def balance(ledger: Ledger) -> tuple[int, int, int]:
    return (
        ledger.book().available,
        ledger.book().deficit,
        ledger.book("growth").available,
    )


def test_the_story_as_told():
    story = Ledger()
    story.at(ENROLLED)
    story.hear_tier(REGULAR)
    for bought, available in ((A, 110), (B, 385), (C, 494)):
        story.at(bought.occurred_at)
        story.hear_purchase(bought)
        assert story.book().available == available
    story.hear_tier(SILVER_SINCE_C)
    assert story.book().available == 494
    story.at(D.occurred_at)
    story.hear_purchase(D)
    assert balance(story) == (1_694, 0, 1_449)

    story.at(shanghai("2026-04-06 12:00"))
    tote = story.burn("tote", 500)
    drawn = [(portion.lot_id, portion.points) for portion in tote.lots]
    assert drawn == [(A.fact_id, 110), (B.fact_id, 275), (C.fact_id, 109), (D.fact_id, 6)]
    assert story.book().available == 1_194

    story.at(LINE_2.occurred_at)
    story.hear_return(LINE_2)
    assert balance(story) == (714, 0, 1_049)
    story.at(LINE_1.occurred_at)
    story.hear_return(LINE_1)
    assert balance(story) == (0, 6, 449)

    story.at(E.occurred_at)
    story.hear_purchase(E)
    assert balance(story) == (6, 0, 459)

    story.at(shanghai("2026-04-25 12:00"))
    story.hear_purchase(F)
    story.hear_tier(SILVER_SINCE_B)
    assert balance(story) == (236, 0, 659)
    assert [story.total(f.fact_id) for f in (A, B, C, D, E, F)] == [110, 275, 119, 1_200, 12, 220]
    assert (story.total(LINE_2.fact_id), story.total(LINE_1.fact_id)) == (480, 720)


FACTS = (A, B, C, D, E, F, LINE_2, LINE_1, REGULAR, SILVER_SINCE_C, SILVER_SINCE_B)


def hear(story: Ledger, fact: object) -> None:
    if isinstance(fact, Returned):
        story.hear_return(fact)
    elif hasattr(fact, "intervals"):
        story.hear_tier(fact)
    else:
        story.hear_purchase(fact)


def test_the_story_in_other_orders_ends_alike():
    """Every order of the facts that the story turns on, each before, among and after the tier
    changes.
    """
    ends = set()
    for order in permutations((C, F, LINE_2, D, SILVER_SINCE_B, SILVER_SINCE_C)):
        story = Ledger()
        story.at(shanghai("2026-04-25 12:00"))
        for fact in (LINE_1, *order, E, B, A, REGULAR):
            hear(story, fact)
        story.burn("tote", 500)
        totals = [story.total(f.fact_id) for f in (A, F, B, C, D, E, LINE_2, LINE_1)]
        ends.add((*totals, *balance(story)))
    assert ends == {(110, 220, 275, 119, 1_200, 12, 480, 720, 236, 0, 659)}


def test_a_redemption_that_came_too_early_stays_refused():
    story = Ledger()
    story.at(shanghai("2026-04-25 12:00"))
    story.hear_purchase(A)
    with pytest.raises(PointsInsufficient) as refused:
        story.burn("tote", 500)
    assert refused.value.numbers == {"asked": 500, "available": 110}
    for fact in FACTS:
        hear(story, fact)
    assert balance(story) == (736, 0, 659)


def test_D_by_line_is_720_and_480():
    story = Ledger()
    story.at(D.occurred_at)
    story.hear_tier(SILVER_SINCE_C)
    story.hear_purchase(D)
    known = story.purchases[D.fact_id]
    rule = known.rules.points[0]
    shares = explain.accrual(known, rule).lines
    assert [share.points for share in shares] == [720, 480]
