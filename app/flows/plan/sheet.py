"""YAML as texts, rows and tables that know their lines: nothing is taken for a date, a number or a "yes"."""

from collections.abc import Mapping
from dataclasses import dataclass

import yaml

from app.flows.plan.faults import Fault, Unsound
from app.lib import yaml_files
from app.lib.told import tell

MOST_LETTERS = 50_000


class Mistake(Exception):
    """Something in a file that cannot be understood; `line` is where."""

    def __init__(self, line: int, sentence: str) -> None:
        super().__init__(sentence)
        self.line = line
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Text:
    """A word, a number or a sentence, as it is written."""

    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Rows:
    """A list."""

    line: int
    rows: tuple["Cell", ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Names, and what stands beside them."""

    line: int
    cells: Mapping[str, "Cell"]

    def only(self, what: str, *names: str) -> None:
        """Raise Mistake where it has a name that is none of these."""
        for name, cell in self.cells.items():
            if name not in names:
                raise Mistake(
                    cell.line,
                    tell(
                        "%(what)s has no %(name)s; it may have %(names)s.",
                        what=what,
                        name=repr(name),
                        names=", ".join(names),
                    ),
                )

    def text(self, name: str) -> Text | None:
        """Return the text beside a name; None: it is not there."""
        cell = self.cells.get(name)
        return None if cell is None else text_of(cell)

    def needed(self, name: str) -> Text:
        """Return the text beside a name; raises Mistake where it is missing."""
        found = self.text(name)
        if found is None:
            raise Mistake(self.line, tell("%(name)s is missing.", name=repr(name)))
        return found


Cell = Text | Rows | Table


def text_of(cell: Cell) -> Text:
    """Return a cell that is a text; raises Mistake for another."""
    if not isinstance(cell, Text) or not cell.text:
        raise Mistake(cell.line, tell("Here one word or sentence is wanted."))
    return cell


def table_of(cell: Cell) -> Table:
    """Return a cell that is a table; raises Mistake for another."""
    if not isinstance(cell, Table):
        raise Mistake(cell.line, tell("Here names and what belongs to them are wanted, like “for: 1 hour”."))
    return cell


def rows_of(cell: Cell) -> tuple[Cell, ...]:
    """Return the rows of a list; something else is a list of one."""
    return cell.rows if isinstance(cell, Rows) else (cell,)


def parse(text: str) -> Table:
    """Return what a file says; raises Unsound where it is no YAML, or no table."""
    if len(text) > MOST_LETTERS:
        raise Unsound([Fault(0, "", tell("A flow has at most %(most)s letters.", most=MOST_LETTERS))])
    try:
        return table_of(_whole(text))
    except Mistake as mistake:
        raise Unsound([Fault(mistake.line, "", mistake.sentence)]) from mistake
    except yaml_files.Odd as odd:
        raise Unsound([Fault(odd.problem_mark.line + 1, "", odd.sentence)]) from odd
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None)
        line = mark.line + 1 if mark else 0
        sentence = (
            tell("This is no YAML: %(problem)s.", problem=problem)
            if problem
            else tell("This is no YAML: it cannot be read.")
        )
        raise Unsound([Fault(line, "", sentence)]) from error


def _whole(text: str) -> Cell:
    yaml_files.look(text)
    node = yaml.compose(text, Loader=yaml.BaseLoader)
    if node is None:
        raise Mistake(1, tell("There is nothing in it."))
    return _cell(node)


def _cell(node: yaml.Node) -> Cell:
    line = node.start_mark.line + 1
    match node:
        case yaml.ScalarNode():
            return Text(line, node.value.strip())
        case yaml.SequenceNode():
            return Rows(line, tuple(_cell(row) for row in node.value))
        case yaml.MappingNode():
            cells: dict[str, Cell] = {}
            for name, value in node.value:
                known_as = text_of(_cell(name))
                if known_as.text in cells:
                    raise Mistake(
                        known_as.line, tell("%(name)s stands here twice.", name=repr(known_as.text))
                    )
                cells[known_as.text] = _cell(value)
            return Table(line, cells)
        case _:
            raise Mistake(line, tell("This cannot be understood."))
