"""What the status of a member lets happen (M9)."""

from points_svc.domain.refusals import MemberBanned, MemberClosed, MemberSuspended

ACTIVE = "active"


def demand_active(status: str) -> None:
    """Refuse that points of who is not active leave. Refusals: MemberSuspended, MemberBanned,
    MemberClosed.
    """
    if status == ACTIVE:
        return
    if status == "suspended":
        raise MemberSuspended
    if status == "banned":
        raise MemberBanned
    raise MemberClosed(member_status=status)
