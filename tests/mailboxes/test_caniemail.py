"""No mail of ours uses what a big mailbox cannot show, beyond what is known and looked at.

`baseline.json` holds what caniemail says of our mails (its data is of 2025-09-09). Most of it are the ways in
which MJML speaks to several mailboxes at once, and what degrades well: a corner that is not round.
"""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.messages.documents import compose, templates
from app.messages.documents.document import Document
from app.vocabulary import ShipmentStatus, Trigger
from tests.unit.blocks import EVERY_BLOCK
from tests.unit.letters import TUESDAY, letter

HERE = Path(__file__).parent
BASELINE = HERE / "baseline.json"
MOST_SECONDS = 180


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> set[tuple[str, str]]:
    """Everything that a mailbox cannot show, as issue and mailbox."""
    node = shutil.which("node")
    if node is None or not installed():
        pytest.skip("needs npm and the network once")
    folder, files = tmp_path_factory.mktemp("mails"), []
    for name, html in mails():
        files.append(folder / f"{name}.html")
        files[-1].write_text(html)
    command = [node, str(HERE / "check.mjs"), *map(str, files)]
    told = subprocess.run(command, capture_output=True, text=True, check=True, cwd=HERE, timeout=MOST_SECONDS)
    return {(issue, client) for issue, clients in json.loads(told.stdout).items() for client in clients}


def test_no_mail_gets_worse(found: set[tuple[str, str]]) -> None:
    assert sorted(found - known()) == []


def test_what_got_better_stays_so(found: set[tuple[str, str]]) -> None:
    assert sorted(known() - found) == [], "take these out of baseline.json"


def mails() -> Iterator[tuple[str, str]]:
    for trigger in Trigger:
        for language in ("en", "ar"):
            told = letter(
                trigger, ShipmentStatus.DELAYED, document=templates.default(trigger), language=language
            )
            yield f"{trigger}-{language}", compose.render(told).html
    every = Document.of({"subject": "x", "blocks": EVERY_BLOCK})
    yield "every-block", compose.render(letter(document=every, expected_at=TUESDAY)).html


def known() -> set[tuple[str, str]]:
    told = json.loads(BASELINE.read_text())
    return {(issue, client) for issue, clients in told.items() for client in clients}


def installed() -> bool:
    """Tell whether caniemail is there, after trying to bring it."""
    if (HERE / "node_modules" / "caniemail").exists():
        return True
    npm = shutil.which("npm")
    if npm is None:
        return False
    brought = subprocess.run([npm, "ci", "--silent"], cwd=HERE, check=False, timeout=MOST_SECONDS)
    return brought.returncode == 0
