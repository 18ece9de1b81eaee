"""What the tests of member-svc stand on: a desk at which a till and a member of staff work."""

import itertools
import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from chassis.service import Service
from chassis.testing.stage import SECRETS, Stage
from contracts.events.base import Event
from contracts.events.purchases import PurchaseLine, ReturnedLine
from contracts.ids import MemberId
from contracts.refusal import Refusal
from member_svc.domain import purchases, returns
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
    ),
)
VAULT = Vault(SECRETS["kek"], SECRETS["blind_index"], os.urandom)
SOURCE = "till"

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
        asked = self.enrolment(*identifiers, birthday=birthday)
        async with self.stage.begin() as tx:
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
            told=purchases.told(purchases.whose(member_id, index), occurred_at, said),
        )

    async def tell(self, *asked: Purchase) -> list[Answer | Refusal]:
        """Tell purchases as one batch."""
        async with self.stage.begin() as tx:
            return await record_purchases(tx, VAULT, TERMS, asked)

    async def buy(self, who: Who, **said: object) -> tuple[Purchase, Answer]:
        """Tell one purchase that is taken in."""
        asked = self.purchase(who, **said)  # type: ignore[arg-type]
        (answered,) = await self.tell(asked)
        assert isinstance(answered, Answer), answered
        return asked, answered

    def back(
        self,
        purchase: Purchase,
        units: Mapping[str, int] | None = None,
        ref: str | None = None,
        at: datetime | None = None,
    ) -> Return:
        """A return of that purchase: these units, or all that is left."""
        name = (purchase.source, purchase.source_ref)
        occurred_at = at or NOW - timedelta(minutes=30)
        named = None if units is None else units_of(units)
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
            return await record_returns(tx, TERMS, asked)

    async def stands(self, fact: Purchase | Return) -> str:
        """Where a fact stands."""
        kind = "purchase" if isinstance(fact, Purchase) else "return"
        rows = await self.stage.rows(
            "SELECT status FROM fact WHERE source = :source AND kind = :kind AND source_ref = :ref",
            source=fact.source,
            kind=kind,
            ref=fact.source_ref,
        )
        return rows[0].status if rows else "absent"

    async def told(self, member_id: MemberId) -> list[Event]:
        """What was said of a member, in order."""
        return [event for event in await self.stage.said() if event.member_id == member_id]


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
