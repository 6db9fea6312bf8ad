"""Messages as files that people write and git keeps: YAML or JSON, and on which lines their faults are."""

from collections.abc import Iterable, Mapping
from typing import Any

import yaml

from app.lib import yaml_files
from app.lib.told import tell
from app.messages.documents.document import MOST_LETTERS, Document, Misfit
from app.messages.documents.lint import Finding
from app.vocabulary import Trigger

NAME = "message"
"""The key under which a file says which message it is."""
WIDTH = 100


def write(trigger: Trigger, document: Document) -> str:
    """Return a message as YAML."""
    text: str = yaml.dump(
        {NAME: trigger.value, **document.data()},
        Dumper=_Writer,
        sort_keys=False,
        allow_unicode=True,
        width=WIDTH,
    )
    return text


def read(text: str) -> tuple[Trigger, dict[str, Any]]:
    """Return which message a file is, and its data; raises Misfit."""
    if len(text) > 2 * MOST_LETTERS:
        raise Misfit(tell("A message has at most %(most)s letters.", most=MOST_LETTERS))
    try:
        yaml_files.look(text)
        data = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or tell("this is no YAML")
        line = tell("Line %(line)s: %(problem)s", line=mark.line + 1, problem=problem) if mark else problem
        raise Misfit(line) from error
    except ValueError as error:  # a date or a number that there is not
        sentence = tell("A text that looks like a date or a number stands in quotes: %(error)s.", error=error)
        raise Misfit(sentence) from error
    known = {it.value: it for it in Trigger}
    of = known.get(str(data.pop(NAME, ""))) if isinstance(data, dict) else None
    if of is None:
        sentence = tell(
            "The file must say which message it is, as in “%(example)s”.",
            example=f"{NAME}: {Trigger.SHIPPED}",
        )
        raise Misfit(sentence)
    return of, data


def lines(text: str, document: Document, findings: Iterable[Finding]) -> list[tuple[int, Finding]]:
    """Return the findings with their lines of the file, in the order of the lines."""
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    places = {block.id: place for place, block in enumerate(document.blocks)}
    return sorted(
        ((_line(root, finding, places), finding) for finding in findings), key=lambda found: found[0]
    )


def _line(root: yaml.Node, finding: Finding, places: Mapping[str, int]) -> int:
    """Return the line of what a finding is about; of what stands around it, where it is not written."""
    path: list[str | int] = ["languages", finding.language] if finding.language else []
    if finding.block:
        path += ["blocks", finding.block if finding.language else places[finding.block]]
    node: yaml.Node = root
    for step in [*path, *([finding.field] if finding.field else [])]:
        below = _below(node, step)
        if below is None:
            return int(node.start_mark.line) + 1
        node = below
    is_block = isinstance(node, yaml.ScalarNode) and node.style in ("|", ">")
    return int(node.start_mark.line) + finding.line + is_block


def _below(node: yaml.Node, step: str | int) -> yaml.Node | None:
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int):
        return node.value[step] if step < len(node.value) else None
    if isinstance(node, yaml.MappingNode):
        return next((value for name, value in node.value if name.value == step), None)
    return None


class _Writer(yaml.SafeDumper):  # type: ignore[misc] # PyYAML tells no types
    """Writes a text of several lines as several lines."""


def _text(writer: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return writer.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Writer.add_representer(str, _text)
