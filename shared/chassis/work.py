"""What a saga or a job works with: transactions by `begin`, the peers it may call, the
installation's secrets, the place outside the database.
"""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager

from chassis.anchors import Anchors
from chassis.client import Client
from chassis.database import BATCH, Database, Patience
from chassis.tx import Cause, Tx


class Work:
    """The `Begin` of this process (see chassis.tx)."""

    def __init__(
        self,
        database: Database,
        peers: Mapping[str, Client],
        patience: Patience = BATCH,
        anchors: Anchors | None = None,
    ) -> None:
        self.secrets = database.secrets
        self.service = database.service
        self.anchors = anchors or Anchors()
        self._database = database
        self._peers = peers
        self._patience = patience

    def __call__(self, cause: Cause) -> AbstractAsyncContextManager[Tx]:
        """A transaction that commits on leaving and rolls back on an exception."""
        return self._database.begin(cause, self._patience)

    def peer(self, service: str) -> Client:
        """The client of another service. Raises LookupError where this process knows none."""
        return self._peers[service]
