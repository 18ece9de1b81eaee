"""Members: enroll, look up, show, change, link, unlink, suspend and ban, reveal."""

from fastapi import Response
from uuid_utils import uuid7

from chassis.http import (
    CallerDep,
    EditDep,
    IdPath,
    PreconditionFailed,
    Router,
    TxDep,
    tell_version,
)
from contracts.ids import MemberId
from member_svc.domain.refusals import (
    IdentifierNotFound,
    IdentifiersConflict,
    MemberNotFound,
    OccurredInFuture,
    StatusUnreachable,
)
from member_svc.handlers.change_profile import change_profile
from member_svc.handlers.change_status import change_status
from member_svc.handlers.enroll_member import enroll_member
from member_svc.handlers.link_identifier import link_identifier
from member_svc.handlers.look_up_member import look_up_member
from member_svc.handlers.reveal_member import reveal_member
from member_svc.handlers.show_member import show_member
from member_svc.handlers.unlink_identifier import unlink_identifier
from member_svc.inbound.http.fields import IdentifierBody
from member_svc.inbound.http.member_bodies import EnrollBody, ProfileBody, RevealBody, StatusBody
from member_svc.inbound.http.member_views import (
    IdentifierView,
    MaskedView,
    MemberView,
    RevealedView,
)
from member_svc.inbound.programme import TermsDep, VaultDep

router = Router(tags=["members"])


@router.post(
    "/members",
    status_code=201,
    scope="member:write",
    also={200: {"description": "An identifier was known: the member it finds."}},
    refuses=(IdentifiersConflict, OccurredInFuture),
)
async def enroll(
    body: EnrollBody,
    tx: TxDep,
    vault: VaultDep,
    terms: TermsDep,
    caller: CallerDep,
    response: Response,
) -> MemberView:
    """Enroll in one call. Known identifiers answer 200 with the member they find (M1)."""
    asked = body.asks(MemberId(str(uuid7())), caller.source, vault, terms, tx.now)
    shown, is_new = await enroll_member(tx, vault, terms, asked)
    response.status_code = 201 if is_new else 200
    return MemberView.of(shown)


@router.post("/members/lookup", scope="member:lookup", refuses=(MemberNotFound,))
async def look_up(body: IdentifierBody, tx: TxDep, vault: VaultDep, terms: TermsDep) -> MemberView:
    """The member who has this identifier; by body, so that it never stands in a URL (M2)."""
    index, _ = body.named("/value", vault, terms)
    return MemberView.of(await look_up_member(tx, vault, index))


@router.get("/members/{member_id}", scope="member:read", refuses=(MemberNotFound,))
async def show(member_id: IdPath, tx: TxDep, vault: VaultDep, response: Response) -> MaskedView:
    """The member, masked. The ETag changes with whatever is shown, also where the mask hides it."""
    shown = await show_member(tx, vault, MemberId(member_id))
    tell_version(response, shown.member.version)
    return MaskedView.of(shown)


@router.patch(
    "/members/{member_id}",
    scope="member:write",
    refuses=(MemberNotFound, PreconditionFailed, OccurredInFuture),
)
async def change(
    member_id: IdPath,
    body: ProfileBody,
    tx: TxDep,
    vault: VaultDep,
    caller: CallerDep,
    edit: EditDep,
) -> MaskedView:
    """Change the profile, add consents. What is not named stays; null takes away."""
    consents = body.allows(caller.source, tx.now)
    shown = await change_profile(
        tx, vault, MemberId(member_id), body.changes(), consents, edit.demand
    )
    edit.tell(shown.member.version)
    return MaskedView.of(shown)


@router.post(
    "/members/{member_id}/identifiers",
    status_code=201,
    also={200: {"description": "It was theirs already."}},
    scope="member:write",
    refuses=(MemberNotFound, IdentifiersConflict),
)
async def link(
    member_id: IdPath,
    body: IdentifierBody,
    tx: TxDep,
    vault: VaultDep,
    terms: TermsDep,
    response: Response,
) -> IdentifierView:
    """Link one more identifier; what was bought with it before counts from now on (M5)."""
    named = body.named("/value", vault, terms)
    linked, is_new = await link_identifier(tx, vault, terms, MemberId(member_id), named)
    response.status_code = 201 if is_new else 200
    return IdentifierView.of(linked)


@router.delete(
    "/members/{member_id}/identifiers/{identifier_id}",
    status_code=204,
    scope="member:write",
    refuses=(IdentifierNotFound,),
)
async def unlink(member_id: IdPath, identifier_id: IdPath, tx: TxDep) -> None:
    """Take an identifier away. What was bought with it stays the member's."""
    await unlink_identifier(tx, MemberId(member_id), identifier_id)


@router.post(
    "/members/{member_id}/status",
    scope="member:status",
    refuses=(MemberNotFound, StatusUnreachable),
)
async def move(
    member_id: IdPath,
    body: StatusBody,
    tx: TxDep,
    vault: VaultDep,
    terms: TermsDep,
    response: Response,
) -> MaskedView:
    """Suspend, ban, close or bring back; who did it and why is kept (M9)."""
    asked = (body.status, body.reason)
    shown = await change_status(tx, vault, terms, MemberId(member_id), asked)
    tell_version(response, shown.member.version)
    return MaskedView.of(shown)


@router.post("/members/{member_id}/reveal", scope="member:reveal", refuses=(MemberNotFound,))
async def reveal(member_id: IdPath, body: RevealBody, tx: TxDep, vault: VaultDep) -> RevealedView:
    """The member in clear; who saw it and why is kept (M3)."""
    return RevealedView.of(await reveal_member(tx, vault, MemberId(member_id), body.reason))
