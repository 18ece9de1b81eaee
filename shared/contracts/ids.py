"""Names of things. All ids are opaque strings; a `NewType` keeps one kind from standing in for
another.
"""

from typing import NewType

MemberId = NewType("MemberId", str)
FactId = NewType("FactId", str)
EventId = NewType("EventId", str)
PostingId = NewType("PostingId", str)
HoldId = NewType("HoldId", str)
BurnId = NewType("BurnId", str)
BenefitId = NewType("BenefitId", str)
EntitlementId = NewType("EntitlementId", str)
RewardId = NewType("RewardId", str)
RedemptionId = NewType("RedemptionId", str)
VoucherId = NewType("VoucherId", str)
PointType = NewType("PointType", str)
