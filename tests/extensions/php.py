"""PHP, where this machine has it: what the plug-in says and does, run as the store would run it."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

PHP = shutil.which("php")
PLUGIN = Path(__file__).parents[2] / "extensions" / "woocommerce"
TESTS = Path(__file__).parent / "woocommerce"


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run PHP with all warnings shown, in the tests' folder."""
    assert PHP is not None
    command = [PHP, "-d", "display_errors=stderr", "-d", "zend.assertions=1", *arguments]
    return subprocess.run(command, cwd=TESTS, capture_output=True, text=True, check=False, timeout=60)


def say(*arguments: str) -> Any:
    """Return what a script of ours prints as JSON."""
    done = run("speak.php", *arguments)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def in_php() -> list[tuple[str, str]]:
    """Return every test in PHP as (file, function)."""
    files = sorted(TESTS.glob("test_*.php"))
    return [
        (file.name, name)
        for file in files
        for name in re.findall(r"(?m)^function (test_\w+)\(", file.read_text())
    ]
