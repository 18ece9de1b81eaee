"""Pages of a list: `limit` 1 to 200 and an opaque cursor that only this installation can write."""

import base64
import hashlib
import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, TypeVar

import msgspec
from fastapi import Depends, Query
from starlette.requests import Request

from chassis.http.edge import edge_of
from chassis.http.problems import FieldError, Invalid

LIMIT_MAX = 200
SIGNATURE = 16

One = TypeVar("One")


@dataclass(frozen=True)
class Page:
    """Which part of a list is asked for: at most `limit` items behind `after` (None: from the
    start).
    """

    limit: int
    after: list[Any] | None
    secret: bytes
    path: str

    @property
    def wanted(self) -> int:
        """How many to look for: one more than is shown, so that it is known whether there are
        more.
        """
        return self.limit + 1

    @property
    def before(self) -> tuple[datetime, str] | None:
        """The moment and id behind which it begins, in a list whose key these are."""
        return (datetime.fromisoformat(self.after[0]), self.after[1]) if self.after else None

    def show(
        self,
        found: Sequence[One],
        view: Callable[[One], Any],
        key: Callable[[One], Sequence[Any]],
    ) -> dict[str, Any]:
        """The list as it is answered, of `wanted` that were looked for; the next page begins behind
        the `key` of the last that is shown. An instant is written as `before` reads it.
        """
        shown = found[: self.limit]
        more = [_plain(part) for part in key(shown[-1])] if len(found) > self.limit else None
        return self.answer([view(one) for one in shown], more)

    def answer(self, items: Sequence[Any], next_after: Sequence[Any] | None) -> dict[str, Any]:
        """The list as it is answered; `next_after` is the key of the last item where there are
        more.
        """
        cursor = None if next_after is None else _seal(self.secret, self.path, list(next_after))
        return {"items": list(items), "next_cursor": cursor}


def _plain(part: Any) -> Any:
    return part.isoformat() if isinstance(part, datetime) else part


def _sign(secret: bytes, path: str, payload: bytes) -> bytes:
    return hmac.new(secret, path.encode() + b"\n" + payload, hashlib.sha256).digest()[:SIGNATURE]


def _seal(secret: bytes, path: str, after: list[Any]) -> str:
    payload = msgspec.json.encode(after)
    return base64.urlsafe_b64encode(_sign(secret, path, payload) + payload).decode().rstrip("=")


def _open(secret: bytes, path: str, cursor: str) -> list[Any]:
    try:
        raw = base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
    except ValueError:
        raise Invalid(FieldError("/cursor", "format")) from None
    signature, payload = raw[:SIGNATURE], raw[SIGNATURE:]
    if not hmac.compare_digest(signature, _sign(secret, path, payload)):
        raise Invalid(FieldError("/cursor", "format"))
    after: list[Any] = msgspec.json.decode(payload)
    return after


async def page_of(
    request: Request,
    limit: Annotated[int, Query(ge=1, le=LIMIT_MAX)] = 50,
    cursor: Annotated[str | None, Query(max_length=1_000)] = None,
) -> Page:
    """The page that a request asks for. Refusals: Invalid where the cursor is not ours or of
    another list.
    """
    secret = edge_of(request).secrets.key("cursor")
    path = request.url.path
    return Page(limit, None if cursor is None else _open(secret, path, cursor), secret, path)


PageDep = Annotated[Page, Depends(page_of)]
