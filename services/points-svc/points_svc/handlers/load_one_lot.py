"""Load the lot that a request names."""

from chassis.tx import Tx
from points_svc.domain.books import Books
from points_svc.domain.extension import ExtensionAsk
from points_svc.domain.refusals import LotNotFound
from points_svc.handlers.load_named_lots import load_named_lots


async def load_one_lot(tx: Tx, books: Books, ask: ExtensionAsk) -> None:
    """Load it beside those that have something left, which stay as they were judged. Refusals:
    LotNotFound.
    """
    book = books.of(ask.member_id, ask.point_type)
    if ask.lot_id not in book.lots:
        await load_named_lots(tx, books, [(ask.member_id, ask.point_type, ask.lot_id)])
    if ask.lot_id not in book.lots:
        raise LotNotFound
