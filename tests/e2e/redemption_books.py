"""What of redemptions, vouchers, holds and burns contradicts I5, by rows of both databases.

fulfilled ⇔ its hold captured exactly its points, they are burned, and its voucher lives
cancelled ⇔ its hold captured exactly its points, the burn is cancelled, and its voucher voided
refused   ⇔ nothing captured, nothing burned, no voucher

Nothing may be captured, burned or issued for a redemption that nobody decided. In what these books
are of, nobody voids a voucher by hand: that would leave the redemption fulfilled.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Row = Mapping[str, Any]
Key = tuple[str, str]

REDEMPTIONS = "SELECT member_id, redemption_id, state, points FROM redemption"
VOUCHERS = "SELECT member_id, redemption_id, state FROM voucher"
HOLDS = "SELECT member_id, hold_id, state, captured FROM hold WHERE source = 'benefit-svc'"
BURNS = "SELECT member_id, burn_id, state, points FROM burn WHERE source = 'benefit-svc'"

PENDING = {"decided", "refusing"}
GONE = {None, "released", "lapsed", "tombstone"}
LIVE = {"issued", "used", "expired"}


@dataclass(frozen=True)
class Sides:
    """The rows of both databases that are about redemptions."""

    redemptions: Iterable[Row]
    vouchers: Iterable[Row]
    holds: Iterable[Row]
    burns: Iterable[Row]


@dataclass(frozen=True)
class Told:
    """What the tables say of one redemption: (state, points) of its hold's capture and its burn."""

    captured: tuple[str | None, int]
    burned: tuple[str | None, int]
    vouchers: tuple[str, ...]


def torn(sides: Sides) -> list[str]:
    """The redemptions that are not all or nothing, and what belongs to none; one line each."""
    holds = {(r["member_id"], r["hold_id"]): (r["state"], r["captured"]) for r in sides.holds}
    burns = {(r["member_id"], r["burn_id"]): (r["state"], r["points"]) for r in sides.burns}
    vouchers: dict[Key, list[str]] = defaultdict(list)
    for row in sides.vouchers:
        vouchers[row["member_id"], row["redemption_id"]].append(row["state"])
    found = []
    known: set[Key] = set()
    for row in sides.redemptions:
        key = row["member_id"], row["redemption_id"]
        known.add(key)
        hold, burn = holds.get(key, (None, 0)), burns.get(key, (None, 0))
        told = Told(hold, burn, tuple(vouchers.get(key, ())))
        if not _is_whole(row["state"], row["points"], told):
            found.append(f"I5: {dict(row)} with {told}")
    return found + list(_of_nobody(known, holds, burns, vouchers))


def _is_whole(state: str, points: int, told: Told) -> bool:
    is_paid = told.captured == ("captured", points)
    is_burned = told.burned == ("burned", points)
    is_back = told.burned == ("cancelled", points)
    voucher = told.vouchers[0] if len(told.vouchers) == 1 else None
    if state == "fulfilled":
        return is_paid and is_burned and voucher in LIVE
    if state == "cancelling":
        return is_paid and (is_burned or is_back) and voucher == "voided"
    if state == "cancelled":
        return is_paid and is_back and voucher == "voided"
    has_nothing = told.captured[0] in GONE and told.burned[0] != "burned" and not told.vouchers
    return not told.vouchers if state in PENDING else has_nothing


def _of_nobody(
    known: set[Key],
    holds: Mapping[Key, tuple[str, int]],
    burns: Mapping[Key, tuple[str, int]],
    vouchers: Mapping[Key, list[str]],
) -> Iterator[str]:
    for key in holds.keys() - known:
        if holds[key][0] == "captured":
            yield f"I5: captured for no redemption: {key}"
    for key in burns.keys() - known:
        if burns[key][0] == "burned":
            yield f"I5: burned for no redemption: {key}"
    for key in vouchers.keys() - known:
        yield f"I5: a voucher of no redemption: {key}"
