"""The published settings, and with the catalog all that grants depend on."""

from zoneinfo import ZoneInfo

from benefit_svc.domain.programme import BenefitProgramme, Rules
from benefit_svc.store import catalog
from chassis.document import Document
from chassis.tx import Tx, Unpublished

programme = Document(name="programme", model=BenefitProgramme)


async def zone(tx: Tx) -> ZoneInfo:
    """The programme's zone. Raises Unpublished."""
    _, settings = await programme.current(tx)
    return ZoneInfo(settings.zone)


async def find_rules(tx: Tx) -> Rules | None:
    """Catalog and zone as they stand, with a number that rises when either changes; None before the
    first settings.

    Both are counted up, so their sum is; one that changes between our two reads only makes us look
    again.
    """
    found = await programme.find(tx)
    if found is None:
        return None
    version, settings = found
    catalog_version, benefits = await catalog.all_benefits(tx)
    return Rules(version + catalog_version, ZoneInfo(settings.zone), benefits, settings.ladder)


async def rules(tx: Tx) -> Rules:
    """As `find_rules`. Raises Unpublished."""
    found = await find_rules(tx)
    if found is None:
        raise Unpublished(programme.name)
    return found
