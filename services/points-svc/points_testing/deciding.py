"""Histories lived with decisions among the facts: burns, holds, adjustments, and time going by."""

from contextlib import suppress

from hypothesis import strategies as st

from points_svc.domain.refusals import HoldNotOpen, PointsInsufficient
from points_testing.histories import History, at, demand_sound, hear
from points_testing.ledger import Ledger

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("fact"), st.integers(0, 20)),
        st.tuples(st.just("wait"), st.integers(0, 20)),
        st.tuples(st.sampled_from(["burn", "hold", "adjust", "take"]), st.integers(1, 400)),
        st.tuples(st.sampled_from(["send", "receive"]), st.integers(1, 400)),
        st.tuples(st.sampled_from(["capture", "release", "cancel"]), st.integers(0, 5)),
    ),
    max_size=25,
)


def decide(ledger: Ledger, verb: str, n: int) -> None:
    """Try a decision; a refusal leaves nothing."""
    name = f"{verb}{len(ledger.book().postings)}"
    holds = [hold_id for hold_id, hold in ledger.holds.items() if hold.state == "open"]
    burns = [burn_id for burn_id, burn in ledger.burns.items() if burn.state == "burned"]
    moves = {"send": ledger.send, "receive": ledger.receive}
    if verb in moves:
        moves[verb](n)
    elif verb == "burn":
        ledger.burn(name, n)
    elif verb == "hold":
        ledger.hold(name, n, lapse_after_s=n * 3_600)
    elif verb in {"adjust", "take"}:
        ledger.adjust(n if verb == "adjust" else -n)
    elif verb == "cancel" and burns:
        ledger.cancel(burns[n % len(burns)])
    elif verb == "release" and holds:
        ledger.release(holds[n % len(holds)])
    elif verb == "capture" and holds:
        hold_id = holds[n % len(holds)]
        ledger.capture(hold_id, min(n + 1, ledger.holds[hold_id].points))


def live(ledger: Ledger, history: History, steps: list[tuple[str, int]]) -> None:
    """Facts are heard and decisions made as `steps` say, the clock going on; then the rest is
    heard.
    """
    tick, waiting = 60, list(history.facts)
    ledger.at(at(tick))
    for verb, n in steps:
        if verb == "fact" and waiting:
            hear(ledger, waiting.pop(n % len(waiting)))
        elif verb == "wait":
            tick += n
            ledger.at(at(tick))
        elif verb not in {"fact", "wait"}:
            with suppress(PointsInsufficient, HoldNotOpen):
                decide(ledger, verb, n)
        for book in ledger.books.all():
            demand_sound(book)
    for fact in waiting:
        hear(ledger, fact)
