"""`python -m deploy.local`: the suite on this machine, until Ctrl-C."""

from __future__ import annotations

import asyncio
import signal
import sys
from contextlib import suppress

from pydantic import ValidationError

from deploy.kafka import KafkaUnavailable
from deploy.local.databases import ForeignDatabase
from deploy.local.installation import Refused, hold
from deploy.local.postgres import DatabaseDidNotStart
from deploy.local.publish import NotPublished
from deploy.local.ready import NotReady
from deploy.local.runner import Runner
from deploy.local.settings import RunnerSettings

STOPPERS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
FAILURES = (
    DatabaseDidNotStart,
    ForeignDatabase,
    KafkaUnavailable,
    NotPublished,
    NotReady,
    Refused,
    OSError,
)


def main() -> int:
    """Exit code 0 when asked to stop, 1 with one clear message when it could not come up."""
    try:
        settings = RunnerSettings()
        programme = settings.programme_folder.name
        with hold(settings.data_dir, programme, settings.bus) as installation:
            asyncio.run(_run(Runner(settings, installation), settings.demo != "none"))
    except ValidationError as error:
        fields = ", ".join(str(each["loc"][0]).upper() for each in error.errors())
        return _complain(f"Cannot read {fields} from the environment.")
    except (ValueError, *FAILURES) as error:
        return _complain(str(error))
    return 0


async def _run(runner: Runner, has_demo: bool) -> None:
    asked_to_stop = asyncio.Event()
    for number in STOPPERS:
        asyncio.get_running_loop().add_signal_handler(number, asked_to_stop.set)
    work = asyncio.create_task(_work(runner, has_demo))
    stop = asyncio.create_task(asked_to_stop.wait())
    try:
        await asyncio.wait((work, stop), return_when=asyncio.FIRST_COMPLETED)
        if work.done():
            await work
    finally:
        for task in (work, stop):
            task.cancel()
        with suppress(asyncio.CancelledError, *FAILURES):
            await work
        await runner.take_down()


async def _work(runner: Runner, has_demo: bool) -> None:
    await runner.bring_up()
    if has_demo:
        await runner.play()
    await asyncio.Event().wait()


def _complain(what: str) -> int:
    print(what, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
