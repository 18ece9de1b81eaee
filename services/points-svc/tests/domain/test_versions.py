"""E4: a version of the rules is published among facts."""

from dataclasses import replace
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from points_svc.domain.expiry import Expiry
from points_svc.domain.rerating import Accrued, outdated
from points_svc.domain.rules import RuleBook, plain_rule
from points_testing.histories import NOW, SHORT, TICKS, at, demand_sound, hear, histories, rated
from points_testing.ledger import BY_TIER, Ledger, purchase

STARS = plain_rule("stars", Fraction(3), Expiry("days", 20), True)
TYPES = ("points", "growth", "stars")


def revised(rules: RuleBook, tick: int) -> RuleBook:
    """A second version from a tick on: points at half the rate, stars besides."""
    (first,) = rules.versions
    points, growth = first.points
    halved = plain_rule("points", Fraction(1, 2), points.expiry, True, BY_TIER)
    second = replace(first, version=2, effective_from=at(tick), points=(halved, growth, STARS))
    return RuleBook.of([first, second])


@settings(max_examples=400, deadline=None)
@given(histories(), TICKS, st.data())
def test_E4_whenever_a_version_is_published_the_terms_end_alike(history, tick, data):
    """Its catch-up, run once or twice, leaves what would stand there had it been known from the
    beginning.
    """
    rules = revised(SHORT, tick)
    published, known = Ledger(SHORT), Ledger(rules)
    heard = data.draw(st.integers(0, len(history.facts)))
    for ledger in (published, known):
        ledger.at(NOW)
    for n, fact in enumerate(data.draw(st.permutations(history.facts))):
        if n == heard:
            published.publish(rules)
        hear(published, fact)
    published.publish(rules)
    for fact in history.facts:
        hear(known, fact)
    for ledger in (published, known):
        ledger.settle()
        for book in ledger.books.all():
            demand_sound(book)
    assert rated(published) == rated(known)
    for point_type in TYPES:
        assert published.sums(point_type) == known.sums(point_type)


def test_E4_outdated_is_what_another_version_posted_and_what_nobody_posted():
    ledger = Ledger(revised(SHORT, 60))
    for name, tick in (("before", 59), ("at", 60)):
        ledger.hear_purchase(purchase(name, at(tick), "1.00"))
    before, after = ledger.purchases.values()
    posted = [Accrued(kind, one, 1) for one in (before, after) for kind in ("points", "growth")]
    assert outdated(posted) == [
        Accrued("points", after, 1),
        Accrued("growth", after, 1),
        Accrued("stars", after, None),
    ]
    rerated = [Accrued("points", after, 1), Accrued("growth", after, 1), Accrued("stars", after, 2)]
    assert outdated(rerated) == rerated[:2]
