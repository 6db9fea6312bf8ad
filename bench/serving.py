"""A web process of ours, run beside what it is measured against."""

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from demo.child import dies_with_parent

ROOT = Path(__file__).parent.parent


@contextmanager
def serving(port: int, environment: Mapping[str, str], *, within: float = 60) -> Iterator[None]:
    """Run the web process while the block lasts; raises RuntimeError where it never answers."""
    process = subprocess.Popen(
        [sys.executable, "-m", "app.cli", "web", "--port", str(port)],
        env={**os.environ, **environment},
        cwd=ROOT,
        preexec_fn=dies_with_parent(),  # noqa: PLW1509 - this process has one thread
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        ends = time.monotonic() + within
        while not _answers(port):
            if time.monotonic() > ends or process.poll() is not None:
                raise RuntimeError(f"nothing answers on {port}")
            time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait(15)


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
