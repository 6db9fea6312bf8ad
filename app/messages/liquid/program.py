"""Liquid made flat: a list of literals and of slots to be filled, a dozen times as fast as walking its tree.

Whatever is the same for every message of a shop and language is a literal. What python-liquid must decide
(tags and filters beyond the common ones) is a slot that asks it; and where a slot meets what it was not
made for, the whole template is python-liquid's. So both always say the same: tests compare them.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from liquid import BoundTemplate, RenderContext
from liquid.ast import BlockNode, Node
from liquid.builtin.content import ContentNode
from liquid.builtin.expressions import FilteredExpression
from liquid.builtin.expressions.path import Path
from liquid.builtin.output import OutputNode
from liquid.builtin.tags.assign_tag import AssignNode
from liquid.builtin.tags.capture_tag import CaptureNode
from liquid.builtin.tags.comment_tag import CommentNode
from liquid.builtin.tags.for_tag import ForNode
from liquid.builtin.tags.if_tag import IfNode
from liquid.builtin.tags.unless_tag import UnlessNode
from liquid.expression import Expression
from liquid.stringify import to_liquid_string
from markupsafe import Markup

from app.messages.liquid import slots
from app.messages.liquid.conditions import Unflat, Value, condition, constant, value
from app.messages.liquid.dialect import FILTERS, Sandbox
from app.messages.liquid.slots import BUDGET, Part, Scope, Slot, Slow

COMMON = frozenset({*FILTERS, "lines", "default", "escape", "upcase", "downcase"})
"""Filters that only look at what they are given."""


@dataclass(frozen=True, slots=True)
class Program:
    """A template, ready to be filled."""

    fill: Slot
    limit: int

    def run(self, data: Mapping[str, Any]) -> str:
        """Return what the template says; raises one of GIVES_WAY, where python-liquid must say it."""
        text = self.fill({**data, BUDGET: self.limit})
        if len(text) > self.limit:
            raise Slow
        return text


def flatten(
    template: BoundTemplate, constants: Mapping[str, Any], paint: Callable[[str], str] = str
) -> Program:
    """Return a template as a program, its literals painted.

    `constants` are the same in all that it will be filled with.
    """
    fill = _Flattener(template, constants, paint).joined(template.nodes)
    return Program(fill, Sandbox.output_stream_limit)


class _Flattener:
    def __init__(
        self, template: BoundTemplate, constants: Mapping[str, Any], paint: Callable[[str], str]
    ) -> None:
        self.template = template
        self.paint = paint
        self.escapes = template.env.autoescape
        bound = set(_bound(template.nodes, RenderContext(template)))
        self.constants = {name: known for name, known in constants.items() if name not in bound}
        self.loops: list[str] = []

    def joined(self, nodes: Iterable[Node]) -> Slot:
        """Return one slot for a sequence of nodes."""
        return slots.joined(self.parts(nodes))

    def parts(self, nodes: Iterable[Node]) -> list[Part]:
        """Return nodes as literals and slots; each that is not common is python-liquid's by itself."""
        parts: list[Part] = []
        for node in nodes:
            try:
                parts.append(self.part(node))
            except Unflat:
                if self.loops:
                    raise
                parts.append(partial(slots.exact, self.template, node, self.paint))
        return parts

    def part(self, node: Node) -> Part:
        """Return a node as a literal or a slot; raises Unflat."""
        match node:
            case ContentNode():
                part: Part = self.paint(node.text)
            case CommentNode():
                part = ""
            case OutputNode():
                part = self.output(node.expression)
            case IfNode() | UnlessNode():
                part = self.branches(node)
            case ForNode():
                part = self.loop(node)
            case AssignNode():
                part = slots.assigning(self.name(node.name), self.value(node.expression))
            case CaptureNode():
                kind = Markup if self.escapes else str
                part = slots.capturing(self.name(node.name), self.block(node.block), kind)
            case _:
                raise Unflat
        return part

    def name(self, name: str) -> str:
        """Return a name that may be given; raises Unflat."""
        if name in self.loops or name == "forloop":
            raise Unflat
        return "".join(name)  # python-liquid's own kind of str is slow to look up

    def block(self, block: BlockNode) -> Slot:
        """Return what stands between two tags; where all of it is blank nothing is printed."""
        inner = self.joined(block.nodes)
        return slots.silent(inner) if block.blank else inner

    def output(self, expression: Expression) -> Part:
        known = constant(expression, self.constants)
        if known is not None:
            return str(to_liquid_string(known(), self.escapes))
        return slots.printing(self.value(expression), escapes=self.escapes)

    def value(self, expression: Expression) -> Value:
        if not isinstance(expression, FilteredExpression):
            return value(expression)
        found = value(expression.left)
        for step in expression.filters or ():
            if step.name not in COMMON or step.name not in self.template.env.filters:
                raise Unflat
            arguments = [(getattr(argument, "name", None), value(argument.value)) for argument in step.args]
            found = self.filtered(found, step.name, arguments)
        return found

    def filtered(self, found: Value, name: str, arguments: Sequence[tuple[str | None, Value]]) -> Value:
        filter_ = self.template.env.filters[name]
        if getattr(filter_, "with_environment", False):
            filter_ = partial(filter_, environment=self.template.env)
        asks = getattr(self.template.env.filters[name], "with_context", False)
        by_place = [argument for name, argument in arguments if name is None]
        by_name = {name: argument for name, argument in arguments if name is not None}
        if not asks and not arguments:
            return lambda scope: filter_(found(scope))

        def run(scope: Scope) -> object:
            named: dict[str, Any] = {name: argument(scope) for name, argument in by_name.items()}
            if asks:
                named["context"] = _Names(scope)
            return filter_(found(scope), *[argument(scope) for argument in by_place], **named)

        return run

    def branches(self, node: IfNode | UnlessNode) -> Part:
        is_turned = isinstance(node, UnlessNode)
        first = constant(node.condition, self.constants)
        if first is not None and not node.alternatives:
            is_met = first() not in (None, False)
            taken = node.consequence if is_met is not is_turned else node.default
            return self.block(taken) if taken else ""
        asked = condition(node.condition)
        choices = [(slots.turned(asked) if is_turned else asked, self.block(node.consequence))]
        choices += [(condition(other.expression), self.block(other.block)) for other in node.alternatives]
        return slots.choosing(choices, self.block(node.default) if node.default else None)

    def loop(self, node: ForNode) -> Slot:
        loop = node.expression
        if loop.limit or loop.offset or loop.reversed or loop.cols or loop.identifier == "forloop":
            raise Unflat
        items, name = value(loop.iterable), "".join(loop.identifier)
        self.loops.append(name)
        try:
            body = self.block(node.block)
        finally:
            self.loops.pop()
        default = self.block(node.default) if node.default else None
        looked_up = _paths(node.block.nodes, RenderContext(self.template))
        counts = any(path.path[0] == "forloop" for path in looked_up)
        run = slots.looping(name, items, body, default, counts=counts)
        others = self.others(node)
        return run if others is None else slots.remembering(items, others, run)

    def others(self, node: ForNode) -> list[Value] | None:
        """Return what a loop looks at besides its own items; None, where it does more than print."""
        if self.loops or list(_bound([*node.block.nodes], RenderContext(self.template))):
            return None
        paths = {str(path): path for path in _paths(node.block.nodes, RenderContext(self.template))}
        own = (str(node.expression.identifier), "forloop")
        return [value(path) for path in paths.values() if path.path[0] not in own]


class _Names:
    """As much of python-liquid's context as our filters ask for."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    def resolve(self, name: str) -> object:
        return self.scope[name]


def _bound(nodes: Iterable[Node], context: RenderContext) -> Iterable[str]:
    """Yield every name that the template itself gives to something."""
    for node in nodes:
        yield from map(str, (*node.template_scope(), *node.block_scope()))
        yield from _bound(node.children(context, include_partials=False), context)


def _paths(nodes: Iterable[Node], context: RenderContext) -> Iterable[Path]:
    """Yield every name that a template looks up."""
    for node in nodes:
        pending: list[object] = list(node.expressions())
        while pending:
            expression = pending.pop()
            if isinstance(expression, Path):
                yield expression
            if isinstance(expression, Expression):
                pending += expression.children()
        yield from _paths(node.children(context, include_partials=False), context)
