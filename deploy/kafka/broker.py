"""One broker in one folder. It never outlives the process that started it."""

import os
import shutil
import signal
import subprocess
import sys
import time
import uuid
from base64 import urlsafe_b64encode
from pathlib import Path

from deploy.kafka import jars, lock, ports
from deploy.kafka.jars import KafkaUnavailable
from deploy.kafka.properties import server_properties

HERE = Path(__file__).parent
JVM = ("-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
STARTED = b"Kafka Server started"
START_MAX_S = 60.0
STOP_MAX_S = 10.0
FORMAT_MAX_S = 60
LAST_WORDS_MAX = 2000


class Broker:
    """A broker whose data, settings, ports and log (`broker.log`) live in `folder`.

    Its ports are kept in the folder, so that clients find it again after a restart. Calls block.
    Raises KafkaUnavailable where Java or the jars are missing, or when it does not come up.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self.pid: int | None = None
        self._keeper: subprocess.Popen[bytes] | None = None

    @property
    def bootstrap(self) -> str:
        """`host:port` for clients."""
        return f"127.0.0.1:{ports.kept(self._ports)[0]}"

    @property
    def log(self) -> Path:
        """Where the broker writes its lines."""
        return self.folder / "broker.log"

    @property
    def is_running(self) -> bool:
        """Whether the broker's process lives; it is ready once `start` has returned."""
        return self._keeper is not None and self._keeper.poll() is None

    def start(self) -> None:
        """Starts the broker and returns when it serves. One that runs already is left alone."""
        if self.is_running:
            return
        self._gone()
        kafka = _kafka()
        self.folder.mkdir(parents=True, exist_ok=True)
        held = lock.take(self.folder / "lock")
        if held is None:
            raise KafkaUnavailable(f"Another broker is running in {self.folder}.")
        try:
            settings = self._prepare(kafka)
            since = self.log.stat().st_size if self.log.exists() else 0
            self._keep(held, [*kafka, "kafka.Kafka", str(settings)])
        finally:
            os.close(held)
        self._serves(since)

    def stop(self) -> None:
        """Lets the broker shut down in order; one that does not within 4 s is killed."""
        if self._keeper is not None and self._keeper.stdin is not None:
            self._keeper.stdin.close()
        self._gone()

    def kill(self) -> None:
        """kill -9, as a crash would."""
        if self.is_running and self.pid is not None:
            os.kill(self.pid, signal.SIGKILL)
        self._gone()

    def restart(self) -> None:
        """Stops in order and starts again with the same data and ports."""
        self.stop()
        self.start()

    def wipe(self) -> None:
        """Kills the broker and deletes its data: every topic, record and offset. The ports stay."""
        self.kill()
        shutil.rmtree(self.folder / "data", ignore_errors=True)

    @property
    def _ports(self) -> Path:
        return self.folder / "ports.json"

    def _prepare(self, kafka: list[str]) -> Path:
        ports.settle(self._ports)
        settings = self.folder / "server.properties"
        settings.write_text(
            server_properties(self.folder / "data", *ports.kept(self._ports)), encoding="utf-8"
        )
        if not (self.folder / "data" / "meta.properties").exists():
            _format(kafka, settings)
        return settings

    def _keep(self, held: int, command: list[str]) -> None:
        keeper = [sys.executable, "-I", str(HERE / "keeper.py"), str(held), str(self.log), *command]
        self._keeper = subprocess.Popen(
            keeper,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            pass_fds=(held,),
            start_new_session=True,
        )
        assert self._keeper.stdout is not None
        self.pid = int(self._keeper.stdout.readline())

    def _serves(self, since: int) -> None:
        deadline = time.monotonic() + START_MAX_S
        while not self._has_said(STARTED, since):
            if not self.is_running or time.monotonic() > deadline:
                self.stop()
                raise KafkaUnavailable(
                    f"The broker did not come up; its last words:\n{self._last_words()}"
                )
            time.sleep(0.05)

    def _has_said(self, words: bytes, since: int) -> bool:
        with self.log.open("rb") as lines:
            lines.seek(since)
            return words in lines.read()

    def _last_words(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")[-LAST_WORDS_MAX:]

    def _gone(self) -> None:
        if self._keeper is not None:
            self._keeper.wait(STOP_MAX_S)
            for pipe in (self._keeper.stdin, self._keeper.stdout):
                if pipe is not None:
                    pipe.close()
        self._keeper = self.pid = None


def _kafka() -> list[str]:
    """The command that runs a class of Kafka's jars."""
    java = jars.java()
    if java is None:
        raise KafkaUnavailable(
            "Java 17 or later is needed to run Apache Kafka; BROKERS names another broker."
        )
    logging = f"-Dlog4j2.configurationFile={HERE / 'log4j2.properties'}"
    return [java, *JVM, logging, "-cp", f"{jars.fetch()}/*"]


def _format(kafka: list[str], settings: Path) -> None:
    cluster = urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
    command = [
        *kafka,
        "kafka.tools.StorageTool",
        "format",
        "--standalone",
        "-t",
        cluster,
        "-c",
        str(settings),
    ]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=FORMAT_MAX_S, check=False
    )
    if done.returncode != 0:
        said = (done.stdout + done.stderr)[-LAST_WORDS_MAX:]
        raise KafkaUnavailable(f"The broker's storage could not be made:\n{said}")
