"""A clerk: who voids, tells activities, and moves members, beside the desk."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from chassis.tx import Tx
from contracts.ids import MemberId
from member_svc.domain.activities import Activity, ActivityContent
from member_svc.domain.facts import Answer
from member_svc.domain.feedback import FeedbackContent
from member_svc.domain.identifiers import blind_index, normalise
from member_svc.domain.members import MemberShown
from member_svc.domain.programme import Terms
from member_svc.domain.purchases import Purchase
from member_svc.domain.statuses import MemberStatus
from member_svc.handlers.change_status import change_status
from member_svc.handlers.record_activities import record_activities
from member_svc.handlers.void_purchase import void_purchase
from member_svc.store.vault import Vault


class Clerk:
    """Says things to the handlers, a transaction each."""

    def __init__(self, desk: Any, terms: Terms, vault: Vault, now: datetime) -> None:
        self.desk = desk
        self.terms = terms
        self.vault = vault
        self.now = now

    async def void(self, purchase: Purchase) -> Answer:
        """Undo a purchase."""
        async with self.desk.stage.begin() as tx:
            return await self.void_in(tx, purchase)

    async def void_in(self, tx: Tx, purchase: Purchase) -> Answer:
        """Undo a purchase in this transaction."""
        return await void_purchase(tx, self.terms, (purchase.source, purchase.source_ref))

    def activity(
        self,
        who: MemberId | tuple[str, str] | None = None,
        about: Purchase | None = None,
        **more: Any,
    ) -> Activity:
        """A check-in of somebody, or a delivery of what was bought."""
        index = None
        if isinstance(who, tuple):
            index = blind_index(self.vault.blind_key, normalise(*who, "CN"))
        at = {"occurred_at": self.now, "source_ref": self.desk.ref("a")}
        done = ActivityContent(
            kind="delivered" if about else "checkin", attributes=more.pop("attributes", {})
        )
        return Activity(
            source="till",
            member_id=None if isinstance(who, tuple) else who,
            blind_index=index,
            purchase_name=(about.source, about.source_ref) if about else None,
            content=done,
            **(at | more),
        )

    def feedback(
        self,
        who: MemberId | tuple[str, str] | None = None,
        about: Purchase | None = None,
        **more: Any,
    ) -> Activity:
        """A complaint of somebody, or what `more` says."""
        named = {name: more.pop(name) for name in FeedbackContent.__struct_fields__ if name in more}
        said = named or {"kind": "complaint", "category": "delivery", "severity": "high"}
        asked = self.activity(who, about, **more)
        return replace(asked, kind="feedback", content=FeedbackContent(**said))

    def outcome(self, of: Activity, who: MemberId, state: str, **more: Any) -> Activity:
        """What became of a complaint."""
        named = {"complaint_source": of.source, "complaint_ref": of.source_ref}
        return self.feedback(who, kind="outcome", state=state, **named, **more)

    async def tell(self, *asked: Activity) -> list[Any]:
        """Tell activities as one batch."""
        async with self.desk.stage.begin() as tx:
            return await self.tell_in(tx, *asked)

    async def tell_in(self, tx: Tx, *asked: Activity) -> list[Any]:
        """Tell activities in this transaction."""
        return await record_activities(tx, self.vault, self.terms, asked)

    async def move(
        self, member_id: MemberId, status: MemberStatus, reason: str = "asked for it"
    ) -> MemberShown:
        """Change what a member may do."""
        async with self.desk.stage.begin("key:staff1") as tx:
            return await change_status(tx, self.vault, self.terms, member_id, (status, reason))


@pytest.fixture
def clerk(desk: Any, terms: Terms, vault: Vault, now: datetime) -> Clerk:
    """The clerk of a test."""
    return Clerk(desk, terms, vault, now)
