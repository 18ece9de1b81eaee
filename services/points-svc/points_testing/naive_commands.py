"""What is decided about the naive ledger: one method for each command. A refusal is raised with its
code and leaves nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from points_testing.naive_facts import NaiveFacts
from points_testing.naive_ledger import FOREVER, WALL, Account, Lot, Move, Refused, after

BURNABLE = "points"
Sent = tuple[str, datetime, int]
"""Who moved how many points, and when."""


@dataclass(eq=False)
class Waiting:
    """An adjustment that needs a second person."""

    account: Account
    points: int
    until: datetime
    state: str = "waiting"


class NaiveCommands(NaiveFacts):
    """What some members and their staff decide."""

    def __init__(self, settings: dict[str, Any], document: dict[str, Any], now: datetime) -> None:
        super().__init__(settings, document, now)
        self.waiting: dict[str, Waiting] = {}
        self.sent: list[Sent] = []

    def demand_active(self, member: str) -> None:
        if not self.is_active(member):
            raise Refused(f"member_{self.status[member]}")

    def is_active(self, member: str) -> bool:
        return self.status.get(member, "active") == "active"

    def burn(self, name: str, member: str, points: int) -> None:
        self.demand_active(member)
        account = (member, BURNABLE)
        self.burns[name] = Move(account, points, self.demand(account, points), "burned")

    def hold(self, name: str, member: str, points: int, lapse_after_s: int) -> None:
        self.demand_active(member)
        account, until = (member, BURNABLE), self.now + timedelta(seconds=lapse_after_s)
        self.holds[name] = Move(account, points, self.demand(account, points), "open", until)

    def capture(self, name: str, points: int) -> None:
        if self.holds[name].state == "captured" and self.burns[name].points == points:
            return
        hold = self.open_hold(name)
        if points > hold.points:
            raise Refused("capture_exceeds_hold")
        burned, rest, left = [], [], points
        for lot, part in hold.parts:
            now = min(left, part)
            burned += [(lot, now)] if now else []
            rest += [(lot, part - now)] if part > now else []
            left -= now
        hold.state = "captured"
        self.burns[name] = Move(hold.account, points, burned, "burned")
        self.put_back(rest)
        self.lose_what_is_over(rest)

    def release(self, name: str) -> None:
        if self.holds[name].state == "released":
            return
        hold = self.open_hold(name)
        hold.state = "released"
        self.put_back(hold.parts)
        self.lose_what_is_over(hold.parts)

    def open_hold(self, name: str) -> Move:
        if self.holds[name].state != "open":
            raise Refused("hold_not_open")
        return self.holds[name]

    def cancel(self, name: str) -> None:
        burn = self.burns[name]
        if burn.state != "burned":
            return
        burn.state = "cancelled"
        self.put_back(burn.parts)
        courtesy = self.in_force(self.now).terms[BURNABLE].get("courtesy_days", 0)
        for lot, _ in burn.parts:
            if courtesy and lot.here and lot.has_ended(self.now):
                lot.ends = after(self.now, courtesy)
        self.lose_what_is_over(burn.parts)

    def adjust(self, name: str, member: str, points: int) -> None:
        account = (member, BURNABLE)
        if abs(points) > self.settings["adjustments"]["second_person_above"]:
            until = after(self.now, self.settings["adjustments"]["lapse_after_days"])
            self.waiting[name] = Waiting(account, points, until)
        else:
            self.move_by_hand(name, account, points)

    def move_by_hand(self, name: str, account: Account, points: int) -> None:
        if points < 0:
            self.demand(account, -points)
            return
        ends = self.ends(self.in_force(self.now).terms[BURNABLE], self.now)
        lot = self.add(account, name, self.now, begins=self.now, ends=ends, here=points)
        self.pay([lot])

    def decide(self, name: str, verdict: str, *, by_another: bool) -> None:
        one = self.waiting[name]
        if (one.state, by_another) == (verdict, True):
            return
        if one.state != "waiting" or one.until <= self.now:
            raise Refused("adjustment_not_waiting")
        if not by_another:
            raise Refused("same_person")
        if verdict == "posted":
            self.move_by_hand(name, one.account, one.points)
        one.state = verdict

    def transfer(self, name: str, member: str, to: str, points: int, *, stepped_up: bool) -> None:
        self.demand_active(member)
        if self.status.get(to) == "closed":
            raise Refused("recipient_not_found")
        self.demand_allowed(self.settings["transfers"], self.sent, member, points, stepped_up)
        giver, receiver = (member, BURNABLE), (to, BURNABLE)
        if points > self.available(giver):
            raise Refused("points_insufficient")
        self.demand_room(receiver, points)
        self.sent.append((member, self.now, points))
        self.send(name, giver, receiver, points)

    def demand_allowed(
        self, terms: dict[str, Any], before: list[Sent], member: str, points: int, stepped_up: bool
    ) -> None:
        """What a member may still move today (P10)."""
        today = self.now.astimezone(WALL).date()
        sent = [n for who, at, n in before if who == member and at.astimezone(WALL).date() == today]
        if len(sent) >= terms["daily_count"] or points > terms["daily_points"] - sum(sent):
            raise Refused("transfer_limit_reached")
        if points > terms["step_up_above"] and not stepped_up:
            raise Refused("step_up_required")

    def demand_room(self, receiver: Account, points: int) -> None:
        most = self.in_force(self.now).terms[BURNABLE].get("maximum_balance")
        if most is not None and points > most - self.owned(receiver):
            raise Refused("balance_too_large")

    def send(self, name: str, giver: Account, receiver: Account, points: int) -> None:
        """Points leave in burn order and come as one lot for each end, which pay what is owed."""
        came: dict[datetime, int] = {}
        for lot, part in self.draw(giver, points):
            end = lot.ends or FOREVER
            came[end] = came.get(end, 0) + part
        lots = []
        for end, part in came.items():
            lot_id = self.lot_id(self.now, "transfer", giver[0], "till", name, end.isoformat())
            dates = {"begins": self.now, "ends": None if end == FOREVER else end}
            lots.append(self.add(receiver, lot_id, self.now, **dates, here=part))
        self.pay(lots)

    def owned(self, account: Account) -> int:
        stands = self.available(account) + self.pending(account) + self.held(account)
        return stands - self.owed.get(account, 0)

    def extend(self, member: str, lot_id: str, days: int) -> None:
        lot = self.lot(member, lot_id)
        if lot.ends is None:
            raise Refused("lot_without_end")
        if lot.has_ended(self.now):
            raise Refused("lot_ended")
        held = [h for h in self.holds.values() if h.state == "open"]
        if not lot.here and not any(part is lot for hold in held for part, _ in hold.parts):
            raise Refused("nothing_left")
        lot.ends = after(lot.ends, days)

    def reinstate(self, member: str, lot_id: str, days: int) -> None:
        lot = self.lot(member, lot_id)
        if not lot.lost:
            raise Refused("nothing_expired")
        lot.here, lot.lost = lot.here + lot.lost, 0
        lot.waits = lot.forfeits = lot.is_forfeit = False
        lot.away_since, lot.counted_from = None, self.now
        if lot.ends is not None:
            lot.ends = max(lot.ends, after(self.now, days))
        self.pay([lot])

    def lot(self, member: str, lot_id: str) -> Lot:
        mine = (one for one in self.lots if one.account == (member, BURNABLE))
        found = next((one for one in mine if one.name == lot_id), None)
        if found is None:
            raise Refused("lot_not_found")
        return found

    def settle(self, member: str, point_type: str, fact_id: str, nth: int, state: str) -> None:
        key = ((member, point_type), fact_id)
        one = [each for each in self.missing if (each.account, each.fact_id) == key][nth]
        if one.state == state:
            return
        if one.state != "open":
            raise Refused("shortfall_settled")
        one.state = state
        if state == "owed":
            taken = sum(part for _, part in self.draw(one.account, one.points))
            self.owed[one.account] = self.owed.get(one.account, 0) + one.points - taken

    def sweep(self) -> None:
        """Nothing: time has been let pass."""

    def wait(self) -> None:
        """Nothing but time."""

    def do(self, verb: str, said: dict[str, Any], now: datetime) -> str:
        """One step at its moment; answers the code of the refusal, if it was one."""
        self.now = now
        self.pass_time()
        act: Callable[..., None] = getattr(self, verb)
        try:
            act(**said)
        except Refused as no:
            return str(no)
        self.pass_time()
        return ""
