"""What was decided when a fact was recorded is what every later rating says of it (P5, E3)."""

import json
from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from points_svc.domain import accrual, granted, worth
from points_svc.domain.allowances import Left, counters_of, decide
from points_svc.domain.campaigns import Purse
from points_svc.domain.facts import Back, Purchased
from points_svc.domain.programme import Settings
from points_svc.domain.publication import compiled
from points_svc.domain.rules import RuleBook
from points_svc.domain.rules_document import RulesDocument
from points_testing.ledger import purchase

NOON = datetime(2026, 5, 1, 4, tzinfo=UTC)
BUDGET = 1_000
CAP = 400
FOOD = {"category": ["food"]}


def rule(name: str, phase: str, kind: str, **more: Any) -> dict[str, Any]:
    when = {"when": more.pop("when")} if "when" in more else {}
    effect = {"kind": kind, **more}
    return {"rule": name, "point_type": "points", "phase": phase, "effect": effect, **when}


def campaign(name: str, written: dict[str, Any], **more: Any) -> dict[str, Any]:
    on = {"from": "2026-01-01", "to": "2027-01-01", "budget": BUDGET}
    return {"campaign": name, **on, "rules": [written], **more}


DOCUMENT = {
    "name": "limited",
    "point_types": [{"point_type": "points", "is_burnable": True, "expiry": {"kind": "never"}}],
    "rules": [
        rule("spend", "base", "per_unit", points="1"),
        rule(
            "large", "bonus", "fixed", points=50, when={"order_amount": {"at_least_minor": 9_000}}
        ),
        rule("order", "cap", "at_most", points=700),
        rule("food", "cap", "at_most", points=CAP, per="member_day", when=FOOD),
        rule("everything", "cap", "at_most", points=2 * CAP, per="member_month"),
    ],
    "campaigns": [
        campaign("double", rule("double", "multiplier", "multiply", by="2"), priority=3),
        campaign("gift", rule("gift", "bonus", "fixed", points=30), caps={"per_member": CAP}),
        campaign("triple", rule("triple", "multiplier", "multiply", by="3", when=FOOD)),
    ],
}
RULES = RuleBook.of(
    [
        compiled(
            1,
            None,
            RulesDocument.model_validate_json(json.dumps(DOCUMENT)),
            Settings(zone="Asia/Shanghai", currency="CNY", minor_units=2, base_tier="regular"),
        )
    ]
)


@settings(deadline=None, max_examples=300)
@given(
    nets=st.lists(st.integers(0, 60_000), min_size=1, max_size=3),
    spent=st.lists(st.integers(0, BUDGET), min_size=3, max_size=3),
    used=st.integers(0, 2 * CAP),
    kept=st.integers(0, 4),
)
def test_P5_what_was_decided_is_what_later_ratings_say_and_never_raise(nets, spent, used, kept):
    amounts = [f"{net // 100}.{net % 100:02d}" for net in nets]
    bought = accrual.purchased(purchase("p", NOON, *amounts, units=4), None, RULES)
    (brings,) = bought.rules.points
    purses = [Purse(name, "points") for name in ("double", "gift", "triple")]
    counters = dict.fromkeys(counters_of([bought]), used)
    left = Left(dict(zip(purses, spent, strict=True)), counters)
    points, allowed = decide(bought, brings, bought.around(bought.basis.rate), left)
    within = bought._replace(basis=replace(bought.basis, allowed=allowed))
    assert rated(within, 4) == points
    assert rated(within, kept) <= rated(within, 4)
    for purse, take in left.takes.items():
        assert left.spent[purse] + take.points <= BUDGET
        assert left.spent[purse] <= take.most
    for counter, counted in left.counted.items():
        assert used + counted <= max(used, 2 * CAP), counter


def rated(bought: Purchased, kept: int) -> int:
    """What is given where so many of four units of each line are kept."""
    everything = worth.all_of(bought)
    left = worth.less(everything, [Back(line_id, 4 - kept) for line_id in everything])
    (brings,) = bought.rules.points
    return granted.points(bought, brings, bought.basis.rate, left)
