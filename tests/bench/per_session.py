"""A transaction an event, the way most teams begin: an async SQLAlchemy session, mapped classes,
the account rows locked, the fact looked up, everything flushed and committed.
"""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, LargeBinary, String, select
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from chassis.bus.codec import encode
from chassis.database import async_url
from contracts.events.purchases import PurchaseRecorded
from tests.bench import history
from tests.bench.contender import Contender, side_by_side
from tests.bench.crew import Done, Order, Spec

FILL = """
INSERT INTO orm_account (member_id, point_type, available)
SELECT m, t, 0 FROM unnest(CAST($1 AS text[])) m, unnest(ARRAY['points', 'growth']) t
"""
TYPES = {"points": Decimal("1.1"), "growth": Decimal(1)}


class Mapping(DeclarativeBase):
    """The mapped tables."""


class OrmPosting(Mapping):
    """One accrual."""

    __tablename__ = "orm_posting"
    member_id: Mapped[str] = mapped_column(String, primary_key=True)
    fact_id: Mapped[str] = mapped_column(String, primary_key=True)
    point_type: Mapped[str] = mapped_column(String, primary_key=True)
    points: Mapped[int] = mapped_column(BigInteger)
    occurred_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    basis: Mapped[bytes] = mapped_column(LargeBinary)


class OrmAccount(Mapping):
    """One balance."""

    __tablename__ = "orm_account"
    member_id: Mapped[str] = mapped_column(String, primary_key=True)
    point_type: Mapped[str] = mapped_column(String, primary_key=True)
    available: Mapped[int] = mapped_column(BigInteger)


class OrmOutbox(Mapping):
    """One event to be said."""

    __tablename__ = "orm_outbox"
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=True)
    body: Mapped[bytes] = mapped_column(LargeBinary)


async def make(dsn: str) -> None:
    """The mapped tables."""
    engine = create_async_engine(async_url(dsn))
    async with engine.begin() as connection:
        await connection.run_sync(Mapping.metadata.create_all)
    await engine.dispose()


class PerSession(Contender):
    """`at_once` sessions in flight."""

    def __init__(self, spec: Spec) -> None:
        super().__init__(spec)
        self._engine: AsyncEngine | None = None

    async def ready(self, order: Order) -> None:
        """Have the turn's events at hand."""
        await self.close()
        self._engine = create_async_engine(
            async_url(self.spec.dsn), pool_size=order.at_once, max_overflow=0
        )
        self._begin: async_sessionmaker[Any] = async_sessionmaker(
            self._engine, expire_on_commit=False
        )
        events = self.spec.history.turn(order.turn, order.events)
        self._work = history.share(events, self.spec.part, self.spec.of)

    async def go(self, order: Order) -> Done:
        """Session by session."""
        return await side_by_side(self._work, order.at_once, self._accrue, len(self._work))

    async def _accrue(self, lane: int, event: PurchaseRecorded) -> None:
        spent = sum(line.net_minor for line in event.lines)
        async with self._begin() as session, session.begin():
            for point_type, rate in TYPES.items():
                account = await session.get(
                    OrmAccount, (event.member_id, point_type), with_for_update=True
                )
                if account is None:
                    account = OrmAccount(
                        member_id=event.member_id, point_type=point_type, available=0
                    )
                    session.add(account)
                seen = select(OrmPosting.points).where(
                    OrmPosting.member_id == event.member_id,
                    OrmPosting.fact_id == event.fact_id,
                    OrmPosting.point_type == point_type,
                )
                if (await session.execute(seen)).first():
                    return
                points = int(spent * rate / 100)
                account.available += points
                session.add(
                    OrmPosting(
                        member_id=event.member_id,
                        fact_id=event.fact_id,
                        point_type=point_type,
                        points=points,
                        occurred_at=event.occurred_at,
                        basis=encode(event).body,
                    )
                )
            session.add(OrmOutbox(body=encode(event).body))

    async def close(self) -> None:
        """Give back the connections."""
        if self._engine:
            await self._engine.dispose()
