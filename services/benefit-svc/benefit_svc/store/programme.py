"""The published settings, and with the catalog all that grants depend on."""

from zoneinfo import ZoneInfo

from benefit_svc.domain.programme import BenefitProgramme, Rules
from benefit_svc.store import catalog
from chassis.document import Document
from chassis.tx import Tx

programme = Document(name="programme", model=BenefitProgramme)


async def zone(tx: Tx) -> ZoneInfo:
    """The programme's zone. Raises Unpublished."""
    _, settings = await programme.current(tx)
    return ZoneInfo(settings.zone)


async def rules(tx: Tx) -> Rules:
    """Catalog and zone as they stand, with a number that rises when either changes.

    Both are counted up, so their sum is; one that changes between our two reads only makes us look
    again.
    """
    version, settings = await programme.current(tx)
    catalog_version, benefits = await catalog.all_benefits(tx)
    return Rules(version + catalog_version, ZoneInfo(settings.zone), benefits)
