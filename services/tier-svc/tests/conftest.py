"""What the tests of tier-svc stand on: a shop whose sales are heard, and the programme's files."""

import itertools
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
import pytest_asyncio

from chassis.service import Service
from chassis.testing.stage import Stage
from contracts.events.base import Event
from contracts.events.members import MemberEnrolled, SegmentEntered, SegmentLeft
from contracts.events.points import PointsAccrued, PointsReversed
from contracts.events.purchases import (
    ActivityRecorded,
    PurchaseLine,
    PurchaseRecorded,
    PurchaseReturned,
    ReturnedLine,
)
from contracts.events.tiers import TierChanged
from tier_svc.main import service as tier_svc

PROGRAMMES = Path(__file__).parents[3] / "deploy" / "programmes"
SHANGHAI = ZoneInfo("Asia/Shanghai")


def on(text: str) -> datetime:
    """A wall time of Shanghai as an instant."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(UTC)


def programme_file(name: str, programme: str = "classic") -> Any:
    """A file of a programme."""
    return json.loads((PROGRAMMES / programme / name).read_text())


class Shop:
    """Makes the events of one member's history, as the other services would say them."""

    def __init__(self, member: str, enrolled: str = "2026-03-01T00:00") -> None:
        self.member = member
        self.enrolled_at = on(enrolled)
        self._count = itertools.count()

    def enrolled(self) -> MemberEnrolled:
        """The member joined."""
        return self._said(MemberEnrolled, self.enrolled_at, enrolled_at=self.enrolled_at)

    def bought(self, name: str, at: str, *nets: int, category: str = "c") -> PurchaseRecorded:
        """A purchase of one line per net amount, one unit each."""
        return self._said(
            PurchaseRecorded,
            on(at),
            fact_id=f"{self.member}.{name}",
            source="till",
            source_ref=name,
            enrolled_at=self.enrolled_at,
            store_id="s1",
            currency="CNY",
            lines=tuple(
                PurchaseLine(
                    line_id=str(n),
                    sku="x",
                    category=category,
                    quantity=1,
                    amount_minor=net,
                    net_minor=net,
                )
                for n, net in enumerate(nets, 1)
            ),
        )

    def accrued(
        self, purchase: PurchaseRecorded, points: int | None = None, revision: int = 1
    ) -> PointsAccrued:
        """The growth of a purchase: one per whole unit of its net, unless said otherwise."""
        net = sum(line.net_minor for line in purchase.lines) // 100
        return self._said(
            PointsAccrued,
            purchase.occurred_at,
            fact_id=purchase.fact_id,
            point_type="growth",
            points=net if points is None else points,
            revision=revision,
            tier="regular",
        )

    def returned(
        self, name: str, at: str, purchase: PurchaseRecorded, *lines: str
    ) -> PurchaseReturned:
        """Whole lines of a purchase came back."""
        return self._said(
            PurchaseReturned,
            on(at),
            fact_id=f"{self.member}.{name}",
            source="till",
            source_ref=name,
            purchase_fact_id=purchase.fact_id,
            purchase_occurred_at=purchase.occurred_at,
            lines=tuple(ReturnedLine(line_id=line, quantity=1) for line in lines),
        )

    def reversed(self, back: PurchaseReturned, points: int, revision: int = 1) -> PointsReversed:
        """The growth that a return took back."""
        return self._said(
            PointsReversed,
            max(back.occurred_at, back.purchase_occurred_at),
            fact_id=back.fact_id,
            purchase_fact_id=back.purchase_fact_id,
            point_type="growth",
            points=points,
            revision=revision,
        )

    def refunded(
        self, name: str, at: str, purchase: PurchaseRecorded, line: str, refund_minor: int
    ) -> PurchaseReturned:
        """Money came back for a line that was kept."""
        back = self.returned(name, at, purchase)
        taken = ReturnedLine(line_id=line, quantity=0, refund_minor=refund_minor)
        return msgspec.structs.replace(back, lines=(taken,))

    def did(self, name: str, at: str, kind: str) -> ActivityRecorded:
        """The member did something."""
        return self._said(
            ActivityRecorded,
            on(at),
            fact_id=f"{self.member}.{name}",
            source="app",
            source_ref=name,
            enrolled_at=self.enrolled_at,
            kind=kind,
        )

    def sold(
        self, name: str, at: str, *nets: int, category: str = "c"
    ) -> tuple[PurchaseRecorded, PointsAccrued]:
        """A purchase and its growth."""
        purchase = self.bought(name, at, *nets, category=category)
        return purchase, self.accrued(purchase)

    def belongs(
        self, segment: str, seq: int, at: str, *, is_in: bool
    ) -> SegmentEntered | SegmentLeft:
        """The member is in a segment from an instant on, or no longer."""
        kind = SegmentEntered if is_in else SegmentLeft
        return self._said(kind, on(at), segment=segment, seq=seq)

    def _said(self, kind: Any, at: datetime, /, **fields: Any) -> Any:
        return kind(
            event_id=f"{self.member}.{next(self._count)}",
            member_id=self.member,
            occurred_at=at,
            recorded_at=at,
            version="1",
            **fields,
        )


