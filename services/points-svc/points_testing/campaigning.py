"""Campaigns and who buys under them, as tests of points-svc speak to them."""

from datetime import datetime, timedelta
from itertools import count
from typing import Any
from uuid import uuid4

from chassis.tx import Cause, Conflict, Unavailable
from contracts.events.points import CampaignExhausted
from contracts.events.purchases import PurchaseRecorded
from points_svc.handlers.accrue_purchases import accrue_purchases
from points_testing.desk import Desk, of
from points_testing.ledger import purchase
from points_testing.office import Office

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
RACES_MAX = 200
numbers = count(1)


def campaign(budget: int, effect: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """A campaign of one bonus, of 100 points an order, on in whatever month a test has."""
    name = f"campaign_{next(numbers)}"
    bonus = {"rule": f"{name}_rule", "point_type": "points", "phase": "bonus"}
    fixed = {"kind": "fixed", "points": 100}
    written = {"campaign": name, "from": "2026-01-01", "to": "2046-01-01", "budget": budget}
    return {**written, "rules": [{**bonus, "effect": effect or fixed}], **more}


async def write(office: Office, *campaigns: dict[str, Any], **caps: Any) -> int:
    """Put `classic` with these campaigns in force now."""
    document = {**office.document(*caps.get("rules", ())), "campaigns": list(campaigns)}
    drafted = await office.desk.api.post("/v1/accrual-rules", json=document)
    assert drafted.status_code == 201, drafted.text
    version = int(drafted.json()["version"])
    done = await office.desk.api.post(f"/v1/accrual-rules/{version}/publish")
    assert done.status_code == 200, done.text
    return version


def bought(member: str, at: datetime, *nets: str, units: int = 1) -> PurchaseRecorded:
    return of(member, purchase(str(uuid4()), at, *(nets or ("100.00",)), units=units))


async def given(desk: Desk, *facts: Any) -> list[int]:
    """What facts were last said to stand at, in points."""
    return [(await desk.totals(fact.member_id))[fact.fact_id, "points"] for fact in facts]


async def spent(desk: Desk, name: str) -> int:
    (row,) = await desk.stage.rows(
        "SELECT spent FROM campaign_budget WHERE campaign = :name", name=name
    )
    return int(row.spent)


async def ends(desk: Desk, name: str) -> list[CampaignExhausted]:
    return [
        one
        for one in await desk.stage.said()
        if isinstance(one, CampaignExhausted) and one.campaign == name
    ]


async def accrue(desk: Desk, *facts: PurchaseRecorded) -> None:
    """As a consumer does: a lost race is run again, and whoever keeps losing says so."""
    for races in range(RACES_MAX):
        cause = Cause(request_id="test", actor="bus:test", lost_races=races)
        try:
            async with desk.stage.database.begin(cause) as tx:
                await accrue_purchases(tx, facts)
            return
        except (Conflict, Unavailable):
            continue
    raise AssertionError("a race was lost for ever")


def cap(points: int, per: str, name: str, **more: Any) -> dict[str, Any]:
    """A rule that caps what a member has over purchases."""
    at_most = {"kind": "at_most", "points": points, "per": per}
    return {"rule": name, "phase": "cap", "effect": at_most, **more}
