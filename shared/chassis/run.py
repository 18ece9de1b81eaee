"""Runs a service as a process: HTTP until SIGTERM, SIGINT or the end of whoever started it."""

import asyncio
import os
import sys

import uvicorn
from pydantic import ValidationError

from chassis import garbage, logs
from chassis.process import Process
from chassis.service import Service
from chassis.settings import Settings

STOP_MAX_S = 8.0
ORPHAN_EXIT = 3


def settings_or_exit() -> Settings:
    """The environment's settings; the process ends with a line that names what is missing."""
    try:
        settings = Settings()
        settings.check()
        settings.chosen_roles()
    except ValidationError as error:
        fields = sorted(f"LAUREL_{'_'.join(map(str, e['loc'])).upper()}" for e in error.errors())
        sys.exit(f"missing or wrong settings: {', '.join(fields)}")
    except ValueError as error:
        sys.exit(str(error))
    return settings


def follow_parent(fd: int | None, server: uvicorn.Server) -> None:
    """End when the pipe that the parent holds open closes: stop in order, and at once if that takes
    too long.
    """
    if fd is None:
        return
    loop = asyncio.get_running_loop()

    def closed() -> None:
        if not os.read(fd, 1):
            loop.remove_reader(fd)
            server.should_exit = True
            loop.call_later(STOP_MAX_S / 2, os._exit, ORPHAN_EXIT)

    loop.add_reader(fd, closed)


async def run(service: Service) -> None:
    """Start the service's roles, serve, and stop them again."""
    settings = settings_or_exit()
    logs.configure(service.name)
    process = Process(service, settings)
    config = uvicorn.Config(
        process.app,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=3,
        http="httptools",
    )
    server = uvicorn.Server(config)
    follow_parent(settings.parent_pipe_fd, server)
    await process.start()
    garbage.settle()
    try:
        await server.serve()
    finally:
        logs.logger().info("stopping", service=service.name)
        async with asyncio.timeout(STOP_MAX_S):
            await process.stop()
