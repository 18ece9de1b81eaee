"""What people edit bears a strong ETag; who edits may say which version they read, and is refused
where it is another by now (RFC 9110, If-Match).

A door that shows: `tell_version(response, version)`. A door that edits: `edit: EditDep`, and
`edit.demand(version)` once the version is locked; a handler takes it as its `Demand`.
"""

import re
from typing import Annotated, ClassVar

from fastapi import Depends, Header, Response

from chassis.http.problems import Malformed
from contracts.refusal import Refusal

TAG = r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"'
TAGS = re.compile(TAG)
LIST = re.compile(rf"[ \t]*{TAG}(?:[ \t]*,[ \t]*{TAG})*[ \t]*")
ANY = "*"


class PreconditionFailed(Refusal):
    """`If-Match` names another version than the present one: somebody else has changed it since it
    was read. Nothing was changed; read it again.
    """

    code: ClassVar[str] = "precondition_failed"
    status: ClassVar[int] = 412
    title: ClassVar[str] = "This has been changed since you read it."


class Edit:
    """One request to edit something. `held` are the ETags that the caller would replace; None: they
    do not mind, which is as if nobody else edited.
    """

    def __init__(self, response: Response, held: frozenset[str] | None) -> None:
        self._response = response
        self._held = held

    def demand(self, version: int | None) -> None:
        """Go on where the caller means the present version (None: there is nothing yet).

        Asked under the lock that the edit holds, or two could both be right. A weak tag means
        none. Refusals: PreconditionFailed.
        """
        if self._held is None:
            return
        if version is None or self._held.isdisjoint({ANY, tag_of(version)}):
            raise PreconditionFailed

    def tell(self, version: int) -> None:
        """Answer which version the edit has made."""
        tell_version(self._response, version)


def tag_of(version: int) -> str:
    """The strong ETag of a version."""
    return f'"{version}"'


def tell_version(response: Response, version: int) -> None:
    """Answer which version is shown."""
    response.headers["ETag"] = tag_of(version)


def held_tags(if_match: str) -> frozenset[str]:
    """The ETags of an `If-Match`, or `*`. Refusals: Malformed."""
    if if_match.strip(" \t") == ANY:
        return frozenset({ANY})
    if not LIST.fullmatch(if_match):
        raise Malformed(reason="if_match")
    return frozenset(TAGS.findall(if_match))


async def edit_of(
    response: Response, if_match: Annotated[list[str] | None, Header(alias="If-Match")] = None
) -> Edit:
    """The request's edit. Refusals: Malformed where `If-Match` is no list of ETags."""
    return Edit(response, None if if_match is None else held_tags(",".join(if_match)))


EditDep = Annotated[Edit, Depends(edit_of)]
