"""`python -m deploy.kafka [FOLDER]` runs a broker until Ctrl-C; `python -m deploy.kafka fetch` only
brings the jars.
"""

import signal
import sys
import threading
from pathlib import Path

from deploy.kafka.broker import Broker
from deploy.kafka.jars import KafkaUnavailable, fetch


def run(folder: Path) -> None:
    """Serves until the process is asked to stop."""
    asked = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: asked.set())
    broker = Broker(folder)
    broker.start()
    sys.stdout.write(f"Kafka is ready at {broker.bootstrap}; its log is {broker.log}\n")
    sys.stdout.flush()
    asked.wait()
    broker.stop()


def main(what: str = "var/kafka") -> int:
    """Exit code 1 says, on standard error, what is missing."""
    try:
        if what == "fetch":
            sys.stdout.write(f"{fetch()}\n")
        else:
            run(Path(what))
    except KafkaUnavailable as missing:
        sys.stderr.write(f"{missing}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
