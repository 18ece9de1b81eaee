"""The accrual rules of points-svc, as a simulation asks for them."""

import asyncio
from urllib.parse import quote

import msgspec

from chassis.client import Client, Unknown
from chassis.tx import Cause
from tier_svc.domain.accrual import RulesTold

PAGE = 20
PAGES_MAX = 10
"""Of more published versions the newest are looked at."""


class _Page(msgspec.Struct, frozen=True):
    items: list[RulesTold]
    next_cursor: str | None


async def call_accrual_rules(
    client: Client, cause: Cause, within_s: float
) -> list[RulesTold] | None:
    """All published versions, the newest first; nothing where there is no answer within `within_s`
    seconds, or one that we did not expect.
    """
    try:
        async with asyncio.timeout(within_s):
            return await _pages(client, cause)
    except (Unknown, TimeoutError):
        return None


async def _pages(client: Client, cause: Cause) -> list[RulesTold]:
    found: list[RulesTold] = []
    path = first = f"/v1/accrual-rules?state=published&limit={PAGE}"
    for _ in range(PAGES_MAX):
        page = await _page(client, path, cause)
        found += page.items
        if page.next_cursor is None:
            break
        path = f"{first}&cursor={quote(page.next_cursor, safe='')}"
    return found


async def _page(client: Client, path: str, cause: Cause) -> _Page:
    answer = await client.get(path, cause)
    if answer.status >= 300:
        raise Unknown(answer.code)
    try:
        return msgspec.convert(answer.body, _Page)
    except msgspec.ValidationError as error:
        raise Unknown("not as expected") from error
