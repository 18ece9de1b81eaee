"""Which processes make the suite, and what each of them is told."""

from __future__ import annotations

import json
import os
import socket
import sys
from dataclasses import dataclass
from pathlib import Path

from deploy.local import gateway
from deploy.local.credentials import Credentials
from deploy.local.installation import Installation
from deploy.local.services import ROLES, SERVICES, Service
from deploy.local.settings import RunnerSettings
from deploy.local.supervisor import Program

ROOT = Path(__file__).parents[2]
HOST = "127.0.0.1"
PORTS_TRIED_MAX = 500


@dataclass(frozen=True)
class Place:
    """One service process: which roles it plays and where it answers."""

    service: Service
    roles: tuple[str, ...]
    port: int

    @property
    def name(self) -> str:
        """`points-svc`, or `points-svc.consume` where roles live apart."""
        return self.service.name if self.roles == ROLES else f"{self.service.name}.{self.roles[0]}"

    @property
    def url(self) -> str:
        """Its own address."""
        return f"http://{HOST}:{self.port}"


@dataclass(frozen=True)
class Suite:
    """All that the processes have in common."""

    settings: RunnerSettings
    installation: Installation
    credentials: Credentials
    dsns: dict[str, str]
    brokers: str
    places: tuple[Place, ...]

    @property
    def base_url(self) -> str:
        """The one public address."""
        return f"http://{HOST}:{self.settings.port}"

    def services(self) -> list[Program]:
        """One program per place."""
        return [self._service(place) for place in self.places]

    def gateway(self) -> Program:
        """The public address; it answers for the members' service when it is ready itself."""
        told = {
            gateway.UPSTREAMS: json.dumps(self._doors()),
            gateway.PORT: str(self.settings.port),
        }
        command = (sys.executable, "-m", "deploy.local.gateway")
        log = self.installation.logs / "gateway.log"
        url = f"{self.base_url}/{SERVICES[0].name}"
        return Program("gateway", command, environment() | told, url, log)

    def loader(self) -> Program:
        """The demo; it finds everything else in the installation's run file."""
        told = {"DATA_DIR": str(self.installation.folder), "DEMO": self.settings.demo}
        return Program("demo", (sys.executable, "-m", "deploy.demo"), environment() | told)

    def _service(self, place: Place) -> Program:
        told = {
            "LAUREL_DATABASE_URL": self.dsns[place.service.name],
            "LAUREL_BUS": self.settings.bus,
            "LAUREL_BROKERS": self.brokers,
            "LAUREL_AUTHORS": json.dumps(self.dsns),
            "LAUREL_KEYS_FILE": str(self.credentials.keys_file),
            "LAUREL_SECRETS_FILE": str(self.credentials.secrets_file),
            "LAUREL_ANCHORS_DIR": str(self.installation.anchors),
            "LAUREL_HOST": HOST,
            "LAUREL_PORT": str(place.port),
            "LAUREL_ROLES": ",".join(place.roles),
            "LAUREL_PEERS": json.dumps(self._doors()),
            "LAUREL_PEER_KEY": self.credentials.keys.get(place.service.name, ""),
        }
        command = (sys.executable, "-m", place.service.module)
        log = self.installation.logs / f"{place.name}.log"
        return Program(place.name, command, environment() | told, place.url, log)

    def _doors(self) -> dict[str, str]:
        return {place.service.name: place.url for place in self.places if "api" in place.roles}


def place_services(settings: RunnerSettings) -> tuple[Place, ...]:
    """A port for every process, the next free ones after the public port.

    On the local bus a service is one process; on Kafka each of its roles is one.
    """
    apart = [(role,) for role in ROLES]
    roles = [ROLES] if settings.bus == "local" else apart
    wanted = [(service, each) for service in SERVICES for each in roles]
    ports = _free_ports(settings.port + 1, len(wanted))
    return tuple(Place(*each, port) for each, port in zip(wanted, ports, strict=True))


def is_free(port: int) -> bool:
    """Whether we could listen there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def environment() -> dict[str, str]:
    """Ours, with the tree importable, and without what would point a client at another database."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    trees = [ROOT, ROOT / "shared", *(ROOT / "services" / service.name for service in SERVICES)]
    kept["PYTHONPATH"] = os.pathsep.join(str(tree) for tree in trees)
    kept.setdefault("LAUREL_ENV", "development")
    return kept


def _free_ports(first: int, count: int) -> list[int]:
    last = min(first + PORTS_TRIED_MAX, 65536)
    free = [port for port in range(first, last) if is_free(port)]
    if len(free) < count:
        raise OSError(f"no {count} free ports after {first - 1}")
    return free[:count]
