"""The accrual rules as people write them: validated when drafted, read into exact values when
published.

What cannot be meant is refused by a code and a pointer to it; what can, but surprises, is found by
`findings`.
"""

from collections.abc import Iterator
from typing import Annotated, ClassVar

from pydantic import Field, model_validator

from points_svc.domain.campaigns_document import CAMPAIGNS_MAX, Campaign
from points_svc.domain.document_parts import Name, Part, refused, twice
from points_svc.domain.point_types_document import PointTypeTerms
from points_svc.domain.rule_document import AccrualRule

POINT_TYPES_MAX = 8
RULES_MAX = 200
EXPRESSIONS_MAX = 20
BURNABLE = "points"


class RulesDocument(Part):
    """One version of a programme's accrual rules."""

    to_come: ClassVar[tuple[str, ...]] = ("budget", "caps")

    name: Name
    point_types: Annotated[list[PointTypeTerms], Field(min_length=1, max_length=POINT_TYPES_MAX)]
    rules: Annotated[list[AccrualRule], Field(min_length=1, max_length=RULES_MAX)]
    campaigns: Annotated[list[Campaign], Field(max_length=CAMPAIGNS_MAX)] = Field(
        default_factory=list, exclude_if=lambda campaigns: not campaigns
    )

    @model_validator(mode="after")
    def _is_whole(self) -> "RulesDocument":
        """Names are unique, every point type has a rule and every rule a point type, and `points`
        can be burned.
        """
        for code in self._flaws():
            raise refused(code)
        return self

    def every_rule(self) -> Iterator[AccrualRule]:
        """The rules, and those of the campaigns."""
        yield from self.rules
        for campaign in self.campaigns:
            yield from campaign.rules

    def _flaws(self) -> Iterator[str]:
        yield from self._doubles()
        types = {terms.point_type for terms in self.point_types}
        rules = list(self.every_rule())
        if not any(t.point_type == BURNABLE and t.is_burnable for t in self.point_types):
            yield "points_missing"
        if not {rule.point_type for rule in rules}.issubset(types):
            yield "point_type_unknown"
        if not {rule.point_type for rule in self.rules}.issuperset(types):
            yield "point_type_without_rule"
        if len(rules) > RULES_MAX:
            yield "too_many_rules"
        if sum(rule.expressions for rule in rules) > EXPRESSIONS_MAX:
            yield "too_many_expressions"

    def _doubles(self) -> Iterator[str]:
        if twice(terms.point_type for terms in self.point_types):
            yield "point_type_twice"
        if twice(rule.rule for rule in self.every_rule()):
            yield "rule_twice"
        if twice(campaign.campaign for campaign in self.campaigns):
            yield "campaign_twice"
