"""What programs are made of: slots, which read a scope and print (see program.py)."""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from liquid import BoundTemplate, RenderContext
from liquid.ast import Node
from liquid.exceptions import LiquidError
from liquid.output import LimitedStringIO
from liquid.stringify import to_liquid_string
from markupsafe import escape

from app.messages.liquid.conditions import Value
from app.messages.liquid.dialect import Sandbox

Scope = dict[str, Any]
Slot = Callable[[Scope], str]
Part = str | Slot

MOST_TURNS = 100
"""Of one loop; a longer one is python-liquid's, and so are its limits."""
BUDGET, CONTEXT = "%budget", "%context"
"""Names in the scope that no template can write: what loops may still print; python-liquid's own scope."""
MARKUP = re.compile(r"[&<>'\"]")
LOOPS_KEPT = 256


class Shared(tuple[Any, ...]):
    """A list of which there is one wherever it says the same: what a loop makes of it is made once."""

    __slots__ = ()


class Slow(Exception):
    """A slot has met what it was not made for."""


GIVES_WAY = (Slow, LiquidError, LookupError, TypeError, ValueError, AttributeError, ArithmeticError)


def joined(parts: Iterable[Part]) -> Slot:
    """Return literals and slots as one: neighboring literals are one literal."""
    row: list[Part] = []
    for part in parts:
        if isinstance(part, str) and row and isinstance(row[-1], str):
            row[-1] += part
        else:
            row.append(part)
    slots = [(place, part) for place, part in enumerate(row) if not isinstance(part, str)]
    blank = [part if isinstance(part, str) else "" for part in row]
    if not slots:
        text = "".join(blank)
        return lambda _: text

    def fill(scope: Scope) -> str:
        filled = blank.copy()
        for place, slot in slots:
            filled[place] = slot(scope)
        return "".join(filled)

    return fill


def printing(found: Value, *, escapes: bool) -> Slot:
    """Return a slot that prints a value, escaped for HTML or as it is."""

    def escaped(scope: Scope) -> str:
        said = found(scope)
        if type(said) is str:
            return said if MARKUP.search(said) is None else str(escape(said))
        return to_liquid_string(said, autoescape=True)

    def plain(scope: Scope) -> str:
        said = found(scope)
        return said if type(said) is str else to_liquid_string(said, autoescape=False)

    return escaped if escapes else plain


def turned(asked: Value) -> Value:
    """Return the opposite of a condition."""
    return lambda scope: not asked(scope)


def choosing(choices: Sequence[tuple[Value, Slot]], default: Slot | None) -> Slot:
    """Return a slot that prints what stands under the first condition that is met."""
    if len(choices) == 1:
        ((asked, inner),) = choices

        def choose_one(scope: Scope) -> str:
            if asked(scope):
                return inner(scope)
            return default(scope) if default else ""

        return choose_one

    def choose(scope: Scope) -> str:
        for is_met, inside in choices:
            if is_met(scope):
                return inside(scope)
        return default(scope) if default else ""

    return choose


def looping(name: str, items: Value, body: Slot, default: Slot | None, *, counts: bool) -> Slot:
    """Return a slot that prints its body for every item of a list."""

    def loop(scope: Scope) -> str:
        found = items(scope)
        if type(found) not in (list, tuple, Shared) or len(found) > MOST_TURNS:
            raise Slow
        if not found:
            return default(scope) if default else ""
        before = {name: scope[name] for name in (name, "forloop") if name in scope}
        printed, last = [], len(found) - 1
        for place, item in enumerate(found):
            scope[name] = item
            if counts:
                scope["forloop"] = {
                    "index": place + 1,
                    "index0": place,
                    "rindex": last - place + 1,
                    "rindex0": last - place,
                    "first": place == 0,
                    "last": place == last,
                    "length": last + 1,
                }
            printed.append(body(scope))
            _spend(scope, len(printed[-1]))
        scope.pop(name)
        scope.pop("forloop", None)
        scope.update(before)
        return "".join(printed)

    return loop


def remembering(items: Value, others: Sequence[Value], run: Slot) -> Slot:
    """Return a loop that makes the same of the same list once."""
    kept: dict[tuple[object, ...], tuple[Shared, str]] = {}

    def loop(scope: Scope) -> str:
        found = items(scope)
        if type(found) is not Shared:
            return run(scope)
        seen = (id(found), *[other(scope) for other in others])
        if not all(isinstance(other, str | int | None) for other in seen):
            return run(scope)
        known = kept.get(seen)
        if known is None:
            if len(kept) >= LOOPS_KEPT:
                kept.clear()
            known = kept[seen] = (found, run(scope))  # the list is kept as well: so its id stays its own
        else:
            _spend(scope, len(known[1]))
        return known[1]

    return loop


def assigning(name: str, found: Value) -> Slot:
    """Return a slot that names a value."""

    def assign(scope: Scope) -> str:
        scope[name] = said = found(scope)
        _spend(scope, len(said) if isinstance(said, str | list | tuple) else 1)
        return ""

    return assign


def capturing(name: str, inner: Slot, kind: type[str]) -> Slot:
    """Return a slot that names what is printed inside it."""

    def capture(scope: Scope) -> str:
        said = inner(scope)
        scope[name] = kind(said)
        _spend(scope, len(said))
        return ""

    return capture


def silent(inner: Slot) -> Slot:
    """Return a slot that does what it does and prints nothing."""

    def run(scope: Scope) -> str:
        inner(scope)
        return ""

    return run


def _spend(scope: Scope, letters: int) -> None:
    scope[BUDGET] -= letters
    if scope[BUDGET] < 0:
        raise Slow


def exact(template: BoundTemplate, node: Node, paint: Callable[[str], str], scope: Scope) -> str:
    """Return what python-liquid makes of one node, painted, and take over what it assigns."""
    context = scope.get(CONTEXT)
    if context is None:
        context = scope[CONTEXT] = RenderContext(template, globals=scope)
    page = LimitedStringIO(limit=Sandbox.output_stream_limit)
    node.render(context, page)
    scope.update(context.locals)
    _spend(scope, sum(len(said) for said in context.locals.values() if isinstance(said, str)))
    context.locals.clear()
    return paint(page.getvalue())
