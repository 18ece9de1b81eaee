"""Why a posting is what it is."""

from dataclasses import dataclass

from chassis.tx import Tx
from points_svc.domain import explain
from points_svc.domain.basis import ChangeBasis, DecisionBasis, Portion, unpacked
from points_svc.domain.explain import Explanation
from points_svc.domain.postings import Posting
from points_svc.domain.refusals import PostingNotFound
from points_svc.handlers.explain_lot import OF_LOTS, explain_lot
from points_svc.store import postings, programme, returns, views

RATED = ("reversal", "rerating", "forgiveness", "review")


@dataclass(frozen=True)
class Why:
    """A posting, what it drew on, and what it rests on."""

    posting: Posting
    draws: list[Portion]
    explanation: Explanation


async def explain_posting(tx: Tx, member_id: str, posting_id: str) -> Why:
    """Explain a posting by what was known when it was posted. Refusals: PostingNotFound."""
    fact_id, _, part = posting_id.partition(".")
    posting = await views.find_posting(tx, member_id, fact_id, part)
    if posting is None:
        raise PostingNotFound
    return Why(
        posting,
        await views.draws_by(tx, posting),
        await _explanation(tx, posting),
    )


async def _explanation(tx: Tx, posting: Posting) -> Explanation:
    if posting.basis is None:
        return Explanation()
    if posting.kind == "accrual":
        return await _rated(tx, posting, posting.fact_id, None)
    if posting.kind in RATED:
        basis = unpacked(posting.basis, ChangeBasis)
        return await _rated(tx, posting, basis.purchase_fact_id, basis)
    if posting.kind in OF_LOTS:
        return await explain_lot(tx, posting)
    return Explanation(decision=unpacked(posting.basis, DecisionBasis))


async def _rated(
    tx: Tx, posting: Posting, purchase_fact_id: str, basis: ChangeBasis | None
) -> Explanation:
    key = (posting.member_id, purchase_fact_id)
    rules = await programme.rule_book(tx)
    accrued = await postings.accruals_of(tx, [key], rules)
    purchase = next(a.purchase for a in accrued if a.point_type == posting.point_type)
    assert posting.rule_version is not None, "what was rated names its version"
    purchase = purchase._replace(rules=rules.numbered(posting.rule_version))
    rule = purchase.rule_of(posting.point_type)
    if basis is None:
        return explain.accrual(purchase, rule)
    backs = (await returns.returns_of(tx, [key]))[purchase_fact_id] if basis.returns else []
    return explain.change(
        posting.fact_id, basis, purchase, rule, {back.fact_id: back for back in backs}
    )
