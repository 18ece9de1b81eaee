"""Pools as tests speak of them: a programme that offers them, and families that gather."""

from typing import Any
from uuid import uuid4

import httpx

from points_testing.desk import START, Desk, of
from points_testing.ledger import purchase
from points_testing.moving import OFFERED, offer

POOLED = {**OFFERED, "members_max": 4}


async def offer_pools(desk: Desk, **terms: int) -> None:
    """Let members share points, within these limits."""
    await offer(desk, pools={**POOLED, **terms})


class Family:
    """Members who share a pool."""

    def __init__(self, desk: Desk, pool_id: str, members: list[str]) -> None:
        self.desk, self.pool_id, self.members = desk, pool_id, members

    async def gather(self, member: str, points: object, **more: Any) -> httpx.Response:
        """Ask for points, under a new name unless one is given."""
        body = {"gathering_id": str(uuid4()), "member_id": member, "points": points, **more}
        return await self.desk.api.post(f"/v1/pools/{self.pool_id}/gatherings", json=body)

    def place(self, gathering: httpx.Response) -> str:
        """Where a gathering is found."""
        made = gathering.json()
        name, member = made["gathering_id"], made["member_id"]
        return f"/v1/pools/{self.pool_id}/members/{member}/gatherings/{name}"

    async def share(self, member: str, share: object) -> httpx.Response:
        path = f"/v1/pools/{self.pool_id}/members/{member}"
        return await self.desk.api.put(path, json={"share": share})

    async def leave(self, member: str) -> httpx.Response:
        return await self.desk.api.delete(f"/v1/pools/{self.pool_id}/members/{member}")

    async def shown(self) -> dict[str, Any]:
        found: dict[str, Any] = (await self.desk.api.get(f"/v1/pools/{self.pool_id}")).json()
        return found

    async def have(self) -> list[int]:
        """What each has, in the order in which they are named."""
        return [await self.desk.available(one) for one in self.members]


async def open_pool(desk: Desk, members: dict[str, int], **more: Any) -> httpx.Response:
    """Ask for a pool of these members with these shares."""
    body = [{"member_id": member, "share": share} for member, share in members.items()]
    return await desk.api.post("/v1/pools", json={"pool_id": str(uuid4()), "members": body, **more})


async def family(desk: Desk, *each: tuple[str, int]) -> Family:
    """A pool of new members: what each once paid, at 1.1 a unit, and their share; ids ascend."""
    await offer_pools(desk)
    members = sorted(str(uuid4()) for _ in each)
    for member, (net, _) in zip(members, each, strict=True):
        await desk.enroll(member)
        await desk.stage.deliver(of(member, purchase(f"{member}-0", START, net)))
    shares = dict(zip(members, (share for _, share in each), strict=True))
    opened = await open_pool(desk, shares)
    assert opened.status_code == 201, opened.text
    return Family(desk, opened.json()["pool_id"], members)
