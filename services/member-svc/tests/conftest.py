"""What the tests of member-svc stand on: a desk at which a till and a member of staff work."""

import asyncio
import itertools
import os
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import pytest

from chassis.service import Service
from chassis.testing.eventually import eventually
from chassis.testing.stage import SECRETS, Stage
from chassis.tx import Conflict, Tx
from contracts.events.base import Event
from contracts.events.purchases import PurchaseLine, ReturnedLine
from contracts.ids import MemberId
from contracts.refusal import Refusal
from member_svc.domain import owners, purchases, returns
from member_svc.domain.activities import Activity
from member_svc.domain.facts import Answer
from member_svc.domain.identifiers import blind_index, normalise
from member_svc.domain.members import Birthday, Enrolment, MemberShown, Profile
from member_svc.domain.programme import MemberProgramme, Terms
from member_svc.domain.purchases import Purchase
from member_svc.domain.returns import Return
from member_svc.handlers.enroll_member import enroll_member
from member_svc.handlers.record_purchases import record_purchases
from member_svc.handlers.record_returns import record_returns
from member_svc.main import service as member_svc
from member_svc.store.vault import Vault

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
TERMS = Terms(
    version="1",
    programme=MemberProgramme(
        zone="Asia/Shanghai",
        currency="CNY",
        minor_units=2,
        default_region="CN",
        purchase_attributes=["register"],
        activity_attributes=["place"],
    ),
)
VAULT = Vault(SECRETS["kek"], SECRETS["blind_index"], os.urandom)
SOURCE = "till"

A = TypeVar("A")
B = TypeVar("B")
Who = MemberId | tuple[str, str]


