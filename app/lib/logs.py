"""Logs: one JSON line for each thing worth knowing, never a secret, never a shopper's data."""

import logging
import sys
import traceback
from pathlib import Path

import structlog

ROOT = Path(__file__).parent.parent.parent


def configure() -> None:
    """Make structlog write JSON lines to stderr, with level and UTC time."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def trail(error: BaseException) -> dict[str, object]:
    """Return what a log may hold of an error: its type and the lines of ours that it came through.

    Never its text: PostgreSQL quotes the value that it refuses, and so does Python.
    """
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if Path(frame.filename).is_relative_to(ROOT)]
    return {
        "error": type(error).__name__,
        "cause": type(error.__cause__).__name__ if error.__cause__ else None,
        "at": [f"{Path(frame.filename).relative_to(ROOT)}:{frame.lineno} {frame.name}" for frame in ours]
        or [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames[-1:]],
    }