class Hall:
    """The service on its stage, with the programme's ladder published."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self._members = itertools.count()

    def shop(self, enrolled: str = "2026-03-01T00:00") -> Shop:
        """A shop for a member nobody knows."""
        return Shop(f"m{next(self._members):04d}", enrolled)

    async def hear(self, *batches: Event | Iterable[Event]) -> None:
        """Hear each argument as a batch of its own."""
        for batch in batches:
            await self.stage.deliver(*([batch] if isinstance(batch, Event) else batch))

    async def told(
        self, shop: Shop, ladder: str = "classic"
    ) -> list[tuple[str, int, datetime, datetime | None]]:
        """What is kept as told: (tier, ordinal, from, to)."""
        (row,) = await self.stage.rows(
            "SELECT told FROM standing WHERE member_id = :member AND ladder = :ladder",
            member=shop.member,
            ladder=ladder,
        )
        return [
            (one["tier"], one["ordinal"], _at(one["from_at"]), _at(one["to_at"]))
            for one in row.told
        ]

    async def messages(self, shop: Shop) -> list[TierChanged]:
        """Every TierChanged of a member, in order."""
        return [
            event
            for event in await self.stage.said()
            if isinstance(event, TierChanged) and event.member_id == shop.member
        ]

    async def rows(self, shop: Shop) -> Mapping[str, Sequence[Any]]:
        """All rows of a member but the number of messages, which counts tellings."""
        tables = {
            "member": "*",
            "standing": "member_id, ladder, told, tier, next_evaluation_at",
            "purchase": "*",
            "purchase_return": "*",
            "point_total": "*",
            "complaint": "*",
            "complaint_outcome": "*",
        }
        return {
            table: [
                str(tuple(row)).replace(shop.member, "m")
                for row in await self.stage.rows(
                    f"SELECT {columns} FROM {table} WHERE member_id = :m ORDER BY 1, 2",
                    m=shop.member,
                )
            ]
            for table, columns in tables.items()
        }


def _at(written: str | None) -> datetime | None:
    return datetime.fromisoformat(written) if written else None


def as_heard(
    messages: Iterable[TierChanged],
) -> list[tuple[str, int, datetime, datetime | None]]:
    """A consumer's copy: for each instant the highest seq whose message covers it, joined."""
    copy: list[tuple[str, int, datetime, datetime | None]] = []
    for message in sorted(messages, key=lambda one: one.seq):
        copy = [
            (tier, n, begin, message.from_at if end is None or end > message.from_at else end)
            for tier, n, begin, end in copy
            if begin < message.from_at
        ]
        for one in message.intervals:
            if copy and copy[-1][:2] == (one.tier, one.ordinal):
                tier, n, begin, _ = copy.pop()
                copy.append((tier, n, begin, one.to_at))
            else:
                copy.append((one.tier, one.ordinal, one.from_at, one.to_at))
    return copy


@pytest.fixture(scope="session")
def service() -> Service:
    """The service under test."""
    return tier_svc


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def hall(stage: Stage) -> Hall:
    """The service with `classic` in force, on 2026-04-25."""
    stage.at(on("2026-04-25T12:00"))
    async with stage.client() as ops:
        (
            await ops.put("/v1/tier-svc/programme", json=programme_file("tier.json"))
        ).raise_for_status()
        draft = await ops.post("/v1/ladders", json=programme_file("ladder.json"))
        version = draft.raise_for_status().json()["version"]
        (await ops.post(f"/v1/ladders/{version}/publish")).raise_for_status()
    return Hall(stage)


@pytest.fixture(scope="session")
def heard():
    """How a consumer puts a member's messages together."""
    return as_heard


@pytest.fixture(scope="session")
def instant():
    """Wall times of Shanghai as instants."""
    return on


@pytest.fixture(scope="session")
def written():
    """The programme's files."""
    return programme_file


@pytest.fixture(scope="session")
def hall_of():
    """A hall on a stage where nothing is published yet."""
    return Hall
