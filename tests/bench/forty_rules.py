"""A programme of forty rules and three campaigns that are on: the rules of `classic`, and what a
retailer adds to them over the years. With `history.purchases` spread over its stores and
categories, a few hold for a purchase.
"""

from typing import Any

CATEGORIES = tuple(f"category-{n:02d}" for n in range(24))
STORES = tuple(f"S{n}" for n in range(1, 13))
WEEKENDS = {"time": {"weekdays": ["sat", "sun"]}}


def document() -> dict[str, Any]:
    """A body of POST /v1/accrual-rules: 3 + 12 + 12 + 6 + 5 + 2 rules, and those of campaigns."""
    return {
        "name": "forty_rules",
        "point_types": [
            {
                "point_type": "points",
                "is_burnable": True,
                "expiry": {"kind": "end_of_year", "years_after": 1},
            },
            {"point_type": "growth", "is_burnable": False, "expiry": {"kind": "never"}},
        ],
        "rules": [*_classic(), *_departments(), *_weeks(), *_shops(), *_bonuses(), *_caps()],
        "campaigns": _campaigns(),
    }


def _rule(name: str, phase: str, effect: dict[str, Any], when: object, **more: Any) -> Any:
    return {
        "rule": name,
        "point_type": "points",
        "phase": phase,
        "when": when,
        "effect": effect,
        **more,
    }


def _classic() -> list[Any]:
    tiers = {"regular": "1.1", "silver": "1.2", "gold": "2", "vip": "2"}
    spend = {"kind": "per_unit", "points": "1"}
    return [
        {"rule": "spend", "point_type": "points", "phase": "base", "effect": spend},
        {
            "rule": "by_tier",
            "point_type": "points",
            "phase": "multiplier",
            "effect": {"kind": "by_tier", "multipliers": tiers},
        },
        {"rule": "growth", "point_type": "growth", "phase": "base", "effect": spend},
    ]


def _departments() -> list[Any]:
    """A rate of its own for half of the categories."""
    return [
        _rule(
            f"department_{n}",
            "base",
            {"kind": "per_unit", "points": f"1.{n:02d}"},
            {"category": [CATEGORIES[n]]},
            priority=10,
        )
        for n in range(12)
    ]


def _weeks() -> list[Any]:
    """Twelve promotions, each for two categories and a month of its own, one at a time."""
    return [
        _rule(
            f"month_{n + 1}",
            "multiplier",
            {"kind": "multiply", "by": "2"},
            {
                "all": [
                    {"category": list(CATEGORIES[2 * n : 2 * n + 2])},
                    {
                        "time": {
                            "first_on": f"2026-{n + 1:02d}-01",
                            "last_on": f"2026-{n + 1:02d}-28",
                        }
                    },
                ]
            },
            exclusive_group="promotion",
        )
        for n in range(12)
    ]


def _shops() -> list[Any]:
    """Weekends that count more in half of the stores."""
    return [
        _rule(
            f"shop_{n}",
            "multiplier",
            {"kind": "multiply", "by": "1.5"},
            {"all": [{"store": [STORES[n]]}, WEEKENDS]},
            exclusive_group="promotion",
            priority=5,
        )
        for n in range(6)
    ]


def _bonuses() -> list[Any]:
    fifty = {"kind": "fixed", "points": 50}
    return [
        _rule("large_basket", "bonus", fifty, {"order_amount": {"at_least_minor": 50_000}}),
        _rule("wallet", "bonus", fifty, {"payment": ["wallet"]}),
        _rule("app", "bonus", {"kind": "per_item", "points": "1"}, {"channel": ["app"]}),
        _rule(
            "birthday", "multiplier", {"kind": "multiply", "by": "2"}, {"occasion": ["birthday"]}
        ),
        _rule("gold_hours", "bonus", fifty, {"all": [{"channel": ["app"]}, {"tier": ["gold"]}]}),
    ]


def _caps() -> list[Any]:
    return [
        _rule("tobacco", "cap", {"kind": "at_most", "points": 0}, {"category": [CATEGORIES[23]]}),
        {
            "rule": "order",
            "point_type": "points",
            "phase": "cap",
            "effect": {"kind": "at_most", "points": 20_000},
        },
    ]


def _campaigns() -> list[Any]:
    """Three at a time that never end: for two categories, for a way to pay, and in two stores.
    About every second basket has something of one; a budget is never used up.
    """
    wine = {"kind": "per_unit", "points": "0.5"}
    wallets = {"kind": "fixed", "points": 20}
    double = {"kind": "multiply", "by": "2"}
    return [
        _campaign("wines", _rule("wines", "bonus", wine, {"category": list(CATEGORIES[20:22])})),
        _campaign(
            "wallets",
            _rule("wallets", "bonus", wallets, {"payment": ["wallet"]}),
            caps={"per_member_month": 200},
        ),
        _campaign(
            "openings",
            _rule("openings", "multiplier", double, {"store": list(STORES[10:12])}),
            caps={"per_order": 5_000},
            priority=5,
        ),
    ]


def _campaign(name: str, rule: Any, **more: Any) -> Any:
    lasting = {"from": "2020-01-01", "to": "2100-01-01", "budget": 1_000_000_000}
    return {"campaign": name, **lasting, "rules": [rule], **more}
