"""Every check, each with a file that it must not let pass."""

import codecs
from collections.abc import Callable
from dataclasses import dataclass

from tests.tidy import edges, rooms, sizes, tables, tested, texts, words
from tests.tidy.source import Findings, Source, Sources

STORE = "services/points-svc/points_svc/store/lots.py"
DOMAIN = "services/points-svc/points_svc/domain/lots.py"
HANDLER = "services/points-svc/points_svc/handlers/hold_points.py"
TEST = "services/points-svc/tests/domain/test_lots.py"
README = "services/points-svc/README.md"
TABLE = "services/points-svc/migrations/versions/0001_ledger.py"


def made(*columns: str, key: str = "") -> str:
    """A migration that makes the table of postings."""
    body = ",\n  ".join([*columns, *([f"PRIMARY KEY ({key})"] if key else [])])
    return f"UP = '''CREATE TABLE posting (\n  {body}\n)'''"


@dataclass(frozen=True)
class Case:
    """A check, and a path and text in which it finds something."""

    check: Callable[[Sources], Findings]
    path: str
    bad: str

    @property
    def source(self) -> Source:
        return Source(self.path, self.bad)


CASES = (
    Case(sizes.files_are_short, DOMAIN, "x = 1\n" * 301),
    Case(sizes.functions_are_short, DOMAIN, "def long():\n" + "    x = 1\n" * 60),
    Case(sizes.main_fits_on_a_screen, "services/tier-svc/tier_svc/main.py", "x = 1\n" * 61),
    Case(sizes.bounds_have_names, STORE, 'DUE = "SELECT lot FROM due LIMIT 500"'),
    Case(sizes.nothing_loops_for_ever_below_the_edge, HANDLER, "while True:\n    x = 1"),
    Case(words.files_have_names, "shared/chassis/utils.py", "x = 1"),
    Case(words.words_mean_one_thing, DOMAIN, "def earn(points): ..."),
    Case(words.words_mean_one_thing, DOMAIN, "class CouponWallet: ..."),
    Case(words.words_mean_one_thing, STORE, 'LOAD = "SELECT customer_id FROM account"'),
    Case(words.chassis_knows_no_loyalty_word, "shared/chassis/tx.py", "def save_purchase(): ..."),
    Case(edges.time_and_chance_are_arguments, DOMAIN, "now = datetime.now(UTC)"),
    Case(edges.time_and_chance_are_arguments, HANDLER, "await asyncio.sleep(1)"),
    Case(edges.time_and_chance_are_arguments, STORE, "print(1)"),
    Case(edges.numbers_are_exact, DOMAIN, "rate = 0.5"),
    Case(edges.numbers_are_exact, DOMAIN, "half = points / 2"),
    Case(edges.numbers_are_exact, "shared/contracts/quantities.py", "points: float"),
    Case(edges.only_the_store_speaks_sql, HANDLER, 'LOAD = "SELECT seq FROM account"'),
    Case(edges.only_the_store_speaks_sql, HANDLER, "tx.execute(name, text)"),
    Case(edges.statements_are_constants, STORE, 'def load(t):\n    return f"SELECT seq FROM {t}"'),
    Case(edges.the_store_decides_nothing, STORE, "tx.emit(event)"),
    Case(edges.broad_excepts_are_two, DOMAIN, "try: x = 1\nexcept Exception: x = 2"),
    Case(edges.broad_excepts_are_two, "shared/chassis/relay.py", "try: x = 1\nexcept: x = 2\n" * 3),
    Case(rooms.services_have_the_same_rooms, DOMAIN, ""),
    Case(rooms.no_service_has_a_room_of_its_own, "services/tier-svc/tier_svc/helpers/x.py", ""),
    Case(
        rooms.no_service_has_a_room_of_its_own, "services/points-svc/points_svc/outbound/x.py", ""
    ),
    Case(rooms.a_handler_is_one_verb, HANDLER, "async def capture_hold(): ..."),
    Case(rooms.a_handler_is_one_verb, HANDLER, "def hold_points(): ..."),
    Case(rooms.folders_of_tests_are_no_packages, "services/tier-svc/tests/__init__.py", ""),
    Case(rooms.every_module_is_imported, DOMAIN, "x = 1"),
    Case(
        tables.keys_begin_with_the_member,
        TABLE,
        made("member_id text", "lot_id text", key="lot_id"),
    ),
    Case(
        tables.keys_begin_with_the_member, TABLE, made("lot_id text PRIMARY KEY", "member_id text")
    ),
    Case(tables.keys_compare_as_bytes, TABLE, made("member_id text NOT NULL", key="member_id")),
    Case(tables.postings_stay_cheap, TABLE, made("lot_id text REFERENCES lot", key="lot_id")),
    Case(tables.postings_stay_cheap, TABLE, 'X = "CREATE INDEX by_kind ON posting (kind)"'),
    Case(texts.no_registry_and_no_machine_is_named, "docs/setup.md", "see /" + "root/here"),
    Case(
        texts.no_registry_and_no_machine_is_named,
        "docs/setup.md",
        codecs.decode("sebz clcv.bet", "rot13"),
    ),
    Case(texts.links_lead_somewhere, README, "see [the page](../../docs/nowhere.md)"),
    Case(texts.locks_name_strangers_only, "requirements.lock", "chassis==0.1.6 \\"),
    Case(texts.locks_name_strangers_only, "requirements.lock", "--index-url somewhere"),
    Case(texts.nothing_is_left_for_later, DOMAIN, "raise NotImplementedError"),
    Case(texts.modules_say_what_they_hold, DOMAIN, "x = 1"),
    Case(texts.the_domain_says_what_signatures_cannot, DOMAIN, "def draw(): ..."),
    Case(texts.truths_have_tests, README, "## Truths\n\n1. A fact counts once (E1)."),
    Case(texts.truths_have_tests, README, "## Truths\n\n1. It counts once (`test_nobody_has`)."),
    Case(texts.truths_have_tests, README, "# points-svc\n\nNo truth at all."),
    Case(tested.tests_assert, TEST, "def test_P5_a_purchase_is_worth(): worth()"),
    Case(tested.no_test_is_left_out, TEST, "@pytest.mark.skip\ndef test_x(): assert x"),
    Case(tested.no_test_sleeps, TEST, "async def test_x(): await asyncio.sleep(0.1)"),
    Case(tested.our_own_code_is_not_mocked, TEST, "from unittest.mock import Mock"),
)
CHECKS = tuple(dict.fromkeys(case.check for case in CASES))
