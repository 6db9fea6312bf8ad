"""YAML that merchants bring: looked at before it is read, so that none takes longer than it is long."""

import yaml

from app.lib.told import Told, tell

DEEPEST = 24
"""So many lists and tables within each other; nothing of ours has half of that."""


class Odd(yaml.MarkedYAMLError):  # type: ignore[misc]  # untyped
    """It is YAML, and says something that none of our files has: `problem` within a sentence, and as one."""

    def __init__(self, problem: Told, sentence: Told, mark: yaml.Mark) -> None:
        super().__init__(problem=problem, problem_mark=mark)
        self.sentence = sentence


def look(text: str) -> None:
    """Raise Odd for aliases, tags, or what is nested too deeply; another YAMLError for what is no YAML."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.BaseLoader):
        if isinstance(event, yaml.AliasEvent):
            raise Odd(
                tell("anchors and aliases are not understood here"),
                tell("Anchors and aliases are not understood here."),
                event.start_mark,
            )
        if getattr(event, "tag", None):
            raise Odd(
                tell("tags are not understood here"), tell("Tags are not understood here."), event.start_mark
            )
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise Odd(tell("it is nested too deeply"), tell("It is nested too deeply."), event.start_mark)
