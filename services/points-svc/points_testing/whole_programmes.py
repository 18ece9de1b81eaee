"""Programmes for lives of the whole ledger: documents as people write them, in every form of time
that points can have.
"""

from typing import Any

SETTINGS: dict[str, Any] = {
    "zone": "Asia/Shanghai",
    "currency": "CNY",
    "minor_units": 2,
    "base_tier": "regular",
    "shortfall": "deficit",
    "transfers": {"daily_points": 1_000_000, "daily_count": 1_000, "step_up_above": 1_000_000},
    "pools": {"daily_points": 700, "daily_count": 5, "step_up_above": 250, "members_max": 3},
    "adjustments": {"second_person_above": 200, "lapse_after_days": 3},
}
LIMITED = {"daily_points": 300, "daily_count": 4, "step_up_above": 150}
COUPLES = {**SETTINGS["pools"], "members_max": 2}
TIERS = ["regular", "silver", "gold"]
SEGMENTS = ["dear", "young"]
DAYS_20 = {"kind": "days", "n": 20}
NEVER = {"kind": "never"}
CLAIM = {"kind": "on_activity", "activity": "delivered", "deadline_days": 8, "default": "forfeit"}
FORMS: dict[str, dict[str, Any]] = {
    "end after 20 days, and come back for 5": {"expiry": DAYS_20, "courtesy_days": 5},
    "wait for 6 days": {"expiry": DAYS_20, "availability": {"kind": "after_days", "n": 6}},
    "end before they are available": {
        "expiry": {"kind": "days", "n": 7},
        "availability": {"kind": "after_days", "n": 9},
        "courtesy_days": 2,
    },
    "wait for a delivery": {
        "expiry": DAYS_20,
        "availability": {**CLAIM, "deadline_days": 12, "default": "available"},
    },
    "are forfeit unless delivered": {"expiry": {"kind": "days", "n": 30}, "availability": CLAIM},
    "end with a month": {
        "expiry": {"kind": "end_of_month", "months_after": 0},
        "availability": {**CLAIM, "deadline_days": 5, "default": "available"},
    },
    "are lost by being away": {"expiry": NEVER, "inactivity_months": 1},
    "end, wait and are lost": {
        "expiry": {"kind": "days", "n": 50},
        "availability": CLAIM,
        "inactivity_months": 1,
        "courtesy_days": 10,
    },
    "have room for 400": {"expiry": DAYS_20, "maximum_balance": 400},
    "have room for 350 and are lost": {
        "expiry": NEVER,
        "maximum_balance": 350,
        "inactivity_months": 1,
    },
    "have room for 300 and wait": {
        "expiry": {"kind": "days", "n": 35},
        "availability": {"kind": "after_days", "n": 4},
        "maximum_balance": 300,
        "courtesy_days": 3,
    },
}


def _rule(name: str, phase: str, effect: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"rule": name, "point_type": "points", "phase": phase, "effect": effect, **more}


OF_ACTIVITIES = [
    _rule(
        "checkin",
        "bonus",
        {"kind": "fixed", "points": 15},
        on="activity",
        when={"activity": ["checkin"]},
    ),
    _rule(
        "young_checkin",
        "bonus",
        {"kind": "fixed", "points": 5},
        on="activity",
        when={"all": [{"activity": ["checkin"]}, {"segment": ["young"]}]},
    ),
]


def document(form: str, generation: int = 0) -> dict[str, Any]:
    """What is published: each generation gives more than the one before, under other terms."""
    terms = list(FORMS.values())[(list(FORMS).index(form) + generation) % len(FORMS)]
    own = FORMS[form] if generation == 0 else terms
    by_tier = {"kind": "by_tier", "multipliers": {"regular": "1.1", "silver": "1.5", "gold": "2"}}
    return {
        "name": "whole",
        "point_types": [
            {"point_type": "points", "is_burnable": True, **own},
            {"point_type": "growth", "is_burnable": False, "expiry": NEVER},
        ],
        "rules": [
            _rule("spend", "base", {"kind": "per_unit", "points": f"{1 + generation}"}),
            _rule(
                "food",
                "base",
                {"kind": "per_unit", "points": "0.35"},
                when={"category": ["food"]},
                priority=5,
            ),
            _rule("tier", "multiplier", by_tier),
            _rule(
                "large",
                "multiplier",
                {"kind": "multiply", "by": "1.25"},
                when={"order_amount": {"at_least_minor": 20_000}},
            ),
            _rule(
                "dear", "multiplier", {"kind": "multiply", "by": "1.2"}, when={"segment": ["dear"]}
            ),
            _rule(
                "young",
                "bonus",
                {"kind": "fixed", "points": 12},
                when={"all": [{"segment": ["young"]}, {"not": {"segment": ["dear"]}}]},
            ),
            _rule("first", "bonus", {"kind": "fixed", "points": 25}, when={"first_purchase": True}),
            _rule(
                "gold_toys",
                "bonus",
                {"kind": "fixed", "points": 10},
                when={"all": [{"tier": ["gold"]}, {"not": {"category": ["food"]}}]},
            ),
            _rule("most", "cap", {"kind": "at_most", "points": 450 + generation}),
            *OF_ACTIVITIES,
            {
                "rule": "growth",
                "point_type": "growth",
                "phase": "base",
                "effect": {"kind": "per_unit", "points": "1"},
            },
        ],
    }