class Desk:
    """A till and a back office: they say things to the handlers, a transaction each."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self._count = itertools.count()

    def ref(self, kind: str = "r") -> str:
        """A reference nobody used before."""
        return f"{kind}-{next(self._count)}"

    def card(self) -> tuple[str, str]:
        """A card that nobody has."""
        return ("card", f"CARD{next(self._count):06d}")

    def phone(self) -> tuple[str, str]:
        """A phone number that nobody has."""
        return ("phone", f"+86138{next(self._count):08d}")

    def enrolment(
        self, *identifiers: tuple[str, str], birthday: Birthday | None = None
    ) -> Enrolment:
        """What `enroll` asks."""
        found = [normalise(kind, value, "CN") for kind, value in identifiers]
        return Enrolment(
            member_id=MemberId(f"member-{next(self._count)}"),
            source=SOURCE,
            identifiers={blind_index(VAULT.blind_key, one): one for one in found},
            profile=Profile(name="Li Wen", birthday=birthday),
            consents=(),
            enrolled_at=None,
        )

    async def enroll(
        self, *identifiers: tuple[str, str], birthday: Birthday | None = None
    ) -> tuple[MemberShown, bool]:
        """Enroll someone."""
        async with self.stage.begin() as tx:
            return await self.enroll_in(tx, *identifiers, birthday=birthday)

    async def enroll_in(
        self, tx: Tx, *identifiers: tuple[str, str], birthday: Birthday | None = None
    ) -> tuple[MemberShown, bool]:
        """Enroll someone in this transaction."""
        asked = self.enrolment(*identifiers, birthday=birthday)
        return await enroll_member(tx, VAULT, TERMS, asked)

    async def member(self, *identifiers: tuple[str, str]) -> MemberId:
        """A member by these identifiers."""
        shown, _ = await self.enroll(*(identifiers or (self.card(),)))
        return shown.member.member_id

    def purchase(
        self,
        who: Who,
        ref: str | None = None,
        at: datetime | None = None,
        quantities: Sequence[int] = (1,),
        amount_minor: int = 1_000,
        source: str = SOURCE,
    ) -> Purchase:
        """A purchase of lines `1`, `2`, …"""
        by_id = isinstance(who, str)
        index = None if by_id else blind_index(VAULT.blind_key, normalise(who[0], who[1], "CN"))
        member_id = who if by_id else None
        said = purchases.content("s1", "CNY", lines(quantities, amount_minor))
        occurred_at = at or NOW - timedelta(hours=1)
        return Purchase(
            source=source,
            source_ref=ref or self.ref("p"),
            member_id=member_id,
            blind_index=index,
            occurred_at=occurred_at,
            content=said,
            told=purchases.told(owners.whose(member_id, index), occurred_at, said),
        )

    async def tell(self, *asked: Purchase) -> list[Answer | Refusal]:
        """Tell purchases as one batch."""
        async with self.stage.begin() as tx:
            return await self.tell_in(tx, *asked)

    @staticmethod
    async def tell_in(tx: Tx, *asked: Purchase) -> list[Answer | Refusal]:
        """Tell purchases in this transaction."""
        return await record_purchases(tx, VAULT, TERMS, asked)

    async def buy(self, who: Who, **said: object) -> tuple[Purchase, Answer]:
        """Tell one purchase that is taken in."""
        asked = self.purchase(who, **said)
        (answered,) = await self.tell(asked)
        assert isinstance(answered, Answer), answered
        return asked, answered

    def back(
        self,
        purchase: Purchase,
        units: Mapping[str, int] | None = None,
        ref: str | None = None,
        at: datetime | None = None,
        refunds: Mapping[str, int] | None = None,
    ) -> Return:
        """A return of that purchase: these units and this money, or all that is left."""
        name = (purchase.source, purchase.source_ref)
        occurred_at = at or NOW - timedelta(minutes=30)
        is_all = units is None and refunds is None
        named = None if is_all else (*units_of(units or {}), *money_of(refunds or {}))
        return Return(
            source=SOURCE,
            source_ref=ref or self.ref("b"),
            purchase_source=name[0],
            purchase_ref=name[1],
            occurred_at=occurred_at,
            lines=named,
            told=returns.told(name, occurred_at, named),
        )

    async def bring(self, *asked: Return) -> list[Answer | Refusal]:
        """Tell returns as one batch."""
        async with self.stage.begin() as tx:
            return await self.bring_in(tx, *asked)

    @staticmethod
    async def bring_in(tx: Tx, *asked: Return) -> list[Answer | Refusal]:
        """Tell returns in this transaction."""
        return await record_returns(tx, TERMS, asked)

    async def overtaken(
        self, first: Callable[[Tx], Awaitable[A]], second: Callable[[], Coroutine[Any, Any, B]]
    ) -> tuple[A, B]:
        """`second` starts when `first` has done its work and not committed yet."""
        async with self.stage.begin() as tx:
            before = await first(tx)
            task = asyncio.create_task(until_won(second))
            await eventually(lambda: self._has_ended_or_waits(task), what="the second goes on")
        return before, await task

    async def _has_ended_or_waits(self, task: asyncio.Task[Any]) -> bool:
        waiting = await self.stage.rows(
            "SELECT count(*) AS n FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return task.done() or waiting[0].n > 0

    async def stands(self, fact: Purchase | Return | Activity) -> str:
        """Where a fact stands."""
        rows = await self.stage.rows(
            "SELECT status FROM fact WHERE source = :source AND kind = :kind AND source_ref = :ref",
            source=fact.source,
            kind=fact.kind if isinstance(fact, Activity) else type(fact).__name__.lower(),
            ref=fact.source_ref,
        )
        return rows[0].status if rows else "absent"

    async def told(self, member_id: MemberId) -> list[Event]:
        """What was said of a member, in order."""
        return [event for event in await self.stage.said() if event.member_id == member_id]


async def until_won(door: Callable[[], Awaitable[A]]) -> A:
    """Run a transaction as the edge does: a lost race runs it again."""
    for _ in range(3):
        try:
            return await door()
        except Conflict:
            continue
    return await door()


def lines(quantities: Sequence[int], amount_minor: int) -> list[PurchaseLine]:
    """Lines `1`, `2`, … of these quantities."""
    return [
        PurchaseLine(
            line_id=str(number),
            sku=f"sku{number}",
            category="tea",
            quantity=quantity,
            amount_minor=amount_minor,
            net_minor=amount_minor,
        )
        for number, quantity in enumerate(quantities, 1)
    ]


def units_of(units: Mapping[str, int]) -> tuple[ReturnedLine, ...]:
    """Units by line."""
    return tuple(ReturnedLine(line_id=line, quantity=count) for line, count in units.items())


def money_of(refunds: Mapping[str, int]) -> tuple[ReturnedLine, ...]:
    """Money by line."""
    return tuple(
        ReturnedLine(line_id=line, quantity=0, refund_minor=money)
        for line, money in refunds.items()
    )


@pytest.fixture(scope="session")
def service() -> Service:
    """The service that the stage is for."""
    return member_svc


@pytest.fixture(scope="module")
def desk(stage: Stage) -> Desk:
    """The desk of a test module."""
    stage.at(NOW)
    return Desk(stage)


@pytest.fixture
def now() -> datetime:
    """The instant at which the desk works."""
    return NOW


@pytest.fixture
def terms() -> Terms:
    """The programme of the desk."""
    return TERMS


@pytest.fixture
def vault() -> Vault:
    """The keys of the stage."""
    return VAULT


@pytest.fixture
def won() -> Callable[[Callable[[], Awaitable[Any]]], Awaitable[Any]]:
    """Run a transaction as the edge does: a lost race runs it again."""
    return until_won
