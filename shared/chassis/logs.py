"""One JSON line per request, batch or job round, from the edge. Domain and store never log."""

import logging
import sys
import traceback
from typing import Any

import structlog

CHAIN_MAX = 8


def configure(service: str) -> None:
    """Send structlog and the standard library's loggers to stdout as JSON lines that name the
    service.
    """
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer()],
        logger_factory=structlog.PrintLoggerFactory(sys.stdout),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(service=service)
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)


def logger() -> Any:
    """The edge's logger: `logger().info("request", status=200, …)`."""
    return structlog.get_logger()


def trail(error: BaseException | None) -> list[str]:
    """The error and those that led to it: the kind of each and the code that it came through, never
    its words: they may be part of what somebody sent.
    """
    told: list[str] = []
    for _ in range(CHAIN_MAX):
        if error is None:
            break
        told.append(type(error).__name__)
        told += [
            f"{frame.filename}:{frame.lineno} in {frame.name}"
            for frame in traceback.extract_tb(error.__traceback__)
        ]
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return told
