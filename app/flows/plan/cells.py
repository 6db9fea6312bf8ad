"""Cells of a flow's file that are conditions or spans; each raises Mistake for what is none."""

from app.flows.plan.conditions import Condition
from app.flows.plan.sheet import Cell, Mistake, Text, rows_of, text_of
from app.flows.plan.spans import Span
from app.lib import told


def conditions_in(cell: Cell | None) -> tuple[Condition, ...]:
    """Return one condition or a list of them; nothing where nothing stands there."""
    return tuple(_condition(text_of(row)) for row in rows_of(cell)) if cell is not None else ()


def _condition(cell: Text) -> Condition:
    try:
        return Condition.of(cell.text, line=cell.line)
    except ValueError as error:
        raise Mistake(cell.line, told.of(error)) from error


def span_in(cell: Text | None) -> Span | None:
    """Return a span; None where nothing stands there."""
    return needed_span_in(cell) if cell else None


def needed_span_in(cell: Text) -> Span:
    """Return a span."""
    try:
        return Span.of(cell.text)
    except ValueError as error:
        raise Mistake(cell.line, told.of(error)) from error
