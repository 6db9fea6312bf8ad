"""A process of ours that never outlives us: it is told to stop when we end, however we end."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def start(  # noqa: PLR0913 - what subprocess needs to know
    command: Sequence[str | Path],
    *,
    output: int | IO[bytes],
    env: Mapping[str, str] | None = None,
    user: str | None = None,
    cwd: Path | None = None,
    orphaned: signal.Signals = signal.SIGTERM,
) -> subprocess.Popen[bytes]:
    """Start a process in its own session, out of Ctrl-C's reach; `orphaned` is sent to it when we die.

    Call it from the main thread: Linux watches the thread that forks, not the process.
    """
    return subprocess.Popen(
        [str(word) for word in command],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        env=env,
        cwd=cwd,
        user=user,
        extra_groups=[] if user else None,
        start_new_session=True,
        preexec_fn=dies_with_parent(orphaned),  # noqa: PLW1509 - it calls only what is already loaded
    )


def end(process: subprocess.Popen[bytes], *asks: signal.Signals, patience: float = 10.0) -> None:
    """Ask to stop with one signal after the other, waiting `patience` seconds each; then kill its group."""
    for ask in asks:
        if process.poll() is None:
            process.send_signal(ask)
            with suppress(subprocess.TimeoutExpired):
                process.wait(patience)
    kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    """Leave nothing of the process, nor of what it started itself."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def dies_with_parent(orphaned: signal.Signals = signal.SIGTERM) -> Callable[[], None]:
    """Return what the forked child does before it becomes the command; after setuid, which would undo it."""
    parent = os.getpid()

    def tie() -> None:
        if _libc is not None:
            _libc.prctl(PR_SET_PDEATHSIG, int(orphaned))
        if os.getppid() != parent:
            os._exit(1)

    return tie
