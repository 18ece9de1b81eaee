"""The told timeline: tier(t) = F(the facts that occurred by t)(t) (T4).

Between the effects of two returns one F holds. A return changes what is told from its own instant
on, never before.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from tier_svc.domain.facts import Return
from tier_svc.domain.grounds import Grounds
from tier_svc.domain.intervals import Interval, clip, join
from tier_svc.domain.walk import counts_of, walk


def told_timeline(grounds: Grounds, since: datetime | None = None) -> list[Interval]:
    """The told timeline in [since, ∞), clipped at `since` (empty: all of it): one linear walk, and
    one for each return after `since`.

    It is a pure function of facts, ways up and the versions of the ladder with their migrations; it
    looks at nothing before its time but projected ends.
    """
    start = grounds.starts_at
    since = start if since is None else max(since, start)
    returns = [back for version in grounds.versions for back in version.history.returns]
    effects = sorted({back.effect_at for back in returns if back.effect_at > start})
    out: list[Interval] = []
    counts = counts_of(grounds)
    for cut, until in zip((start, *effects), (*effects, None), strict=True):
        if until is not None and until <= since:
            continue
        part = walk(grounds, start, cut, counts)
        if cut > start:
            part = _begun_by(returns, cut, part)
        out = join(out, clip(part, max(cut, since), until))
    return out


def _begun_by(returns: Iterable[Return], cut: datetime, part: Sequence[Interval]) -> list[Interval]:
    """What holds at a return's instant and began before it is told because of that return; so it is
    with what became of a complaint.
    """
    fact_id, reason = max((b.fact_id, b.reason) for b in returns if b.effect_at == cut)
    return [
        replace(interval, reason=reason, fact_id=fact_id) if interval.from_at < cut else interval
        for interval in part
    ]
