"""Activities that name a purchase, in few words."""

from datetime import datetime
from typing import NamedTuple

from contracts.events.purchases import PurchaseRecorded
from points_svc.domain.moments import moment_id


class Named(NamedTuple):
    """An activity that names a purchase."""

    purchase_fact_id: str
    kind: str
    fact_id: str
    occurred_at: datetime


def named(bought: PurchaseRecorded, at: datetime, kind: str = "delivered", n: int = 0) -> Named:
    return Named(bought.fact_id, kind, moment_id(at, kind, bought.fact_id, str(n)), at)
