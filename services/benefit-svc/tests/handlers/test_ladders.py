"""Where a programme has several ladders, one of them makes eligible (B2, T2)."""

from itertools import permutations

import msgspec
import pytest_asyncio

from benefit_svc.domain.programme import BenefitProgramme
from benefit_svc.domain.timeline import UNNAMED, eligible, hear_all, hear_ladders
from benefit_svc.store.programme import programme

SETTINGS = {"zone": "Asia/Shanghai", "currency": "CNY", "minor_units": 2}


def on(ladder, change):
    """The same, of another ladder."""
    return msgspec.structs.replace(change, ladder=ladder, event_id=f"{ladder}.{change.event_id}")


async def granted(stage, member):
    rows = await stage.rows(
        "SELECT benefit_id FROM entitlement WHERE member_id = :m AND state = 'granted'", m=member
    )
    return [row.benefit_id for row in rows]


@pytest_asyncio.fixture(loop_scope="session")
async def main(shop):
    """The programme names the ladder `main`."""
    async with shop.begin() as tx:
        await programme.publish(tx, BenefitProgramme(**SETTINGS, ladder="main"))
    yield shop
    async with shop.begin() as tx:
        await programme.publish(tx, BenefitProgramme(**SETTINGS))


def test_T2_sequences_of_two_ladders_never_mix(told, local, member):
    changes = [
        on("main", told(member, 1, ("silver", 1, local(3, 1)))),
        on("main", told(member, 2, ("gold", 1, local(3, 5)))),
        on("club", told(member, 1, ("guest", 1, local(3, 2)))),
    ]
    alone = {"main": hear_all((), changes[:2]), "club": hear_all((), changes[2:])}
    for order in permutations(changes):
        assert hear_ladders({}, order) == alone


def test_T2_what_was_told_before_ladders_were_kept_apart_goes_over_to_the_first(
    told, local, member
):
    before = hear_all((), [told(member, 1, ("silver", 1, local(3, 1)))])
    assert eligible({UNNAMED: before}, "main") == before
    later = told(member, 2, ("gold", 1, local(3, 5)))
    assert hear_ladders({UNNAMED: before}, [later]) == {"classic": hear_all(before, [later])}


async def test_B2_the_ladder_that_the_programme_names_makes_eligible(
    main, offer, told, local, member
):
    lounge = await offer("once", tiers=["patron"])
    tea = await offer("once", tiers=["tea_friend"])
    main.at(local(3, 10))
    await main.deliver(on("a_club", told(member, 3, ("tea_friend", 1, local(3, 5)))))
    assert await granted(main, member) == []
    await main.deliver(on("main", told(member, 1, ("patron", 1, local(3, 6)))))
    assert await granted(main, member) == [lounge]
    async with main.begin() as tx:
        await programme.publish(tx, BenefitProgramme(**SETTINGS, ladder="a_club"))
    while await main.run_job("settle_outdated"):
        pass
    assert await granted(main, member) == [tea]
