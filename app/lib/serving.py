"""What a web process needs of its machine before it serves."""

import os
import resource
import tempfile
from pathlib import Path

CONNECTIONS = 8192
"""Of each web worker at once, most of them idle; newcomers to a worker that is full wait in vain."""


def prepare() -> None:
    """Make this process and the workers that it starts ready to serve."""
    _share_metrics()
    _open_many_files()


def _share_metrics() -> None:
    """Give the web workers one folder for their counters, empty at every start."""
    folder = Path(
        os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", tempfile.mkdtemp(prefix="doorstep-metrics-"))
    )
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.db"):
        old.unlink()


def _open_many_files() -> None:
    """Allow this process as many open files as the system lets it: each connection is one."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
