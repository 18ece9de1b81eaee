"""The published settings."""

from chassis.document import Document
from tier_svc.domain.programme import TierProgramme

programme = Document(name="programme", model=TierProgramme)
