"""One word, one meaning: the words of domain.md §2, and the ones that are not used."""

import ast
import re
from collections.abc import Iterator

from tests.tidy.source import Findings, Source, Sources, python, strings

BANNED_FILES = frozenset({"utils", "helpers", "common", "misc", "base", "manager"})
BASES = frozenset({"shared/contracts/events/base.py"})

INSTEAD = {
    "user": "member",
    "users": "member",
    "customer": "member",
    "customers": "member",
    "signup": "enroll",
    "wallet": "account",
    "wallets": "account",
    "earn": "accrue",
    "earned": "accrued",
    "earning": "accrual",
    "award": "accrue",
    "awarded": "accrued",
    "bucket": "lot",
    "buckets": "lot",
    "reserve": "hold",
    "reserved": "held",
    "reservation": "hold",
    "clawback": "reversal",
    "clawbacks": "reversal",
    "correction": "adjustment or re-rating",
    "corrections": "adjustment or re-rating",
    "perk": "benefit",
    "perks": "benefit",
    "feature": "benefit",
    "permission": "entitlement",
    "permissions": "entitlement",
    "gift": "reward",
    "gifts": "reward",
    "coupon": "voucher",
    "coupons": "voucher",
    "exchange": "redemption",
}
LOYALTY = frozenset(
    [
        *("member", "members", "loyalty", "points", "tier", "tiers", "ladder", "ladders"),
        *("benefit", "benefits", "entitlement", "entitlements", "voucher", "vouchers"),
        *("reward", "rewards", "redemption", "redemptions", "purchase", "purchases"),
        *("accrual", "accruals", "lot", "lots", "posting", "postings"),
    ]
)
KEY = (
    "member_id"  # the one loyalty word that every event's key bears; chassis reads it, and no other
)
PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


def files_have_names(sources: Sources) -> Findings:
    for source in python(sources):
        if source.name.removesuffix(".py") in BANNED_FILES and source.path not in BASES:
            yield f"{source.path}: says nothing about what is in it"


def words_mean_one_thing(sources: Sources) -> Findings:
    for source in python(sources):
        if source.service or source.path.startswith("shared/contracts/"):
            yield from _wrong(source, identifiers(source), INSTEAD)
        if source.room == "store" or "/migrations/" in source.path:
            yield from _wrong(source, sql_words(source), INSTEAD)


def chassis_knows_no_loyalty_word(sources: Sources) -> Findings:
    wrong = dict.fromkeys(LOYALTY, "a word that any service would use")
    for source in python(sources):
        if source.path.startswith("shared/chassis/"):
            yield from _wrong(source, identifiers(source), wrong)
            yield from _wrong(source, sql_words(source), wrong)


def _wrong(
    source: Source, names: Iterator[tuple[ast.AST, str]], instead: dict[str, str]
) -> Findings:
    for node, name in names:
        for part in () if name == KEY else PARTS.findall(name):
            if part.lower() in instead:
                yield source.at(node, f"{name}: say {instead[part.lower()]}")


def identifiers(source: Source) -> Iterator[tuple[ast.AST, str]]:
    """Names that the file gives: of classes, functions, arguments, variables and fields."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node, node.name
        elif isinstance(node, ast.arg):
            yield node, node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node, node.id
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node, node.attr


def sql_words(source: Source) -> Iterator[tuple[ast.AST, str]]:
    """Words of string constants that read as SQL."""
    for node in strings(source):
        if re.search(r"\b(SELECT|INSERT|UPDATE|DELETE|CREATE)\s", str(node.value)):
            text = re.sub(r"--.*|'[^']*'", "", str(node.value))
            yield from ((node, word) for word in set(re.findall(r"[a-z_]{3,}", text)))
