"""A service running in this process, in some of four roles: `api`, `consume`, `relay`, `jobs`."""

from collections.abc import Mapping

import httpx
from fastapi import FastAPI

from chassis import failpoints
from chassis.anchors import Anchors
from chassis.auth import Keys, Secrets
from chassis.bus.port import Bus
from chassis.bus.transport import open_bus
from chassis.client import Client
from chassis.clock import Clock, clock
from chassis.consumer import Consumer, Limits
from chassis.database import DATABASE_ERRORS, Database
from chassis.document import document_router
from chassis.gaps import gaps_router
from chassis.http.app import application
from chassis.http.edge import Edge
from chassis.http.route import Router
from chassis.jobs import Jobs
from chassis.migrate import migrate, pending
from chassis.parked import parked_router
from chassis.readers import readers_router
from chassis.relay import Relay
from chassis.republish import republish_router
from chassis.service import Service
from chassis.settings import Settings
from chassis.trimming import trimming
from chassis.upkeep import Upkeep
from chassis.work import Work

DAY_S = 86_400

Transports = Mapping[str, httpx.AsyncBaseTransport]


def doors_of(service: Service) -> list[Router]:
    """A service's own doors, and those that every service has."""
    return [
        *service.routers,
        document_router(service.name, service.programme),
        parked_router(service.name, service.subscriptions),
        republish_router(service.name),
        readers_router(service.name),
        gaps_router(service.name),
    ]


class Process:
    """Starts and stops what its roles need; the application answers health in every role."""

    def __init__(
        self,
        service: Service,
        settings: Settings,
        now: Clock | None = None,
        transports: Transports | None = None,
    ) -> None:
        settings.check()
        failpoints.arm(settings.failpoints)
        self.service = service
        self.settings = settings
        self.roles = settings.chosen_roles()
        self.secrets = Secrets.of_file(settings.secrets_file)
        self.database = Database(
            settings.database_url,
            now or clock(settings.test_clock_file),
            self.secrets,
            settings.pool_size,
            service.name,
        )
        self.peers = {
            name: Client(url, settings.peer_key, transport=(transports or {}).get(name))
            for name, url in settings.peers.items()
        }
        self.work = Work(self.database, self.peers, anchors=self._anchors())
        self.jobs = Jobs(self.work, [*service.jobs, *trimming(settings)])
        self.app = self._application()
        self.bus: Bus | None = None
        self.consumer: Consumer | None = None
        self.relay: Relay | None = None

    def _anchors(self) -> Anchors:
        folder = self.settings.anchors_dir
        return Anchors(folder and folder / self.service.name)

    def _application(self) -> FastAPI:
        edge = Edge(
            service=self.service.name,
            database=self.database,
            keys=Keys(self.settings.keys_file, self.secrets.key("key_pepper")),
            secrets=self.secrets,
            peers=self.peers,
            request_s=self.settings.request_s,
        )
        routers = doors_of(self.service) if "api" in self.roles else []
        return application(edge, routers, self.alive, self.ready)

    async def start(self) -> None:
        """Bring the database up to date, then start the roles."""
        await migrate(self.database.engine, self.service.migrations)
        if "relay" in self.roles or "consume" in self.roles:
            self.bus = await open_bus(self.service.name, self.settings, self.database)
        if "relay" in self.roles and self.bus:
            self.relay = Relay(self.database, self.bus, self._upkeep())
            await self.relay.start()
        if "consume" in self.roles and self.bus and self.service.subscriptions:
            limits = Limits(parked_in_a_row_max=self.settings.parked_in_a_row_max)
            self.consumer = Consumer(
                self.service.name, self.service.subscriptions, self.database, self.bus, limits
            )
            await self.consumer.start()
        if "jobs" in self.roles:
            self.jobs.start()

    def _upkeep(self) -> Upkeep:
        return Upkeep(kept_s=self.settings.republish_days * DAY_S)

    async def stop(self) -> None:
        """Stop the roles, in the order that leaves least behind, and give back connections."""
        await self.jobs.stop()
        if self.consumer:
            await self.consumer.stop()
        if self.relay:
            await self.relay.stop()
        if self.bus:
            await self.bus.close()
        for peer in self.peers.values():
            await peer.close()
        await self.database.close()

    def alive(self) -> dict[str, str]:
        """What of this process's own work has come to a stop; empty while all goes on."""
        trouble = dict(self.jobs.failed())
        if self.consumer:
            trouble |= self.consumer.trouble()
        if self.relay:
            trouble |= self.relay.trouble()
        return trouble

    async def ready(self) -> dict[str, str]:
        """What is missing before work can be taken: database, migrations, assignment."""
        trouble = self.alive()
        try:
            missing = await pending(self.database.engine, self.service.migrations)
        except DATABASE_ERRORS:
            trouble["database"] = "does not answer"
        else:
            if missing:
                trouble["migrations"] = ",".join(missing)
        if self.consumer and not self.consumer.assigned():
            trouble["bus"] = "not assigned"
        return trouble
