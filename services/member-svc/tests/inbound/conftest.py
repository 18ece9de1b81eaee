"""What a channel says at the doors."""

import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import httpx
import pytest_asyncio

from chassis.testing.stage import Stage
from member_svc.domain.programme import Terms

NUMBERS = itertools.count()


class Shop:
    """What a channel says at the doors."""

    ndjson: Mapping[str, str] = {"content-type": "application/x-ndjson"}

    def __init__(self, api: httpx.AsyncClient, count: Iterator[int]) -> None:
        self.api = api
        self._count = count

    def ref(self) -> str:
        """A reference nobody used before."""
        return f"s-{next(self._count)}"

    async def card(self) -> dict[str, str]:
        """A card whose member has just joined."""
        card = {"kind": "card", "value": f"SHOP{next(self._count):06d}"}
        joined = await self.api.post("/v1/members", json={"identifiers": [card]})
        assert joined.status_code == 201, joined.text
        return card

    async def known_card(self) -> dict[str, str]:
        """A card that joined once."""
        card = {"kind": "card", "value": "KNOWN-CARD"}
        joined = await self.api.post("/v1/members", json={"identifiers": [card]})
        assert joined.status_code in {200, 201}, joined.text
        return card

    async def member_id(self) -> str:
        """Someone who has just joined."""
        found = await self.api.post("/v1/members/lookup", json=await self.card())
        return str(found.json()["member_id"])

    def purchase(
        self,
        member: Mapping[str, str],
        line_count: int = 1,
        occurred_at: str = "2026-06-01T11:00:00Z",
    ) -> dict[str, Any]:
        """The body of a purchase."""
        return {
            "source_ref": self.ref(),
            "member": dict(member),
            "occurred_at": occurred_at,
            "store_id": "s1",
            "currency": "CNY",
            "lines": [
                {
                    "line_id": str(number),
                    "sku": f"sku {number}",
                    "category": "茶",
                    "quantity": 1,
                    "amount_minor": 1_000,
                }
                for number in range(1, line_count + 1)
            ],
        }

    async def batch(
        self, api: httpx.AsyncClient, path: str, lines: Sequence[str | bytes]
    ) -> list[dict[str, Any]]:
        """Tell a batch; its answer lines."""
        content = b"\n".join(one.encode() if isinstance(one, str) else one for one in lines)
        answer = await api.post(path, content=content, headers=self.ndjson)
        assert answer.status_code == 200, answer.text
        return [json.loads(line) for line in answer.text.splitlines()]


@pytest_asyncio.fixture(loop_scope="session")
async def shop(stage: Stage, api: httpx.AsyncClient, terms: Terms, now: datetime) -> Shop:
    """A channel's words, for a programme that is published."""
    stage.at(now)
    settings = terms.programme.model_dump(mode="json")
    published = await api.put("/v1/member-svc/programme", json=settings)
    assert published.status_code == 200, published.text
    return Shop(api, NUMBERS)
