"""What a fact is worth by a set of rules: base, multipliers, bonuses, rounding, caps (P5, E6)."""

from collections.abc import Sequence

from msgspec import Struct

from points_svc.domain.effects import AtMost, Fixed
from points_svc.domain.rounding import shared
from points_svc.domain.rule_sets import Rule, RuleSet
from points_svc.domain.scenes import Amount, Scene


class Given(Struct, frozen=True, gc=False):
    """What a base or bonus rule gave, before it was rounded: by line, over the tally's
    denominator. A base rule's is before multipliers.
    """

    rule: Rule
    lines: int
    sums: Sequence[Amount]


class Cut(Struct, frozen=True, gc=False):
    """A cap, and the lines whose points it limits."""

    rule: Rule
    lines: int
    points: int


class Multiplied(Struct, frozen=True, gc=False):
    """A multiplier, the lines it multiplied, and by what, in the set's parts."""

    rule: Rule
    lines: int
    factor: int


class Tally(Struct, frozen=True, gc=False):
    """What each rule did, in order. `sums` are the points of each line, exact over `denominator`,
    before rounding and caps.
    """

    rules: RuleSet
    scene: Scene
    base: Sequence[Given]
    multiplied: Sequence[Multiplied]
    bonuses: Sequence[Given]
    cuts: Sequence[Cut]
    sums: Sequence[Amount]
    denominator: int


def worth(rules: RuleSet, scene: Scene) -> int:
    """Whole points of a scene, never below zero; nothing kept is worth nothing."""
    if not scene.full:
        return 0
    found = tally(rules, scene, by_lines=False)
    if rules.rounding.level != "order" or any(cut.lines != scene.full for cut in found.cuts):
        return sum(by_line(found))
    points = rules.rounding.whole(sum(found.sums), found.denominator)
    return min((points, *(cut.points for cut in found.cuts)))


def tally(rules: RuleSet, scene: Scene, by_lines: bool = True) -> Tally:
    """Apply every rule that holds. Base: each line is rated by the first rule that holds for it,
    the highest priority first, ties by name. Multipliers all multiply, bonuses all add and are
    never multiplied; of an exclusive group each line has the first. Caps are noted. Where only the
    sum is asked for and nothing needs the lines, a fixed bonus is not shared among them.
    """
    picked = rules.pick(scene)
    cuts = [
        Cut(rule, lines, rule.effect.points)
        for rule, lines in _holding(picked.cap, scene)
        if isinstance(rule.effect, AtMost)
    ]
    by_lines = (
        by_lines or rules.rounding.level != "order" or any(c.lines != scene.full for c in cuts)
    )
    base, sums = _base(rules, scene, picked.base)
    multiplied: list[Multiplied] = []
    denominator = rules.scale.unit
    for rule, lines in _holding(picked.multiplier, scene):
        factor = rules.factors[rule.name](scene.around.tier)
        multiplied.append(Multiplied(rule, lines, factor))
        denominator *= rules.scale.part
        sums = _times(sums, scene, multiplied[-1], rules.scale.part)
    bonuses: list[Given] = []
    for rule, lines in _holding(picked.bonus, scene):
        own: list[Amount] = [0] * len(sums)
        if by_lines or not isinstance(rule.effect, Fixed):
            rules.gives[rule.name](scene, lines, own)
        else:
            own[0] = rules.fixed[rule.name]
        own = [one * (denominator // rules.scale.unit) for one in own]
        bonuses.append(Given(rule, lines, own))
        sums = [one + more for one, more in zip(sums, own, strict=True)]
    return Tally(rules, scene, base, multiplied, bonuses, cuts, sums, denominator)


def by_line(found: Tally) -> list[int]:
    """Each line's whole points; they sum to the fact's. Rounded by order, line or rule; a cap cuts
    its lines in proportion. What rounding leaves goes to the largest remainders, equal ones in the
    order of the lines (E6). They explain, they are not lots.
    """
    points = before_caps(found)
    for cut in found.cuts:
        points = limited(points, cut.lines, cut.points)
    return points


def limited(points: list[int], lines: int, most: int) -> list[int]:
    """Points by line, of which some lines have `most` together: cut in proportion."""
    capped = [one if lines >> bit & 1 else 0 for bit, one in enumerate(points)]
    have = sum(capped)
    if have <= most:
        return points
    kept = shared([one * most for one in capped], have, most)
    return [p - c + k for p, c, k in zip(points, capped, kept, strict=True)]


def before_caps(found: Tally) -> list[int]:
    """Each line's whole points as rounded by order, line or rule, before anything is cut."""
    rounding, denominator = found.rules.rounding, found.denominator
    if rounding.level == "line":
        return [rounding.whole(one, denominator) for one in found.sums]
    if rounding.level == "order":
        total = rounding.whole(sum(found.sums), denominator)
        return shared(found.sums, denominator, total)
    points = [0] * len(found.sums)
    for sums in by_rule(found):
        total = rounding.whole(sum(sums), denominator)
        for bit, whole in enumerate(shared(sums, denominator, total)):
            points[bit] += whole
    return points


def by_rule(found: Tally) -> list[list[Amount]]:
    """What each base rule gave after multipliers, then each bonus rule: by line, over the
    denominator.
    """
    bonus = [sum(one.sums[bit] for one in found.bonuses) for bit in range(len(found.sums))]
    rows = [
        [found.sums[bit] - bonus[bit] if one.lines >> bit & 1 else 0 for bit in range(len(bonus))]
        for one in found.base
    ]
    return rows + [list(one.sums) for one in found.bonuses]


def _base(
    rules: RuleSet, scene: Scene, candidates: Sequence[Rule]
) -> tuple[list[Given], list[Amount]]:
    sums: list[Amount] = [0] * len(scene.items)
    left, found = scene.full, list[Given]()
    for rule in candidates:
        lines = rule.when.mask(scene) & left
        if lines:
            rules.gives[rule.name](scene, lines, sums)
            found.append(Given(rule, lines, ()))
            left &= ~lines
            if not left:
                break
    return found, sums


def _holding(candidates: Sequence[Rule], scene: Scene) -> list[tuple[Rule, int]]:
    """Rules with the lines for which they hold; of an exclusive group each line has the first."""
    found: list[tuple[Rule, int]] = []
    taken: dict[str, int] = {}
    for rule in candidates:
        lines = rule.when.mask(scene)
        if lines and rule.group:
            before = taken.get(rule.group, 0)
            taken[rule.group] = before | lines
            lines &= ~before
        if lines:
            found.append((rule, lines))
    return found


def _times(sums: Sequence[Amount], scene: Scene, one: Multiplied, part: int) -> list[Amount]:
    if one.lines == scene.full:
        return [each * one.factor for each in sums]
    return [each * (one.factor if one.lines >> bit & 1 else part) for bit, each in enumerate(sums)]
