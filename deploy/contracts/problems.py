"""The page of problem codes, from the refusals that the services and the chassis can raise."""

import importlib
import inspect
import json
import pkgutil
from collections.abc import Iterator
from pathlib import Path

from contracts.refusal import Refusal

PATH = Path(__file__).parents[2] / "docs" / "problems.md"
CATALOG = Path(__file__).parents[2] / "shared" / "contracts" / "problems.json"
PACKAGES = ("chassis", "member_svc", "points_svc", "tier_svc", "benefit_svc")

HEAD = """# Problem codes

Errors are RFC 9457 `application/problem+json`: `type`, `title`, `status`, `detail`, `code`,
`request_id`, `outcome`, and the numbers that a code promises. `code` is stable; branch on it.

`outcome` says what became of the request: `none` (nothing changed), `applied`, or `unknown`
(ask again with the same key or `source_ref`: it takes effect once).

`type` is the path of a page that says what is written here, at every service and behind the one
address: `GET /problems/{code}`, HTML for a browser and JSON for a program.

Written by `make fmt` from the refusals in the code; each is raised by a test.
"""

TO_DO = {
    400: "Mend the request: sent again unchanged it gets the same answer.",
    401: "Send `Authorization: Bearer <key>` with a key of this installation.",
    403: "Use a key with the door's scope: `security` in the service's openapi.json names it.",
    404: "Look at the id. What another channel made is not found either; what was made elsewhere a "
    "moment ago may not be known here yet: ask again after a second.",
    405: "Look up the path's methods in the service's /docs.",
    408: "Send it again: a body has to arrive within the time of a request.",
    409: "The business says no, and nothing changed. What stands beside the code says why; it is "
    "worth asking again once that is different.",
    412: "Read it again, decide anew, and send `If-Match` with the version that you read then.",
    413: "Send less at once; `limit` says how much is read.",
    415: "Send `Content-Type: application/json`, or `application/x-ndjson` for a batch of lines.",
    422: "Well-formed, but it cannot be as it was asked, and nothing changed. Mend what `errors` "
    "or the title name.",
    500: "Ask again in the same words, with the same key or `source_ref`: it takes effect once. If "
    "it stays, give `request_id` to whoever runs the suite.",
    503: "Wait as long as `Retry-After` says and ask again in the same words. `outcome` is `none` "
    "where it surely did not happen, `unknown` where it may have; asked again with the same key or "
    "`source_ref` it takes effect once in both cases.",
}
"""What to do, by status, unless a code says more."""

TO_DO_OF = {
    "idempotency_key_required": "Send `Idempotency-Key`, a UUID of your own for each new command, "
    "and the same one when you ask again because no answer came.",
    "idempotency_key_reused": "Use a new key for a new command. If this was meant to be the same "
    "command, send the very same body.",
    "idempotency_key_spent": "Do not ask again: `outcome` says what became of it. Look at the "
    "member's points or the redemption for the rest.",
    "fact_conflict": "Look at what stands under this `source_ref` (`GET /v1/facts/{kind}/"
    "{source_ref}`). A new fact needs a reference of its own; a fact that was told wrongly is "
    "returned or voided, never told again.",
}


def refusals() -> list[type[Refusal]]:
    """Every refusal of the suite, by status and code. Raises AssertionError where two share a code
    but not its status.
    """
    for package in PACKAGES:
        _import_all(package)
    by_code: dict[str, type[Refusal]] = {}
    for refusal in sorted(_below(Refusal), key=lambda one: (one.__module__, one.__name__)):
        known = by_code.setdefault(refusal.code, refusal)
        assert known.status == refusal.status, f"{refusal.code}: two meanings"
    return sorted(by_code.values(), key=lambda refusal: (refusal.status, refusal.code))


def text() -> str:
    """The page."""
    by_status = [f"- **{status}** {do}" for status, do in TO_DO.items()]
    sections = [HEAD, "What to do, where a code says no more:\n", "\n".join(by_status) + "\n"]
    for refusal in refusals():
        told = _told(refusal)
        says = f"{refusal.status} · {refusal.title} {told['means']}"
        own = f" {told['do']}" if refusal.code in TO_DO_OF else ""
        sections.append(f"## {refusal.code}\n\n{says}{own}\n")
    return "\n".join(sections)


def catalog() -> str:
    """What services and the public address answer at `/problems/{code}`."""
    told = {refusal.code: _told(refusal) for refusal in refusals()}
    return json.dumps(told, indent=2, ensure_ascii=False) + "\n"


def _told(refusal: type[Refusal]) -> dict[str, str | int]:
    return {
        "status": refusal.status,
        "title": refusal.title,
        "means": " ".join((inspect.getdoc(refusal) or "").split()),
        "do": TO_DO_OF.get(refusal.code, TO_DO[refusal.status]),
    }


def _below(base: type[Refusal]) -> Iterator[type[Refusal]]:
    for refusal in base.__subclasses__():
        is_ours = refusal.__module__.split(".")[0] in PACKAGES
        if is_ours and "code" in vars(refusal):
            yield refusal
        yield from _below(refusal)


def _import_all(package: str) -> None:
    root = importlib.import_module(package)
    for module in pkgutil.walk_packages(root.__path__, f"{package}."):
        if not module.name.endswith((".main", ".__main__")) and ".migrations" not in module.name:
            importlib.import_module(module.name)
