"""`make faulted-import`, short: notices and answers of two stores go astray, and nothing differs after."""

import json
import os
import subprocess
import sys

from bench.house import ROOT


def test_both_stores_end_as_they_are_and_nobody_is_told_wrongly() -> None:
    here = {**os.environ, "SIZE": "60", "SEED": "7"}
    command = [sys.executable, "-m", "bench.faulted_import"]
    done = subprocess.run(command, cwd=ROOT, env=here, capture_output=True, text=True, check=False)
    line = json.loads(done.stdout.splitlines()[-1]) if done.returncode in (0, 1) else {}
    assert line.get("met"), f"{done.stdout}\n{done.stderr[-3000:]}"
    assert min(line["lost"], line["late"], line["doubled"], line["faults"], line["differences_before"]) > 0
