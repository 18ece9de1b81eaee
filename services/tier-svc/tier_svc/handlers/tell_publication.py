"""Tell members of a version that was put in force, or withdrawn."""

from chassis.tx import Tx
from tier_svc.handlers.evaluate_members import evaluate_members
from tier_svc.store import members, publications


async def tell_publication(tx: Tx, limit: int) -> int:
    """The next members of one publication, by id; answers how many. It may be killed anywhere: what
    is told and how far commit together.

    Its first round waits for everyone who may still tell by the versions before; whoever comes to
    be known later is told by what is in force then.
    """
    telling = await publications.next_to_tell(tx)
    if telling is None:
        return 0
    ask = publications.in_force_for_all if telling.is_first else publications.in_force
    current = await ask(tx)
    following = await members.members_after(tx, telling.told_to, limit)
    if following:
        await members.open_members(tx, dict.fromkeys(following))
        await evaluate_members(tx, current.only(telling.ladder), dict.fromkeys(following))
    is_last = len(following) < limit
    await publications.told_to(tx, telling, None if is_last else following[-1])
    return len(following)
