"""The whole ledger against a naive model that keeps lists and recomputes everything after each step
(P1–P14): accruals, returns, holds, burns, cancels, transfers, pools, adjustments, time, tiers,
segments and rules.
"""

from random import Random, SystemRandom

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from points_testing.whole_lives import Life
from points_testing.whole_programmes import FORMS
from points_testing.whole_steps import NUMBERS_MAX, VERBS

NUMBERS = st.integers(0, NUMBERS_MAX)
POLICIES = ["deficit", "forgive", "review"]
STEPS = 5_000
STEPS_OF_A_LIFE = 60
LIVES_LONG = 3_000


class WholeLedger(RuleBasedStateMachine):
    """One life; `taken` counts the steps of all."""

    taken = 0

    @initialize(form=st.sampled_from(sorted(FORMS)), policy=st.sampled_from(POLICIES))
    def begin(self, form: str, policy: str) -> None:
        self.life = Life(form, policy)

    @rule(verb=st.sampled_from(VERBS), a=NUMBERS, b=NUMBERS)
    def step(self, verb: str, a: int, b: int) -> None:
        assert self.life.step(verb, a, b)

    def teardown(self) -> None:
        if hasattr(self, "life"):
            WholeLedger.taken += self.life.taken
            assert self.life.is_sound()


def test_P14_whatever_happens_the_ledger_is_what_a_naive_one_says():
    WholeLedger.taken = 0
    run_state_machine_as_test(
        WholeLedger,
        settings=settings(
            max_examples=115,
            stateful_step_count=STEPS_OF_A_LIFE,
            derandomize=True,
            deadline=None,
        ),
    )
    assert WholeLedger.taken >= STEPS


@pytest.mark.long
def test_P14_whatever_happens_for_long_the_ledger_is_what_a_naive_one_says():
    seed = SystemRandom().randrange(2**32)
    chance, taken = Random(seed), 0
    for _ in range(LIVES_LONG):
        life = Life(chance.choice(sorted(FORMS)), chance.choice(POLICIES))
        for _ in range(2 * STEPS_OF_A_LIFE):
            a, b = chance.randint(0, NUMBERS_MAX), chance.randint(0, NUMBERS_MAX)
            assert life.step(chance.choice(VERBS), a, b), f"of seed {seed}"
        assert life.is_sound()
        taken += life.taken
    assert taken >= LIVES_LONG * STEPS_OF_A_LIFE
