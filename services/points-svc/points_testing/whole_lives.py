"""Lives of the whole ledger in memory: each step is done by the naive one and by the pure cores,
and what both show is compared.
"""

from points_svc.domain.programme import PointsProgramme
from points_testing.histories import demand_sound
from points_testing.naive_pools import NaiveLedger
from points_testing.pooling_cores import Cores
from points_testing.whole_facts import BEGINS
from points_testing.whole_programmes import SETTINGS, document
from points_testing.whole_steps import Steps
from points_testing.whole_views import of_cores, of_naive


class Life:
    """Three members under a programme whose points last and wait in one form."""

    def __init__(self, form: str, shortfall: str) -> None:
        settings = {**SETTINGS, "shortfall": shortfall}
        self.naive = NaiveLedger(settings, document(form), BEGINS)
        self.steps = Steps(form, "m", self.naive)
        self.cores = Cores(PointsProgramme.model_validate(settings), document(form), BEGINS)
        self.cores.enrolled_at = self.steps.enrolled_at
        self.taken = 0

    def step(self, verb: str, a: int, b: int) -> bool:
        """Whether both answer and end alike; nothing is compared where the verb has nothing to be
        done to.
        """
        step = self.steps.next(verb, a, b)
        if step is None:
            return True
        self.taken += 1
        said = self.naive.do(step.verb, dict(step.said), step.now)
        assert self.cores.do(step) == said, f"{step.verb} is refused otherwise"
        seen = of_naive(self.naive, self.steps.members)
        assert of_cores(self.cores, self.steps.members) == seen, f"after {step}"
        return True

    def is_sound(self) -> bool:
        """Lots fold to what is stored, the chains are unbroken, nothing is below zero."""
        for book in self.cores.books.all():
            demand_sound(book)
        return True
