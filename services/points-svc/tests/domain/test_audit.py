"""The auditor finds nothing in honest books, and names what was changed in others (P13, I1–I8)."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from points_svc.domain.audit import Trail
from points_svc.domain.audit_holds import audit_holds
from points_svc.domain.audit_pace import RATE_MAX, RATE_MIN, ROUND, first_round
from points_svc.domain.basis import Portion
from points_svc.domain.books import Account, Book
from points_svc.domain.holds import Hold
from points_svc.domain.postings import NO_HEAD, Draw, Posting, chained
from points_svc.domain.violations import Violation
from points_testing.deciding import STEPS, live
from points_testing.histories import FORMS, SHORT, histories
from points_testing.ledger import Ledger, purchase, shanghai

NOON = shanghai("2026-03-02 12:00")
DAY = timedelta(days=1)
Rows = list[Posting]


def read(
    account: Account,
    postings: Sequence[Posting],
    draws: Sequence[Draw],
    anchored: dict[int, bytes] | None = None,
    holds: Sequence[Hold] = (),
) -> list[Violation]:
    """What the auditor finds, as it finds it in the tables."""
    trail = Trail(account, anchored or {})
    for row in sorted(postings, key=lambda row: row.seq):
        mine = [d for d in draws if (d.fact_id, d.part) == (row.fact_id, row.part)]
        trail.walk(row, [Portion(d.lot_id, d.points, d.expired) for d in mine])
    trail.end(account.seq)
    audit_holds(trail, holds, NOON)
    return trail.violations.found


def read_book(ledger: Ledger, book: Book) -> list[Violation]:
    key = (book.member_id, book.point_type)
    holds = [h for h in ledger.holds.values() if (h.member_id, h.point_type) == key]
    utc = [replace(hold, lapses_at=max(hold.lapses_at, NOON)) for hold in holds]
    kept = [hold if hold.state == "lapsed" else late for hold, late in zip(holds, utc, strict=True)]
    return read(book.account(), book.postings, book.draws, holds=kept)


RULES = [SHORT, *FORMS.values()]
POLICIES = ["deficit", "forgive", "review"]


@settings(max_examples=500, deadline=None)
@given(histories(), STEPS, st.sampled_from(RULES), st.sampled_from(POLICIES))
def test_I8_honest_books_are_sound_whatever_was_decided(history, steps, rules, policy):
    ledger = Ledger(rules, policy)
    live(ledger, history, steps)
    for book in ledger.books.all():
        assert read_book(ledger, book) == []


def lived() -> Ledger:
    """Accruals, a hold captured in part, a burn cancelled, an expiry: twelve postings."""
    ledger = Ledger()
    for n in range(4):
        ledger.at(NOON + n * DAY)
        ledger.hear_purchase(purchase(f"p{n}", NOON + n * DAY - DAY, "100.00"))
    ledger.hold("h", 150)
    ledger.capture("h", 120)
    ledger.burn("b", 100)
    ledger.cancel("b")
    ledger.burn("c", 60)
    ledger.at(NOON + 800 * DAY)
    ledger.settle()
    return ledger


def chained_again(postings: Sequence[Posting], account: Account) -> tuple[Rows, Account]:
    """As somebody would who can write everything: hashes and balances that fit."""
    head, available, rows = NO_HEAD, 0, []
    for row in postings:
        available += row.points * ((row.credit == "available") - (row.debit == "available"))
        fitted = row._replace(available_after=max(0, available))
        head = chained(head, tuple(fitted)[:-1])
        rows.append(fitted._replace(hash=head))
    return rows, account._replace(head=head, available=max(0, available))


OTHER: dict[str, Callable[[Posting], Any]] = {
    "points": lambda row: row.points + 1,
    "occurred_at": lambda row: row.occurred_at + DAY,
    "recorded_at": lambda row: row.recorded_at + DAY,
    "kind": lambda row: "adjustment",
    "rule_version": lambda row: 9,
    "revision": lambda row: row.revision + 1,
    "basis": lambda row: b"other",
    "fact_id": lambda row: "another",
    "available_after": lambda row: row.available_after + 1,
    "hash": lambda row: bytes(32),
}


@pytest.mark.parametrize("field", OTHER)
def test_I17_whatever_field_of_whatever_posting_is_changed_it_is_named(field):
    ledger = lived()
    book = ledger.book()
    for n, row in enumerate(book.postings):
        rows = list(book.postings)
        rows[n] = row._replace(**{field: OTHER[field](row)})
        found = read(book.account(), rows, book.draws, holds=list(ledger.holds.values()))
        changed = [(one.seq, one.posting_id) for one in found if one.what == "posting_changed"]
        assert (row.seq, rows[n].posting_id) in changed


def test_I17_a_posting_that_is_gone_is_named_by_its_seq():
    book = lived().book()
    for n, row in enumerate(book.postings):
        rows = [*book.postings[:n], *book.postings[n + 1 :]]
        found = read(book.account(), rows, book.draws)
        assert ("posting_missing", row.seq) in [(one.what, one.seq) for one in found]


def test_I17_a_chain_written_again_is_named_from_the_first_posting_that_can_have_been_changed():
    book = lived().book()
    honest = {row.seq: row.hash for row in book.postings}
    row = book.postings[1]
    rows = [*book.postings[:1], row._replace(points=row.points + 500), *book.postings[2:]]
    forged, account = chained_again(rows, book.account())
    assert not [one for one in read(account, forged, book.draws) if one.invariant == "I17"]
    (named,) = [x for x in read(account, forged, book.draws, honest) if x.invariant == "I17"]
    assert (named.what, named.seq, named.posting_id) == ("not_as_anchored", 2, row.posting_id)
    some = {seq: honest[seq] for seq in (1, 4, 9)}
    (named,) = [x for x in read(account, forged, book.draws, some) if x.invariant == "I17"]
    assert (named.seq, named.posting_id, named.numbers) == (2, row.posting_id, '{"until_seq":4}')


def test_I17_a_tail_that_was_cut_off_contradicts_its_anchor():
    book = lived().book()
    last = book.postings[-2]
    cut, account = chained_again(book.postings[:-1], book.account())
    account = account._replace(seq=last.seq)
    found = read(account, cut, book.draws, {book.seq: book.head})
    assert [(x.what, x.seq) for x in found if x.invariant == "I17"] == [
        ("posting_missing", book.seq)
    ]


@pytest.mark.parametrize("side", ["available", "held", "pending", "deficit"])
def test_I2_a_balance_that_is_not_the_fold_is_named(side):
    book = lived().book()
    account = book.account()._replace(**{side: 7})
    if getattr(book.account(), side) != 7:
        found = read(account, book.postings, book.draws)
        assert [(one.invariant, one.what) for one in found if one.what == "balance"] == [
            ("I2", "balance")
        ]


def test_I2_a_draw_that_is_gone_or_changed_names_the_posting_that_made_it():
    book = lived().book()
    for n, drawn in enumerate(book.draws):
        for draws in (
            [*book.draws[:n], *book.draws[n + 1 :]],
            [*book.draws[:n], drawn._replace(points=drawn.points + 1), *book.draws[n + 1 :]],
        ):
            found = read(book.account(), book.postings, draws)
            name = f"{drawn.fact_id}.{drawn.part}"
            assert ("draws", name) in [(one.what, one.posting_id) for one in found]


def test_I8_a_burn_out_of_order_or_from_a_lot_that_has_ended_is_named():
    book = lived().book()
    (burn,) = [row for row in book.postings if row.kind == "burn"][-1:]
    mine = [d for d in book.draws if (d.fact_id, d.part) == (burn.fact_id, burn.part)]
    others = [d for d in book.draws if d not in mine]
    last = max(d.lot_id for d in book.draws)
    wrong = [*others, mine[0]._replace(lot_id=last, points=burn.points)]
    found = read(book.account(), book.postings, wrong)
    assert ("I8", "burn_order", burn.seq) in [(x.invariant, x.what, x.seq) for x in found]
    late = [row._replace(expires_at=NOON) if row.expires_at else row for row in book.postings]
    found = read(book.account(), late, book.draws)
    assert ("I8", "drawn_after_its_end") in [(one.invariant, one.what) for one in found]


def test_I6_a_hold_that_did_not_end_once_is_named():
    ledger = lived()
    book, hold = ledger.book(), ledger.holds["h"]
    open_again = replace(hold, state="open", captured=0, ended_at=None)
    found = read(book.account(), book.postings, book.draws, holds=[open_again])
    assert {one.what for one in found} == {"held", "hold_ends", "hold_overdue"} - (
        {"hold_overdue"} if open_again.lapses_at >= NOON else set()
    )
    gone = read(book.account(), book.postings, book.draws, holds=[])
    assert {(one.invariant, one.what) for one in gone} == {("I6", "hold_ends")}
    twice = [hold, replace(hold, hold_id="h2")]
    assert ("I6", "hold_ends") in {
        (one.invariant, one.what)
        for one in read(book.account(), book.postings, book.draws, holds=twice)
    }


def test_P13_a_round_takes_its_time_and_no_more_of_the_machine_than_it_may():
    at = NOON.astimezone(UTC)
    small = first_round(at)
    assert not small.is_ahead(at)
    assert small.read("m", 1, RATE_MIN, 0).is_ahead(at)
    assert not small.read("m", 1, RATE_MIN, 0).is_ahead(at + timedelta(seconds=1))
    following = small.read("m", 10, 90, 1).ended(at + timedelta(seconds=2))
    assert (following.began_at, following.last_violations) == (at + ROUND, 1)
    assert following.is_ahead(at + timedelta(seconds=49))
    assert not following.is_ahead(at + ROUND)
    assert not following.is_ahead(at - DAY)
    million = first_round(at).read("m", 0, 1_000_000, 0).ended(at + ROUND)
    assert million.rate == 20_000
    assert first_round(at).read("m", 0, 10**9, 0).ended(at + ROUND).rate == RATE_MAX
