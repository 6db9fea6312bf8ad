"""What Liquid's expressions amount to in a scope: functions instead of trees (see program.py)."""

from collections.abc import Callable, Mapping
from operator import itemgetter
from typing import Any

from liquid.builtin.expressions import logical as of
from liquid.builtin.expressions.filtered import FilteredExpression
from liquid.builtin.expressions.logical import BooleanExpression
from liquid.builtin.expressions.path import Path
from liquid.builtin.expressions.primitive import (
    FalseLiteral,
    FloatLiteral,
    IntegerLiteral,
    Nil,
    StringLiteral,
    TrueLiteral,
)
from liquid.expression import Expression

Value = Callable[[dict[str, Any]], Any]


class Unflat(Exception):
    """Only python-liquid knows what this means."""


def value(expression: Expression) -> Value:
    """Return what an expression without filters is; raises Unflat."""
    match expression:
        case Path():
            return _path(expression)
        case Nil():
            return lambda _: None
        case StringLiteral() | IntegerLiteral() | FloatLiteral() | TrueLiteral() | FalseLiteral():
            known = expression.value
            return lambda _: known
        case _:
            raise Unflat


def constant(expression: Expression, constants: Mapping[str, Any]) -> Callable[[], Any] | None:
    """Return what an expression always is, where that is known; None: it depends."""
    while isinstance(expression, BooleanExpression):
        expression = expression.expression
    if isinstance(expression, FilteredExpression):
        if expression.filters:
            return None
        expression = expression.left
    if not isinstance(expression, Path) or expression.path[0] not in constants:
        return None
    try:
        found = _path(expression)(dict(constants))
    except (Unflat, LookupError, TypeError):
        return None
    return lambda: found


def condition(expression: Expression) -> Value:
    """Return whether an expression holds; raises Unflat."""
    match expression:
        case BooleanExpression():
            return condition(expression.expression)
        case of.LogicalAndExpression() | of.LogicalOrExpression():
            return _both(expression)
        case of.EqExpression() | of.NeExpression() | of.GtExpression() | of.LtExpression():
            return _compared(expression)
        case _:
            return _truthy(value(expression))


def _both(expression: of.LogicalAndExpression | of.LogicalOrExpression) -> Value:
    left, right = condition(expression.left), condition(expression.right)
    if isinstance(expression, of.LogicalAndExpression):
        return lambda scope: left(scope) and right(scope)
    return lambda scope: left(scope) or right(scope)


def _compared(
    expression: of.EqExpression | of.NeExpression | of.GtExpression | of.LtExpression,
) -> Value:
    left, right = value(expression.left), value(expression.right)
    match expression:
        case of.EqExpression():
            return _equal(left, right)
        case of.NeExpression():
            equal = _equal(left, right)
            return lambda scope: not equal(scope)
        case of.GtExpression():
            return _less(right, left)
        case _:
            return _less(left, right)


def _path(path: Path) -> Value:
    if not all(isinstance(step, str) for step in path.path):
        raise Unflat
    first, *rest = (str(step) for step in path.path)
    if any(step in ("size", "first", "last") for step in rest):
        return _special(first, rest)
    match rest:
        case []:
            return itemgetter(first)
        case [second]:
            return lambda scope: scope[first][second]
        case [second, third]:
            return lambda scope: scope[first][second][third]
        case _:
            raise Unflat


def _special(first: str, rest: list[str]) -> Value:
    """Return a path that ends in the size of a list, or a loop's first and last."""
    if first == "forloop" and len(rest) == 1:
        return lambda scope: scope["forloop"][rest[0]]
    if rest[1:] or rest[0] != "size":
        raise Unflat

    def size(scope: dict[str, Any]) -> int:
        found = scope[first]
        if type(found) not in (list, tuple, str):
            raise TypeError
        return len(found)

    return size


def _truthy(found: Value) -> Value:
    def is_met(scope: dict[str, Any]) -> bool:
        said = found(scope)
        return said is not None and said is not False

    return is_met


def _equal(left: Value, right: Value) -> Value:
    def is_met(scope: dict[str, Any]) -> bool:
        one, other = left(scope), right(scope)
        if isinstance(one, str) and isinstance(other, str):
            return one == other
        if type(one) is not type(other) and None not in (one, other):
            raise TypeError
        return bool(one == other)

    return is_met


def _less(left: Value, right: Value) -> Value:
    def is_met(scope: dict[str, Any]) -> bool:
        one, other = left(scope), right(scope)
        if type(one) is not int or type(other) is not int:
            raise TypeError
        return one < other

    return is_met
