"""What README, ARCHITECTURE and the guides name is there, and templates import what they use."""

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
GUIDES = (ROOT / "README.md", ROOT / "ARCHITECTURE.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md"))
QUOTED = re.compile(r"`([^`\n]+)`")
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def test_every_link_leads_to_a_file() -> None:
    links = [
        (guide, link)
        for guide in GUIDES
        for link in re.findall(r"\]\(([^)#]+)", guide.read_text())
        if "://" not in link
    ]
    assert len(links) > 30
    assert [(guide.name, link) for guide, link in links if not (guide.parent / link).exists()] == []


def test_every_command_exists() -> None:
    said = [each for guide in GUIDES for each in QUOTED.findall(guide.read_text())]
    made = {name for each in said for name in re.findall(r"\bmake ([a-z][a-z-]*)", each)}
    run = {name for each in said for name in re.findall(r"python -m ([\w.]+)", each)}
    assert made - TARGETS == set()
    assert [name for name in run if not (ROOT / f"{name.replace('.', '/')}.py").exists()] == []


def test_every_module_of_the_architecture_is_in_its_room() -> None:
    named = list(_named())
    assert len(named) > 150
    assert [f"{room}: {name}" for room, name in named if not _is_there(room, name)] == []


def test_every_room_of_the_house_is_described() -> None:
    rooms = {"jobs", "webhooks", *(f"app/{it.parent.name}" for it in (ROOT / "app").glob("*/__init__.py"))}
    told = (ROOT / "ARCHITECTURE.md").read_text()
    assert [room for room in sorted(rooms) if f"`{room}/`" not in told] == []


def test_no_template_imports_what_it_does_not_use() -> None:
    idle = []
    for file in (ROOT / "templates").rglob("*.html"):
        text = file.read_text()
        parts = (ROOT / "templates" / it for it in re.findall(r"include '([^']+\.html)'", text))
        text += "".join(it.read_text() for it in parts)
        for names in re.findall(r"from '[^']+' import ([\w, ]+?)(?: with context)? -?%}", text):
            idle += [
                f"{file.name}: {it}" for it in names.split(", ") if len(re.findall(rf"\b{it}\b", text)) < 2
            ]
    assert idle == []


def _named() -> Iterator[tuple[str, str]]:
    """Yield each file and folder that ARCHITECTURE names, with the room under whose heading it stands."""
    room = ""
    for line in (ROOT / "ARCHITECTURE.md").read_text().splitlines():
        if line.startswith("#"):
            room = found[1] if (found := re.match(r"### `([\w/]+)/`", line)) else ""
        elif room:
            yield from (
                (room, it)
                for it in QUOTED.findall(line)
                if re.fullmatch(r"[\w/.]+(?:\.(?:py|html|toml)|/)", it)
            )
        else:
            whole = (it for it in QUOTED.findall(line) if re.fullmatch(r"\w+/[\w/.]*", it))
            yield from (("", it) for it in whole)


def _is_there(room: str, name: str) -> bool:
    return (ROOT / room / name).exists() or (ROOT / name).exists()
