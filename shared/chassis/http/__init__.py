"""The HTTP edge: a router whose routes declare their scope, strict bodies, problem details,
idempotent commands.
"""

from chassis.http.batch import Lines, LinesDep, answer_lines
from chassis.http.bodies import (
    AmountMinor,
    Body,
    Currency,
    Day,
    IdPath,
    Instant,
    Name64,
    Note200,
    PositiveCount,
    Quantity,
    Ref,
    RefPath,
    Text64,
    Uuid,
    View,
    example,
)
from chassis.http.editing import EditDep, PreconditionFailed, tell_version
from chassis.http.page import Page, PageDep
from chassis.http.problems import FieldError, Invalid, NotFound
from chassis.http.route import (
    AskedDep,
    BeginDep,
    CallerDep,
    CauseDep,
    Replayed,
    Router,
    TxDep,
    located,
)

__all__ = [
    "AmountMinor",
    "AskedDep",
    "BeginDep",
    "Body",
    "CallerDep",
    "CauseDep",
    "Currency",
    "Day",
    "EditDep",
    "FieldError",
    "IdPath",
    "Instant",
    "Invalid",
    "Lines",
    "LinesDep",
    "Name64",
    "NotFound",
    "Note200",
    "Page",
    "PageDep",
    "PositiveCount",
    "PreconditionFailed",
    "Quantity",
    "Ref",
    "RefPath",
    "Replayed",
    "Router",
    "Text64",
    "TxDep",
    "Uuid",
    "View",
    "answer_lines",
    "example",
    "located",
    "tell_version",
]
