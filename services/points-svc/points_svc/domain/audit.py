"""The auditor's reading of one account: every posting again, in the order of its chain (P13).

It folds balances and lots by an arithmetic of its own and compares: each link of the chain, what
each posting drew, what the account says, and what was anchored outside the database.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from points_svc.domain.basis import LotBasis, Portion, unpacked
from points_svc.domain.books import Account
from points_svc.domain.lots import OPEN, Lot, draw
from points_svc.domain.lots import PENDING as WAITING
from points_svc.domain.past import Sides, change
from points_svc.domain.postings import AVAILABLE, DEFICIT, NO_HEAD, PENDING, Posting, chained
from points_svc.domain.violations import (
    AVAILABLE_AFTER,
    BALANCE,
    BELOW_ZERO,
    BURN_ORDER,
    CHANGED,
    DRAWS,
    HEAD,
    LOT_ENDED,
    LOT_OVERDRAWN,
    LOTS,
    MISSING,
    NOT_AS_ANCHORED,
    TWICE,
    Violations,
)
from points_svc.domain.violations import DEFICIT as DEFICIT_FROM_ELSEWHERE

IN_LOTS = (AVAILABLE, PENDING)
OWING = ("reversal", "rerating", "shortfall")
ENDS_WAITING = ("activation", "reinstatement")
OF_LOTS = (*ENDS_WAITING, "extension", "courtesy")
DRAWN_BY_MEMBERS = ("burn", "hold", "transfer_out")
OF_HOLDS = ("hold", "capture", "release", "lapse")


class Trail:
    """One account, read again. `anchored` are the digests kept outside, by seq."""

    def __init__(self, account: Account, anchored: Mapping[int, bytes]) -> None:
        self.account = account
        self.violations = Violations()
        self._anchored = anchored
        self._seq = 0
        self._head = NO_HEAD
        self._sides = Sides()
        self._lots: dict[str, Lot] = {}
        self._disputed: tuple[int, str] | None = None
        self._is_disputed = False
        self.ends: Counter[tuple[str, str]] = Counter()

    @property
    def newest_anchored(self) -> int:
        """The seq of the newest head kept outside; 0 where there is none."""
        return max(self._anchored, default=0)

    @property
    def is_sound(self) -> bool:
        """Whether nothing was found."""
        return not self.violations.found

    def walk(self, posting: Posting, portions: Sequence[Portion]) -> None:
        """Read the next posting in seq order, and what it drew."""
        if posting.seq <= self._seq:
            self.violations.add(TWICE, posting.seq, posting.posting_id)
            return
        self._link(posting)
        self._compare_anchor(posting)
        self._fold(posting)
        self._draw(posting, portions)

    def end(self, seq_now: int) -> None:
        """Compare with what the account says, once its last posting was read. `seq_now` is what it
        says by now: what was anchored cannot be newer.
        """
        account, stands = self.account, self._sides
        if self._seq < account.seq:
            self._miss(account.seq + 1)
        elif self._head != account.head:
            self.violations.add(HEAD, account.seq)
        said = Sides(account.available, account.held, account.pending, account.deficit)
        if said != stands:
            self._compare(said, stands)
        left = sum(lot.remaining for lot in self._lots.values())
        if left != stands.available + stands.pending:
            self.violations.add(
                LOTS, account.seq, lots=left, sides=stands.available + stands.pending
            )
        if self.newest_anchored > seq_now:
            self.violations.add(MISSING, self._seq + 1, anchored_seq=self.newest_anchored)

    def _compare(self, said: Sides, stands: Sides) -> None:
        for name, one, other in zip(Sides._fields, said, stands, strict=True):
            if one != other:
                self.violations.add(BALANCE, self.account.seq, side=name, stored=one, folded=other)

    def _link(self, posting: Posting) -> None:
        if posting.seq > self._seq + 1:
            self._miss(posting.seq)
        elif chained(self._head, tuple(posting)[:-1]) != posting.hash:
            self.violations.add(CHANGED, posting.seq, posting.posting_id)
        self._seq, self._head = posting.seq, posting.hash

    def _miss(self, before: int) -> None:
        missing = before - self._seq - 1
        self.violations.add(MISSING, self._seq + 1, missing=missing)

    def _compare_anchor(self, posting: Posting) -> None:
        """Whoever wrote the whole chain again changed one of the postings since the last head that
        agrees: the first of them is named, and how far the doubt reaches.
        """
        if self._is_disputed:
            return
        self._disputed = self._disputed or (posting.seq, posting.posting_id)
        anchored = self._anchored.get(posting.seq)
        if anchored is None:
            return
        if anchored != posting.hash:
            self._is_disputed = True
            self.violations.add(NOT_AS_ANCHORED, *self._disputed, until_seq=posting.seq)
        self._disputed = None

    def _fold(self, posting: Posting) -> None:
        self._sides = self._sides.plus(change(posting.debit, posting.credit, posting.points))
        where = posting.seq, posting.posting_id
        if min(self._sides) < 0:
            self.violations.add(BELOW_ZERO, *where, least=min(self._sides))
        if self._sides.available != posting.available_after:
            self.violations.add(
                AVAILABLE_AFTER,
                *where,
                folded=self._sides.available,
                posted=posting.available_after,
            )
        if posting.debit == DEFICIT and posting.kind not in OWING:
            self.violations.add(DEFICIT_FROM_ELSEWHERE, *where, kind=posting.kind)
        if posting.kind in OF_HOLDS:
            self.ends[posting.kind, posting.fact_id] += 1

    def _draw(self, posting: Posting, portions: Sequence[Portion]) -> None:
        if posting.available_from is not None:
            self._open(posting)
        if posting.kind in OF_LOTS:
            self._change_lot(posting)
        if posting.kind in DRAWN_BY_MEMBERS:
            self._demand_order(posting, portions)
        out = (posting.debit in IN_LOTS) - (posting.credit in IN_LOTS)
        is_lot = posting.available_from is not None
        expected = 0 if is_lot else posting.points * out
        drawn = 0
        for portion in portions:
            drawn += portion.points
            self._take(posting, portion)
        if drawn != expected:
            self.violations.add(
                DRAWS, posting.seq, posting.posting_id, drawn=drawn, posted=expected
            )

    def _open(self, posting: Posting) -> None:
        assert posting.available_from is not None
        self._lots[posting.fact_id] = Lot(
            posting.fact_id,
            posting.occurred_at,
            posting.available_from,
            posting.expires_at,
            posting.points,
            posting.points,
            0,
            WAITING if posting.credit == PENDING else OPEN,
        )

    def _change_lot(self, posting: Posting) -> None:
        """From this posting on a lot waits no longer, or has another end: the posting says so."""
        assert posting.basis is not None, "what is about a lot's time names the lot"
        basis = unpacked(posting.basis, LotBasis)
        lot = self._lots.get(basis.lot_id)
        if lot is None:
            self.violations.add(LOTS, posting.seq, posting.posting_id, lot=basis.lot_id)
            return
        self._lots[lot.lot_id] = replace(
            lot,
            available_from=basis.available_from,
            expires_at=basis.expires_at,
            stage=OPEN if posting.kind in ENDS_WAITING else lot.stage,
        )

    def _take(self, posting: Posting, portion: Portion) -> None:
        lot = self._lots.get(portion.lot_id)
        where = posting.seq, posting.posting_id
        if lot is None:
            self.violations.add(LOTS, *where, lot=portion.lot_id)
            return
        lot = replace(
            lot, remaining=lot.remaining - portion.points, expired=lot.expired + portion.expired
        )
        self._lots[lot.lot_id] = lot
        if lot.remaining < 0 or lot.expired < 0:
            self.violations.add(LOT_OVERDRAWN, *where, lot=lot.lot_id, remaining=lot.remaining)

    def _demand_order(self, posting: Posting, portions: Sequence[Portion]) -> None:
        """What members burn or hold is drawn from lots that have not ended, in burn order (P3)."""
        at = posting.recorded_at
        where = posting.seq, posting.posting_id
        for portion in portions:
            lot = self._lots.get(portion.lot_id)
            if lot and lot.has_ended(at):
                self.violations.add(LOT_ENDED, *where, lot=lot.lot_id)
        drawn = draw(self._lots.values(), posting.points, at)
        if set(drawn) != set(portions):
            self.violations.add(BURN_ORDER, *where)
