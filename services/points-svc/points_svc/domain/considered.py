"""Every rule that was considered for a fact: what it did, or why it did nothing (E5)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from points_svc.domain.conditions import failing
from points_svc.domain.rating import Tally, by_rule
from points_svc.domain.rule_sets import Rule
from points_svc.domain.scenes import Amount, Scene, bits


@dataclass(frozen=True)
class LineGiven:
    """What a rule gave to a line, exactly; of a multiplier, its factor."""

    line_id: str
    value: str


@dataclass(frozen=True)
class Considered:
    """A rule. Where it did nothing, `because` says why: `condition` (then `leaf` points to the
    first part of its `when` that failed), `outranked` (then `by` names who took its lines),
    `other_point_type`, `other_kind`, `other_currency`, `nothing_kept`, `not_reached` (a cap that
    cut nothing), `not_decided` (a cap over purchases that was not in force when the fact was
    recorded, or held for none of it) or `campaign_not_on`.
    """

    rule: str
    applied: bool
    phase: str = ""
    because: str = ""
    leaf: str = ""
    by: Sequence[str] = ()
    lines: Sequence[LineGiven] = ()


def considered(found: Tally, points: Sequence[int]) -> Iterator[Considered]:
    """Every rule of a tally's set in the order in which it applies. `points` are the lines' whole
    points before caps.
    """
    done = {one.rule: one for one in _applied(found, points)}
    for rule in found.rules.rules:
        yield done.get(rule.name) or _idle(rule, found)


def left_out(rules: Sequence[Rule], because: str) -> Iterator[Considered]:
    """Rules that were not asked, and why."""
    return (Considered(rule.name, False, rule.phase, because) for rule in rules)


def _applied(found: Tally, points: Sequence[int]) -> Iterator[Considered]:
    scene, unit = found.scene, found.denominator
    gave = by_rule(found)
    for one, sums in zip((*found.base, *found.bonuses), gave, strict=True):
        given = {bit: Fraction(sums[bit]) * Fraction(1, unit) for bit in bits(one.lines)}
        yield _did(one.rule, scene, given)
    for times in found.multiplied:
        factor = Fraction(times.factor, found.rules.scale.part)
        yield _did(times.rule, scene, dict.fromkeys(bits(times.lines), factor))
    for cut in found.cuts:
        reached = {bit: points[bit] for bit in bits(cut.lines)}
        if sum(reached.values()) > cut.points:
            yield _did(cut.rule, scene, reached)


def _did(rule: Rule, scene: Scene, lines: Mapping[int, Amount]) -> Considered:
    given = [LineGiven(scene.items[bit].line_id, str(value)) for bit, value in lines.items()]
    return Considered(rule.name, True, rule.phase, lines=given)


def _idle(rule: Rule, found: Tally) -> Considered:
    scene = found.scene
    if not scene.full:
        return Considered(rule.name, False, rule.phase, "nothing_kept")
    lines = rule.when.mask(scene)
    if not lines:
        failed = failing(rule.when, scene)
        leaf = f"/when{failed.path}/{failed.name}" if failed else "/when"
        return Considered(rule.name, False, rule.phase, "condition", leaf)
    if rule.phase == "cap":
        return Considered(rule.name, False, rule.phase, "not_reached")
    return Considered(rule.name, False, rule.phase, "outranked", by=_rivals(rule, found, lines))


def _rivals(rule: Rule, found: Tally, lines: int) -> list[str]:
    """Who has the lines that a rule would have had."""
    if rule.phase == "base":
        return [one.rule.name for one in found.base if one.lines & lines]
    taken = [(one.rule, one.lines) for one in found.multiplied]
    taken += [(one.rule, one.lines) for one in found.bonuses]
    return [
        other.name
        for other, theirs in taken
        if other.group == rule.group and other.phase == rule.phase and theirs & lines
    ]
