"""Lines of an import that wait to be mended."""

from collections.abc import Sequence

from chassis.tx import Tx
from points_svc.domain.imports import Imported
from points_svc.store import imports


async def list_refused_lines(
    tx: Tx, batch: str, after: tuple[str, str], limit: int
) -> Sequence[Imported]:
    """A batch's refused lines behind (source, import_ref), by name."""
    return await imports.refused_after(tx, batch, after, limit)
