"""Whatever is heard, given or published in whichever order: what was told step by step is what the
whole of it tells at once (E3).
"""

from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.oracle.drawn_lives import as_known, lives
from tier_svc.domain.evaluation import Standing, evaluate
from tier_svc.domain.intervals import clip, join
from tier_svc.domain.publications import grounds_of
from tier_svc.domain.timeline import told_timeline

PARTS = ("bought", "backs", "did", "put", "complained", "became", "ways")


def steps(life, source):
    """Everything that can arrive, shuffled; versions stay in their order."""
    news = [(part, one) for part in PARTS for one in getattr(life, part)]
    source.shuffle(news)
    for version in life.versions[1:]:
        news.insert(source.randint(0, len(news)), ("versions", version))
    later = iter(life.versions[1:])
    return [(part, next(later) if part == "versions" else one) for part, one in news]


def known_so_far(life):
    """A return whose purchase is not known waits."""
    bought = {one.fact_id for one in life.bought}
    return as_known(replace(life, backs=tuple(one for one in life.backs if one.of in bought)))


def heard(copy, says):
    """A consumer's copy after one more message."""
    return join(clip(copy, copy[0].from_at, says[0].from_at), says) if copy else list(says)


def reading(told):
    return [(one.reads_as, one.from_at, one.to_at) for one in told]


@settings(
    max_examples=500,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(lives(later_versions=(0, 1, 2), way_counts=(0, 1, 2)), st.randoms(use_true_random=False))
def test_E3_step_by_step_or_at_once_the_same_is_told(life, source):
    so_far = replace(life, versions=life.versions[:1], **dict.fromkeys(PARTS, ()))
    standing, copy = Standing("m", "x", 0, ()), []
    for part, one in [("versions", None), *steps(life, source)]:
        if one is not None:
            so_far = replace(so_far, **{part: (*getattr(so_far, part), one)})
        name = getattr(one, "fact_id", None) or getattr(one, "way_id", None)
        touched = None if part == "versions" else {name}
        found = evaluate(grounds_of(so_far.versions, known_so_far(so_far)), standing, touched)
        if found is not None:
            standing = Standing("m", "x", found.seq, found.told)
            copy = heard(copy, found.says) if found.says else copy
    at_once = reading(told_timeline(grounds_of(life.versions, as_known(life))))
    assert reading(standing.told) == at_once
    start = standing.told[0].from_at
    assert reading(clip(copy, start)) == at_once
