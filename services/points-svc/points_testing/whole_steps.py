"""Steps of a life of the whole ledger: what happens next, from a verb and two numbers. Whoever
knows what happened before says what they mean; the ledgers are told the same.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from points_testing.whole_facts import SECOND, HeardSteps

VERBS = (
    *("buy", "buy", "buy", "buy", "arrive", "bring_back", "bring_back", "bring_back", "act", "act"),
    *("tell", "wait", "wait", "sweep", "change_status", "burn", "burn", "hold", "hold", "capture"),
    *("release", "cancel", "adjust", "decide", "transfer", "extend", "reinstate", "settle"),
    *("change_segment", "open_pool", "share", "share", "leave", "gather", "gather", "gather"),
    "give_back",
)
"""Those that fill a life most often; a publication comes more rarely."""
PUBLISH_EACH = 60
NUMBERS_MAX = 9_999


class Step(NamedTuple):
    """What is asked of a ledger at a moment."""

    verb: str
    said: Mapping[str, Any]
    now: datetime


class Steps(HeardSteps):
    """What can happen next, given all that has."""

    def next(self, verb: str, a: int, b: int) -> Step | None:
        """The step that a verb and two numbers mean now; None where there is nothing to do it
        to.
        """
        self.count += 1
        verb = "publish" if a % PUBLISH_EACH == 59 else verb
        verb = "open_pool" if verb == "gather" and not self.naive.pools else verb
        self.now += SECOND * (1 + 60 * (a % 3))
        make: Callable[[int, int], Mapping[str, Any] | None] = getattr(self, verb)
        said = make(a, b)
        verb = "buy" if verb == "arrive" else verb
        return None if said is None else Step(verb, said, self.now)

    def burn(self, a: int, b: int) -> Mapping[str, Any]:
        member = self.member(b)
        return {"name": self.uuid(), "member": member, "points": self._points(member, a, b)}

    def hold(self, a: int, b: int) -> Mapping[str, Any]:
        member = self.member(b)
        seconds = (1 + b % 100) * 3_600
        return {
            "name": self.uuid(),
            "member": member,
            "points": self._points(member, a, b),
            "lapse_after_s": seconds,
        }

    def capture(self, a: int, b: int) -> Mapping[str, Any] | None:
        name = self._one_of(self.naive.holds, a)
        if name is None:
            return None
        points = self.naive.holds[name].points
        return {"name": name, "points": points if b % 3 else 1 + b % (points + 1)}

    def release(self, a: int, _b: int) -> Mapping[str, Any] | None:
        name = self._one_of(self.naive.holds, a)
        return None if name is None else {"name": name}

    def cancel(self, a: int, _b: int) -> Mapping[str, Any] | None:
        name = self._one_of(self.naive.burns, a)
        return None if name is None else {"name": name}

    def adjust(self, a: int, b: int) -> Mapping[str, Any]:
        points = (1 + a % 260) * (1 if b % 2 else -1)
        return {"name": self.uuid(), "member": self.member(b), "points": points}

    def decide(self, a: int, b: int) -> Mapping[str, Any] | None:
        name = self._one_of(self.naive.waiting, a)
        if name is None:
            return None
        verdict = "rejected" if b % 4 == 0 else "posted"
        return {"name": name, "verdict": verdict, "by_another": b % 5 != 0}

    def transfer(self, a: int, b: int) -> Mapping[str, Any]:
        giver = self.member(b)
        to = [one for one in self.members if one != giver][a % 2]
        said = {"name": self.uuid(), "member": giver, "to": to}
        return {**said, "points": self._points(giver, a, b), "stepped_up": bool(b % 2)}

    def open_pool(self, a: int, b: int) -> Mapping[str, Any]:
        """Two or three members, some of whom give nothing."""
        asked = self.members if a % 3 else self.members[b % 2 :][:2]
        return {"pool_id": self.uuid(), "shares": {one: (a + n) % 4 for n, one in enumerate(asked)}}

    def share(self, a: int, b: int) -> Mapping[str, Any] | None:
        """Who is not in yet most of all."""
        pool_id = self._one_of(self.naive.pools, a)
        if pool_id is None:
            return None
        outside = [one for one in self.members if one not in self.naive.pools[pool_id]]
        asked = outside if outside and a % 4 else self.members
        return {"pool_id": pool_id, "member": asked[b % len(asked)], "share": (a + b) % 4}

    def leave(self, a: int, b: int) -> Mapping[str, Any] | None:
        pool_id = self._one_of(self.naive.pools, a)
        return None if pool_id is None else {"pool_id": pool_id, "member": self.members[b % 3]}

    def gather(self, a: int, b: int) -> Mapping[str, Any] | None:
        """Of the latest pool mostly: all there is, some of it, now and then more."""
        pool_id = list(self.naive.pools)[-1 if a % 5 else 0]
        sharers = list(self.naive.pools[pool_id]) or self.members
        there = sum(self.naive.available((one, "points")) for one in sharers)
        points = there + 1 + a % 20 if b % 7 == 0 or not there else 1 + (a * 7 + b) % there
        return {
            "name": self.uuid(),
            "pool_id": pool_id,
            "member": sharers[b % len(sharers)] if a % 9 else self.member(b),
            "points": there or 1 if b % 7 == 1 else points,
            "purpose": "lounge" if a % 2 else "",
            "stepped_up": bool(b % 3),
        }

    def give_back(self, a: int, _b: int) -> Mapping[str, Any] | None:
        name = self._one_of(self.naive.gathered, a)
        return None if name is None else {"name": name}

    def extend(self, a: int, b: int) -> Mapping[str, Any] | None:
        return self._lot(a, b)

    def reinstate(self, a: int, b: int) -> Mapping[str, Any] | None:
        return self._lot(a, b)

    def settle(self, a: int, b: int) -> Mapping[str, Any] | None:
        if not self.naive.missing:
            return None
        one = self.naive.missing[a % len(self.naive.missing)]
        alike = [
            m for m in self.naive.missing if (m.account, m.fact_id) == (one.account, one.fact_id)
        ]
        named = {"member": one.account[0], "point_type": one.account[1], "fact_id": one.fact_id}
        return {**named, "nth": alike.index(one), "state": "owed" if b % 2 else "forgiven"}

    def _points(self, member: str, a: int, b: int) -> int:
        """All there is, or some of it; now and then more."""
        there = self.naive.available((member, "points"))
        if b % 5 == 0 or not there:
            return there + 1 + a % 20
        return there if b % 5 < 3 else 1 + a % there

    def _lot(self, a: int, b: int) -> Mapping[str, Any] | None:
        facts = list(self.naive.facts.values())
        if not facts:
            return None
        fact = facts[a % len(facts)]
        return {"member": fact.member, "lot_id": fact.fact_id, "days": 1 + b % 15}

    @staticmethod
    def _one_of(named: Mapping[str, Any], n: int) -> str | None:
        """The latest ones most of all."""
        names = list(named)[-5:]
        return names[n % len(names)] if names else None
