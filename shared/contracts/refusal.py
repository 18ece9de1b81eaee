"""The business says no.

Refusal(Exception)            a public code, a status and the numbers that the code promises
└── one class per code        in the `domain/refusals.py` of the service that raises it
"""

from typing import ClassVar


class Refusal(Exception):
    """What a caller is told when a rule forbids what they asked. Nothing changed.

    Subclasses name a `code` (fixed, public, documented), a `status` and a `title`; keyword
    arguments become
    members of the problem document (`asked=500, available=494`). They never carry what the caller
    sent as text.
    """

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "The request was refused."

    def __init__(self, **numbers: object) -> None:
        super().__init__(self.code)
        self.numbers: dict[str, object] = numbers
