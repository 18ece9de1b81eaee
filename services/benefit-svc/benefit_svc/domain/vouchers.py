"""Vouchers (B5): a code that is derived, never stored; used exactly once.

The code is 85 bits of HMAC-SHA256(voucher secret, voucher id) as 17 characters of Crockford's
base32 and his check character (mod 37), in three groups: `7ZK493-QDM1XT-0B6NHV`. Draws whose check
character would be one of his five symbols are passed over, so that a code is letters and digits
alone. We keep its keyed hash: whoever reads the database can use no voucher.
"""

import hashlib
import hmac
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, NewType

from benefit_svc.domain.refusals import VoucherNotUsable, VoucherNotVoidable
from contracts.ids import MemberId, RedemptionId, RewardId, VoucherId

VoucherKey = NewType("VoucherKey", bytes)

State = Literal["issued", "used", "voided", "expired"]

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 17
BITS = LENGTH * 5
CHECK_MODULUS = 37
GROUP = 6
DRAWS_MAX = 100
READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})


@dataclass(frozen=True)
class Voucher:
    """What a redemption brought. `quantity` units of one reward, for one use."""

    voucher_id: VoucherId
    member_id: MemberId
    reward_id: RewardId
    reward_version: int
    redemption_id: RedemptionId
    quantity: int
    issued_at: datetime
    expires_at: datetime | None = None
    state: State = "issued"

    def stands(self, at: datetime) -> State:
        """The state at `at`, judged by the clock and not by whether a job has run."""
        is_late = self.state == "issued" and self.expires_at is not None and self.expires_at <= at
        return "expired" if is_late else self.state


def code_of(key: VoucherKey, voucher_id: VoucherId) -> str:
    """The voucher's code, the same whenever it is derived."""
    for draw in range(DRAWS_MAX):
        number = _drawn(key, voucher_id, draw)
        if number % CHECK_MODULUS < len(ALPHABET):
            return _written(number)
    raise AssertionError("a hundred draws in a row cannot all be passed over")


def _drawn(key: VoucherKey, voucher_id: VoucherId, draw: int) -> int:
    digest = hmac.new(key, f"code\n{voucher_id}\n{draw}".encode(), hashlib.sha256).digest()
    return int.from_bytes(digest, "big") >> (len(digest) * 8 - BITS)


def _written(number: int) -> str:
    plain = "".join(ALPHABET[number >> shift & 31] for shift in range(BITS - 5, -1, -5))
    plain += ALPHABET[number % CHECK_MODULUS]
    return "-".join(plain[start : start + GROUP] for start in range(0, len(plain), GROUP))


def plain_code(typed: str) -> str:
    """A typed code as it was meant: upper case, without hyphens, O read as 0, I and L as 1."""
    return typed.upper().translate(READ_AS)


def is_well_typed(typed: str) -> bool:
    """Whether length, characters and check character fit; one wrong character or two swapped are
    noticed.
    """
    plain = plain_code(typed)
    if len(plain) != LENGTH + 1 or any(c not in ALPHABET for c in plain):
        return False
    number = 0
    for character in plain[:LENGTH]:
        number = number * 32 + ALPHABET.index(character)
    return number % CHECK_MODULUS == ALPHABET.index(plain[LENGTH])


def code_hash(key: VoucherKey, typed: str) -> bytes:
    """What a code is found by: a keyed hash, under another label than the code itself."""
    return hmac.new(key, b"hash\n" + plain_code(typed).encode(), hashlib.sha256).digest()


def check_usable(voucher: Voucher | None, typed: str, at: datetime) -> Voucher:
    """The voucher, if it can be used at `at`. Refusals: VoucherNotUsable, whatever the reason."""
    if voucher is None or not is_well_typed(typed) or voucher.stands(at) != "issued":
        raise VoucherNotUsable
    return voucher


def use(voucher: Voucher | None, typed: str, at: datetime) -> Voucher:
    """The voucher after its one use. Refusals: VoucherNotUsable, whatever the reason."""
    return replace(check_usable(voucher, typed, at), state="used")


def void(voucher: Voucher, at: datetime) -> Voucher:
    """The voucher made worthless. Refusals: VoucherNotVoidable."""
    if voucher.stands(at) != "issued":
        raise VoucherNotVoidable(state=voucher.stands(at))
    return replace(voucher, state="voided")
