"""Say who is in which segment."""

from collections.abc import Sequence

from chassis.tx import Tx
from contracts.refusal import Refusal
from member_svc.domain import telling
from member_svc.domain.programme import Terms
from member_svc.domain.refusals import MemberNotFound
from member_svc.domain.segments import (
    Belonging,
    Key,
    Said,
    SegmentAsk,
    belonging,
    next_said,
    refused,
)
from member_svc.store import segments


async def set_segments(
    tx: Tx, terms: Terms, asked: Sequence[SegmentAsk]
) -> list[Belonging | Refusal]:
    """Keep and tell what is new of what is asked, in its order; what changes nothing is neither
    kept nor told. Answers how each stands then, in the order asked.

    Refusals, as answers: MemberNotFound, OccurredInFuture, Unfit.
    """
    if not asked:
        return []
    known = await segments.lock_members(tx, {one.member_id for one in asked})
    said = await segments.said_of(tx, {(one.member_id, one.segment) for one in asked})
    new: list[tuple[Key, Said]] = []
    answers: list[Belonging | Refusal] = []
    for one in asked:
        wrong = refused(one, tx.now, terms) if one.member_id in known else MemberNotFound()
        if wrong:
            answers.append(wrong)
            continue
        key = (one.member_id, one.segment)
        history = said.setdefault(key, [])
        following = next_said(history, one, tx.now)
        if following:
            history.append(following)
            new.append((key, following))
        answers.append(belonging(key, history))
    if new:
        await segments.say(tx, new)
        await segments.keep_belongings(tx, dict(new))
        tx.emit(*(telling.segment_said(*key, one, tx.now) for key, one in new))
    return answers
