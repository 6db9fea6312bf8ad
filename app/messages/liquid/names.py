"""Which names and filters a template uses, and which of the names nothing is known by."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Self

from liquid import BoundTemplate, RenderContext
from liquid.ast import Node
from liquid.builtin.expressions.filtered import FilteredExpression
from liquid.builtin.expressions.path import Path
from liquid.builtin.tags.for_tag import ForNode
from liquid.expression import Expression

from app.lib.told import tell

ANYTHING = object()
"""Stands for what a template itself has named: nobody knows what it is."""
OF_LISTS = ("size", "first", "last")
HIDDEN = ("calendar", "clicks")
"""Filters ask for it; there is nothing in it for templates."""


@dataclass(frozen=True, slots=True)
class Known:
    """The names that templates may use, each with an example."""

    examples: Mapping[str, Any]

    @classmethod
    def of(cls, fields: Mapping[str, Any], templates: Iterable[BoundTemplate]) -> Self:
        """Return the merge fields, and what these templates assign."""
        own = {name: ANYTHING for template in templates for name in _assigned(template)}
        return cls({name: value for name, value in fields.items() if name not in HIDDEN} | own)

    def missing(self, template: BoundTemplate) -> Iterator[tuple[str, int]]:
        """Yield a sentence for every name that means nothing, and its line."""
        for path, scope, has_default in _paths(template.nodes, RenderContext(template), self.examples):
            if _looked_up(path, scope) is None and not has_default:
                yield self._sentence(str(path)), _line(path)

    def _sentence(self, name: str) -> str:
        near = get_close_matches(name, list(_dotted(self.examples)), n=1)
        if not near:
            return tell("Nothing is called %(name)s.", name=repr(name))
        return tell("Nothing is called %(name)s. Did you mean %(near)s?", name=repr(name), near=repr(near[0]))


def filters(template: BoundTemplate) -> Iterator[tuple[str, int]]:
    """Yield every filter that a template uses, and its line."""
    for name, places in template.analyze(include_partials=False).filters.items():
        for place in places:
            yield name, str(template)[: place.index].count("\n") + 1


def _assigned(template: BoundTemplate) -> Iterator[str]:
    pending, context = list(template.nodes), RenderContext(template)
    while pending:
        node = pending.pop()
        yield from map(str, node.template_scope())
        pending += node.children(context, include_partials=False)


def _paths(
    nodes: Iterable[Node], context: RenderContext, scope: Mapping[str, Any]
) -> Iterator[tuple[Path, Mapping[str, Any], bool]]:
    """Yield every name that is looked up, with what is known there, and whether a default follows it."""
    for node in nodes:
        for expression in node.expressions():
            for path, has_default in _named(expression, has_default=False):
                yield path, scope, has_default
        inner = scope
        if isinstance(node, ForNode):
            items = node.expression.iterable
            found = _looked_up(items, scope) if isinstance(items, Path) else (ANYTHING,)
            listed = found[0] if found else ANYTHING
            first = listed[0] if isinstance(listed, Sequence) and listed else ANYTHING
            inner = {**scope, str(node.expression.identifier): first, "forloop": ANYTHING}
        yield from _paths(node.children(context, include_partials=False), context, inner)


def _named(expression: Expression, *, has_default: bool) -> Iterator[tuple[Path, bool]]:
    if isinstance(expression, Path):
        yield expression, has_default
    follows = isinstance(expression, FilteredExpression) and any(
        step.name == "default" for step in expression.filters or ()
    )
    for child in expression.children():
        yield from _named(child, has_default=has_default or follows)


def _looked_up(path: Path, scope: Mapping[str, Any]) -> tuple[Any] | None:
    """Return the example that a path leads to; None: it leads nowhere."""
    found: Any = scope
    for step in path.path:
        if found is ANYTHING or isinstance(step, Path):
            return (ANYTHING,)
        if isinstance(found, Mapping) and step in found:
            found = found[step]
        elif isinstance(found, Sequence) and (step in OF_LISTS or isinstance(step, int)):
            found = ANYTHING
        else:
            return None
    return (found,)


def _dotted(examples: Mapping[str, Any], before: str = "") -> Iterator[str]:
    for name, value in examples.items():
        yield before + name
        if isinstance(value, Mapping):
            yield from _dotted(value, f"{before}{name}.")


def _line(path: Path) -> int:
    return path.token.source[: path.token.start_index].count("\n") + 1
