"""The one place that knows what time it is."""

import mmap
import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

REPLAY_CLOCK = "DOORSTEP_REPLAY_CLOCK"


def now() -> datetime:
    """Return the present as an aware UTC datetime; the replay clock's present where one is set."""
    pretended = _pretended.get()
    if pretended is not None:
        return pretended
    replayed = _replay_file(os.environ.get(REPLAY_CLOCK))
    if replayed is None:
        return datetime.now(UTC)  # noqa: TID251 - the clock itself
    (seconds,) = struct.unpack_from("<d", replayed)
    return datetime.fromtimestamp(seconds, UTC)


@contextmanager
def pretending(moment: datetime) -> Iterator[None]:
    """Let it be another moment for whatever the block calls; for nobody else."""
    before = _pretended.set(moment)
    try:
        yield
    finally:
        _pretended.reset(before)


_pretended: ContextVar[datetime | None] = ContextVar("pretended", default=None)


def set_replay_clock(path: Path, moment: datetime) -> None:
    """Move the replay clock that every process started with DOORSTEP_REPLAY_CLOCK=path reads."""
    with path.open("r+b" if path.exists() else "w+b") as file:
        file.write(struct.pack("<d", moment.timestamp()))


@cache
def _replay_file(path: str | None) -> mmap.mmap | None:
    if path is None:
        return None
    with Path(path).open("rb") as file:
        return mmap.mmap(file.fileno(), 8, access=mmap.ACCESS_READ)
