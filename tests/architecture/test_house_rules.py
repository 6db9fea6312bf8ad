"""The rules of the house that no linter knows."""

import ast
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from sqlalchemy import Table

from app import events, intake, reactions
from app.carriers.base import Told
from app.lib import queue
from app.platforms import base
from app.schema import Base

ROOT = Path(__file__).parent.parent.parent
HOUSE = ("app", "webhooks", "jobs", "demo", "bench", "extensions")
EDGES = (
    "webhooks/",
    "jobs/",
    "app/admin/",
    "app/api/",
    "app/storefront/",
    "app/cli.py",
    "app/flow_commands.py",
    "app/health.py",
    "demo/",
)
FORBIDDEN_NAMES = {"utils", "helpers", "common", "manager", "service", "misc"}


def modules(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from sorted(f for f in (ROOT / folder).rglob("*.py") if "node_modules" not in f.parts)


@pytest.mark.parametrize("file", list(modules(*HOUSE, "tests")), ids=lambda file: str(file.relative_to(ROOT)))
def test_a_module_is_short_and_named_by_its_noun(file: Path) -> None:
    assert len(file.read_text().splitlines()) <= 300
    assert not {part.removesuffix(".py") for part in file.relative_to(ROOT).parts} & FORBIDDEN_NAMES


def test_no_job_is_longer_than_fifteen_lines() -> None:
    too_long = [
        f"{job} has {length} lines"
        for job in queue.QUEUES
        if (length := _length_of(ROOT / "jobs" / f"{job.split('.')[1]}.py", job.rpartition(".")[2])) > 15
    ]
    assert too_long == []


def test_every_job_that_is_named_exists() -> None:
    for job in queue.QUEUES:
        module, _, name = job.rpartition(".")
        assert callable(getattr(import_module(module), name))


def test_transactions_open_only_at_the_edges_and_only_one_place_commits() -> None:
    for file in modules("app"):
        name = str(file.relative_to(ROOT))
        source = file.read_text()
        if "transaction()" in source and name != "app/lib/db.py":
            assert name.startswith(EDGES), f"{name} opens a transaction"
        if re.search(r"\.commit\(\)", source):
            assert name == "app/lib/db.py", f"{name} commits"


def test_what_a_merchant_chose_is_written_in_one_place() -> None:
    for file in modules("app", "jobs", "webhooks"):
        if re.search(r"\bshop\.settings(\[[^\]]*\])? = ", file.read_text()):
            assert file.relative_to(ROOT) == Path("app/shops/choices.py"), f"{file}: ask choices.keep"


def test_a_flush_gives_its_reason() -> None:
    for file in modules("app", "jobs", "webhooks"):
        for line in file.read_text().splitlines():
            if re.search(r"\.flush\(\)", line):
                assert "#" in line, f"{file}: {line.strip()}"


@pytest.mark.parametrize("table", Base.metadata.sorted_tables, ids=lambda table: str(table.name))
def test_every_table_has_its_shop(table: Table) -> None:
    before_there_is_one = ("shop", "connect_state")
    assert table.name in before_there_is_one or not table.c.shop_id.nullable


def test_every_event_has_its_line_in_the_reactions() -> None:
    assert set(reactions.REACTIONS) == set(events.KINDS.values())


def test_every_record_of_a_platform_has_a_keeper() -> None:
    assert set(intake.KEEPERS) == {*base.Record.__args__, Told}


def test_times_are_asked_of_the_clock() -> None:
    for file in modules("app", "jobs", "webhooks"):
        source = file.read_text()
        if file.name != "clock.py":
            assert "datetime.now(" not in source, file
            assert "utcnow" not in source, file


def test_nothing_committed_names_a_registry_or_this_machine() -> None:
    words = ("pypi.org", "files.pythonhosted", "registry.npmjs", "/wor" + "k/", "--index-url")
    for pattern in (
        "*.py",
        "*.txt",
        "*.in",
        "*.toml",
        "*.json",
        "*.md",
        "*.mjs",
        "Makefile",
        "Procfile",
        ".ci/run",
    ):
        for file in ROOT.rglob(pattern):
            if not {".venv", "node_modules", "var", ".git"} & set(file.relative_to(ROOT).parts):
                source = file.read_text(errors="replace")
                assert not [word for word in words if word in source and file != Path(__file__)], file


def _length_of(file: Path, function: str) -> int:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.FunctionDef) and node.name == function:
            assert node.end_lineno is not None
            body = [
                n for n in node.body if not (isinstance(n, ast.Expr) and isinstance(n.value, ast.Constant))
            ]
            return node.end_lineno - body[0].lineno + 1
    raise AssertionError(f"{file} has no {function}")
