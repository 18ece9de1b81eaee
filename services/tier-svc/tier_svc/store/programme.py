"""The published settings."""

from zoneinfo import ZoneInfo

from chassis.document import Document
from chassis.tx import Tx
from tier_svc.domain.programme import TierProgramme

programme = Document(name="programme", model=TierProgramme)


async def zone(tx: Tx) -> ZoneInfo:
    """The programme's zone. Raises Unpublished."""
    _, settings = await programme.current(tx)
    return ZoneInfo(settings.zone)
