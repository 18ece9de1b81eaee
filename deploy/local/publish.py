"""Publishes a programme through the public API, as a customer would. What is there is left."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import httpx

SETTINGS = {
    "member.json": "member-svc",
    "points.json": "points-svc",
    "tier.json": "tier-svc",
    "benefit.json": "benefit-svc",
}
VERSIONED = {"accrual-rules.json": "accrual-rules", "ladder.json": "ladders"}
LISTS = {"benefits.json": ("benefits", "benefit_id"), "rewards.json": ("rewards", "reward_id")}
PAGES_MAX = 100
ANSWER_MAX_S = 30.0


class NotPublished(RuntimeError):
    """A file of the programme was refused; the message names it and says why."""


async def publish(folder: Path, base_url: str, key: str) -> None:
    """Publish settings, then rules and ladder, then benefits and rewards."""
    headers = {"Authorization": f"Bearer {key}"}
    timeout = httpx.Timeout(ANSWER_MAX_S)
    async with httpx.AsyncClient(
        base_url=base_url, headers=headers, timeout=timeout, trust_env=False
    ) as client:
        await publish_through(client, folder)


async def publish_through(client: httpx.AsyncClient, folder: Path) -> None:
    """The same, through a client that is open and has the right key."""
    for name, service in SETTINGS.items():
        await _settings(client, folder / name, service)
    for name, noun in VERSIONED.items():
        await _version(client, folder / name, noun)
    for name, (noun, id_field) in LISTS.items():
        await _list(client, folder / name, noun, id_field)


async def _settings(client: httpx.AsyncClient, file: Path, service: str) -> None:
    path = f"/v1/{service}/programme"
    known = await client.get(path)
    if known.status_code == httpx.codes.NOT_FOUND:
        await _send(client, "PUT", path, _read(file), file)
    else:
        _expect(known, file)


async def _version(client: httpx.AsyncClient, file: Path, noun: str) -> None:
    """Publish the first version, unless there is one; a draft of a killed runner is taken up."""
    known = await _items(client, noun, file)
    if any(each["state"] == "published" for each in known):
        return
    draft = known[0] if known else await _send(client, "POST", f"/v1/{noun}", _read(file), file)
    await _send(client, "POST", f"/v1/{noun}/{draft['version']}/publish", {}, file)


async def _list(client: httpx.AsyncClient, file: Path, noun: str, id_field: str) -> None:
    known = {each[id_field] for each in await _items(client, noun, file)}
    for each in _read(file):
        if each[id_field] not in known:
            await _send(client, "POST", f"/v1/{noun}", each, file)


async def _items(client: httpx.AsyncClient, noun: str, file: Path) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    cursor: str | None = None
    for _ in range(PAGES_MAX):
        query = {"limit": "200", **({"cursor": cursor} if cursor else {})}
        page = _expect(await client.get(f"/v1/{noun}", params=query), file)
        items += page["items"]
        cursor = page.get("next_cursor")
        if not cursor:
            break
    return items


async def _send(
    client: httpx.AsyncClient, method: str, path: str, body: Any, file: Path
) -> dict[str, Any]:
    digest = hashlib.sha256(f"{path}\n{json.dumps(body)}".encode()).hexdigest()
    headers = {"Idempotency-Key": f"programme-{digest[:32]}"}
    return _expect(await client.request(method, path, json=body, headers=headers), file)


def _expect(response: httpx.Response, file: Path) -> dict[str, Any]:
    if not response.is_success:
        raise NotPublished(
            f"{file.parent.name}/{file.name}: {response.request.method} "
            f"{response.request.url.path} answered {response.status_code}: {response.text[:600]}"
        )
    answer: dict[str, Any] = response.json()
    return answer


def _read(file: Path) -> Any:
    return json.loads(file.read_text())
