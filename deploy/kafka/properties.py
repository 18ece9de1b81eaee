"""What one broker on one machine is told: loopback only, nothing replicated, small."""

from pathlib import Path

SETTINGS: dict[str, str | int] = {
    "process.roles": "broker,controller",
    "node.id": 1,
    "controller.listener.names": "CONTROLLER",
    "inter.broker.listener.name": "PLAINTEXT",
    "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "auto.create.topics.enable": "false",
    "default.replication.factor": 1,
    "min.insync.replicas": 1,
    "offsets.topic.replication.factor": 1,
    "offsets.topic.num.partitions": 4,
    "transaction.state.log.replication.factor": 1,
    "transaction.state.log.min.isr": 1,
    "transaction.state.log.num.partitions": 1,
    "share.coordinator.state.topic.replication.factor": 1,
    "share.coordinator.state.topic.min.isr": 1,
    "share.coordinator.state.topic.num.partitions": 1,
    "group.initial.rebalance.delay.ms": 0,
    "broker.session.timeout.ms": 4000,  # what a killed broker's successor waits
    "broker.heartbeat.interval.ms": 1000,
    "group.min.session.timeout.ms": 1000,
    "log.cleaner.dedupe.buffer.size": 16 * 1024 * 1024,
}


def server_properties(logs: Path, port: int, controller_port: int) -> str:
    """The text of a `server.properties` file."""
    listeners = f"PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}"
    own: dict[str, str | int] = {
        "log.dirs": str(logs),
        "listeners": listeners,
        "advertised.listeners": listeners,
        "controller.quorum.bootstrap.servers": f"127.0.0.1:{controller_port}",
    }
    return "".join(f"{name}={value}\n" for name, value in (SETTINGS | own).items())
