"""Attributes: numbers that staff set of a member, with evidence (T1)."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field
from uuid_utils import uuid7

from chassis.http import Body, FieldError, IdPath, Instant, Invalid, Note200, Ref, Router, TxDep
from contracts.ids import FactId, MemberId
from tier_svc.domain.draft import THRESHOLD_MAX
from tier_svc.domain.facts import NO_POINTS, Fact, Setting
from tier_svc.domain.refusals import MemberBanned, MemberClosed, MemberNotFound
from tier_svc.handlers.set_attribute import set_attribute
from tier_svc.inbound.http.answers import Answer

router = Router(tags=["standings"])
FUTURE_MAX = timedelta(minutes=5)
PAST_MAX = timedelta(days=400)


class AttributeBody(Body):
    """What an attribute is from an instant on (now), and what shows it."""

    attribute: Ref
    value: Annotated[int, Field(ge=0, le=THRESHOLD_MAX)]
    evidence: Note200
    occurred_at: Instant | None = None


class AttributeView(Answer):
    """What was set, as a fact of the member."""

    fact_id: str
    attribute: str
    value: int
    evidence: str
    occurred_at: Instant


@router.post(
    "/standings/{member_id}/attributes",
    status_code=201,
    scope="standing:adjust",
    refuses=(MemberNotFound, MemberBanned, MemberClosed),
    keyed=True,
)
async def post_attribute(member_id: IdPath, body: AttributeBody, tx: TxDep) -> AttributeView:
    """Set an attribute; it holds until it is set anew."""
    at = body.occurred_at or tx.now
    if not tx.now - PAST_MAX <= at <= tx.now + FUTURE_MAX:
        raise Invalid(FieldError("/occurred_at", "out_of_range"))
    setting = Setting(body.attribute, body.value)
    fact = Fact(at, FactId(str(uuid7())), 0, 0, NO_POINTS, setting)
    await set_attribute(tx, MemberId(member_id), fact, body.evidence)
    return AttributeView(
        fact_id=fact.fact_id,
        attribute=body.attribute,
        value=body.value,
        evidence=body.evidence,
        occurred_at=at,
    )
