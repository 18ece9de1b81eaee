"""The pure cores, wired by messages in any order, end where the oracle says (E3, P6, P7, T4).

Messages are delivered in arbitrary interleaving, some twice, some long after later ones (parked and
republished), between sweeps and burns at moments that only move forward. Somewhere among them
another version of the rules is published.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.events.base import Event
from contracts.events.members import MemberEnrolled
from contracts.ids import EventId
from points_svc.domain.targets import Posted
from tests.oracle.as_points import MEMBER, recorded, returned
from tests.oracle.facts import History, Line, Purchase, Return
from tests.oracle.histories import Chooser, Draw, Drawn, Frame, Recipe, Seeded, pick
from tests.oracle.ladders import a_programme
from tests.oracle.programme import BRISK, CLASSIC, GROCER, Programme
from tests.oracle.rating import Rated, rate, settle
from tests.oracle.rooms import PointsRoom, TierRoom
from tests.oracle.test_story import ENROLLED, LINE_1, LINE_2, A, B, C, D, E, F
from tests.oracle.timeline import joined

FRAME = Frame()
ACCRUED = {"A": 110, "F": 220, "B": 275, "C": 119, "D": 1200, "E": 12}
DELIVERIES_MAX = 2_000
THOROUGH = settings(
    max_examples=550,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


class Play:
    """One history, dealt to both rooms until nobody has anything more to say."""

    def __init__(self, chooser: Chooser, programme: Programme, history: History) -> None:
        self.chooser = chooser
        self.programme = programme
        self.history = history
        self.points = PointsRoom(programme)
        self.tiers = TierRoom(programme)
        self.now = FRAME.begin
        self.mail: list[tuple[PointsRoom | TierRoom, Event | None]] = []

    def run(self, *, burns: bool) -> None:
        self.post(self.facts())
        self.mail.insert(self.chooser.number(0, len(self.mail)), (self.points, None))
        for n in range(DELIVERIES_MAX):
            if not self.mail:
                break
            self.time_passes(n, burns=burns)
            self.deliver(self.chooser.number(0, min(len(self.mail), 40) - 1))
        assert not self.mail, "points and tiers do not come to rest"
        self.now = max(self.now, FRAME.end + timedelta(days=1))
        self.points.sweep(self.now)

    def facts(self) -> list[Event]:
        enrolled = MemberEnrolled(
            event_id=EventId("enrolled"),
            member_id=MEMBER,
            occurred_at=self.history.enrolled_at,
            recorded_at=self.now,
            version="1",
            enrolled_at=self.history.enrolled_at,
        )
        currency = self.programme.currency
        bought = [recorded(self.history, p, self.now, currency) for p in self.history.purchases]
        back = [returned(self.history, r, self.now) for r in self.history.returns]
        return [enrolled, *bought, *back]

    def post(self, events: Sequence[Event]) -> None:
        """To both, in any place of the queue."""
        for event in events:
            for room in (self.points, self.tiers):
                self.mail.insert(self.chooser.number(0, min(len(self.mail), 40)), (room, event))

    def deliver(self, place: int) -> None:
        """No event: the programme's other version is published."""
        room, event = self.mail.pop(place)
        if self.chooser.number(0, 9) == 0:
            self.mail.append((room, event))
        said = room.hear(event, self.now) if event else self.points.publish(self.now)
        self.post(said)

    def time_passes(self, n: int, *, burns: bool) -> None:
        if self.chooser.number(0, 4) == 0:
            self.now += timedelta(days=self.chooser.number(0, 60))
        if self.chooser.number(0, 9) == 0:
            self.points.sweep(self.now)
        if burns and self.chooser.number(0, 4) == 0:
            kind = pick(self.chooser, self.points.types)
            self.points.burn(kind, self.chooser.number(1, 500), self.now, f"burn-{n}")


def agrees(play: Play, rated: Rated) -> None:
    """Rated values are equal."""
    posted = {key: each.points for key, each in play.points.posted.items()}
    assert posted == {**rated.accruals, **rated.reversals}
    assert tuple(joined(play.tiers.timeline())) == rated.timeline
    for fact_id, used in play.points.used.items():
        assert used.tier == rated.tiers[fact_id]


def played(draw: Draw, programme: Programme, *, burns: bool) -> tuple[Play, Rated]:
    recipe = Recipe(Drawn(draw), programme, FRAME)
    history = recipe.history("h")
    programme = replace(programme, revision=recipe.revision())
    play = Play(Seeded(draw(st.integers(0, 2**32))), programme, history)
    play.run(burns=burns)
    return play, rate(programme, play.history)


@pytest.mark.parametrize("programme", [CLASSIC, GROCER, BRISK], ids=lambda p: p.name)
@THOROUGH
@given(data=st.data())
def test_I10_without_decisions_every_term_is_order_free(
    data: st.DataObject, programme: Programme
) -> None:
    play, rated = played(data.draw, programme, burns=False)
    agrees(play, rated)
    for kind in play.programme.every_kind:
        account = play.points.accounts[kind.name]
        stands = settle(play.programme, play.history, rated, kind, play.now)
        assert (account.available, play.points.expired(kind.name), account.deficit) == (
            stands.available,
            stands.expired,
            stands.deficit,
        )


@THOROUGH
@given(data=st.data())
def test_I10_with_burns_the_settled_sum_is_order_free(data: st.DataObject) -> None:
    programme = a_programme(Drawn(data.draw))
    play, rated = played(data.draw, programme, burns=True)
    agrees(play, rated)
    for kind in play.points.types:
        account = play.points.accounts[kind]
        stands = account.available + account.held + account.pending - account.deficit
        assert stands + play.points.expired(kind) == rated.total(kind) - play.points.burned[kind]


def test_the_story_ends_alike_in_every_order_of_its_purchases() -> None:
    """programmes.md, form (b): then the redemption of 500."""
    for number, purchases in enumerate(permutations((A, B, C, D, E, F))):
        play = Play(Seeded(number), CLASSIC, History(ENROLLED, purchases, (LINE_2, LINE_1)))
        play.run(burns=False)
        posted = play.points.posted.items()
        points = {name: each.points for (name, kind), each in posted if kind == "points"}
        assert points == {**ACCRUED, "D2": 480, "D1": 720}
        shown = play.tiers.timeline()
        assert [each.tier for each in shown] == ["regular", "silver", "regular"]
        assert shown[1].from_at == B.occurred_at
        play.points.burn("points", 500, play.now, "tote")
        account = play.points.accounts["points"]
        assert (account.available, account.deficit) == (236, 0)


def test_every_accrual_is_said_also_for_zero_points() -> None:
    nothing = Purchase("p", FRAME.begin, (Line("L1", 0, 1),))
    back = Return("r", "p", FRAME.begin, (("L1", 1),))
    play = Play(Seeded(0), BRISK, History(FRAME.begin, (nothing,), (back,)))
    play.run(burns=False)
    said = {(name, kind) for name in ("p", "r") for kind in ("points", "growth")}
    assert play.points.posted == dict.fromkeys(said, Posted(0, 1))
