"""Accrual rules: immutable versions, drafted, then published (E4)."""

from typing import Annotated, Literal

from fastapi import Path, Query

from chassis.http import Body, Instant, PageDep, Router, TxDep, View
from points_svc.domain.findings import findings
from points_svc.domain.programme import Settings
from points_svc.domain.refusals import (
    EffectiveInPast,
    ExpiryInPast,
    PointTypeDropped,
    RulesNotFound,
    RulesPublished,
    SettingsUnpublished,
)
from points_svc.domain.rules_document import RulesDocument
from points_svc.handlers.draft_rules import draft_rules
from points_svc.handlers.publish_rules import publish_rules
from points_svc.store import programme
from points_svc.store.programme import VERSION_MAX, RuleVersion

VersionPath = Annotated[int, Path(ge=1, le=VERSION_MAX)]
OfState = Annotated[Literal["draft", "published"] | None, Query()]

router = Router(tags=["accrual-rules"])


class PublishBody(Body):
    """From when on a later version rates; now, where nothing is said."""

    effective_from: Instant | None = None


class RulesView(View):
    """A version of the rules. `effective_from` is empty for the first: from the beginning of
    time.
    """

    version: int
    state: str
    created_at: Instant
    published_at: Instant | None
    effective_from: Instant | None
    settings: Settings | None
    document: RulesDocument

    @classmethod
    def of(cls, version: RuleVersion) -> "RulesView":
        """A version."""
        return cls(**vars(version))


class FindingView(View):
    """What surprises about a rule; `others` are the rules that make it so."""

    code: str
    rule: str
    others: list[str]


class JudgedView(RulesView):
    """A version, and what in it surprises. Nothing of that is wrong, or it would be refused."""

    findings: list[FindingView]

    @classmethod
    def of(cls, version: RuleVersion) -> "JudgedView":
        """A version, looked at whole."""
        found = [FindingView.model_validate(one._asdict()) for one in findings(version.document)]
        return cls(**vars(version), findings=found)


class RulesPage(View):
    """Some versions, newest first."""

    items: list[RulesView]
    next_cursor: str | None


@router.get("/accrual-rules", scope="points:read")
async def list_rules(page: PageDep, tx: TxDep, state: OfState = None) -> RulesPage:
    """All versions, newest first; of a `state` those alone."""
    below = page.after[0] if page.after else VERSION_MAX
    found = await programme.list_rules(tx, below, page.wanted, state)
    return RulesPage(**page.show(found, RulesView.of, lambda one: [one.version]))


@router.get("/accrual-rules/{version}", scope="points:read", refuses=(RulesNotFound,))
async def show_rules(version: VersionPath, tx: TxDep) -> JudgedView:
    """One version, as it was written, and what in it surprises."""
    found = await programme.find_rules(tx, version)
    if found is None:
        raise RulesNotFound
    return JudgedView.of(found)


@router.post("/accrual-rules", status_code=201, scope="rules:write")
async def draft(body: RulesDocument, tx: TxDep) -> JudgedView:
    """Draft a version. What cannot be meant is refused by a code and a pointer to it; what can, but
    surprises (rules that never rate, overlaps, what nothing bounds), is named.
    """
    return JudgedView.of(await draft_rules(tx, body))


@router.post(
    "/accrual-rules/{version}/publish",
    scope="rules:write",
    patient=True,
    refuses=(
        RulesNotFound,
        RulesPublished,
        EffectiveInPast,
        ExpiryInPast,
        PointTypeDropped,
        SettingsUnpublished,
    ),
)
async def publish(version: VersionPath, tx: TxDep, body: PublishBody | None = None) -> JudgedView:
    """Put a version in force, for ever. The first rates from the beginning of time."""
    return JudgedView.of(await publish_rules(tx, version, body.effective_from if body else None))
