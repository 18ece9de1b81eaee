"""What a saga or a job works with: transactions by `begin`, the peers it may call, the
installation's secrets.
"""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager

from chassis.client import Client
from chassis.database import BATCH, Database, Patience
from chassis.tx import Cause, Tx


class Work:
    """The `Begin` of this process (see chassis.tx)."""

    def __init__(
        self, database: Database, peers: Mapping[str, Client], patience: Patience = BATCH
    ) -> None:
        self.secrets = database.secrets
        self.service = database.service
        self._database = database
        self._peers = peers
        self._patience = patience

    def __call__(self, cause: Cause) -> AbstractAsyncContextManager[Tx]:
        """A transaction that commits on leaving and rolls back on an exception."""
        return self._database.begin(cause, self._patience)

    def peer(self, service: str) -> Client:
        """The client of another service. Raises LookupError where this process knows none."""
        return self._peers[service]
