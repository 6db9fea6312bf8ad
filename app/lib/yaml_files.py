"""YAML that merchants bring: looked at before it is read, so that none takes longer than it is long."""

import yaml

DEEPEST = 24
"""So many lists and tables within each other; nothing of ours has half of that."""


class Odd(yaml.MarkedYAMLError):  # type: ignore[misc]  # untyped
    """It is YAML, and says something that none of our files has."""


def look(text: str) -> None:
    """Raise Odd for aliases, tags, or what is nested too deeply; another YAMLError for what is no YAML."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.BaseLoader):
        if isinstance(event, yaml.AliasEvent):
            raise Odd(problem="anchors and aliases are not understood here", problem_mark=event.start_mark)
        if getattr(event, "tag", None):
            raise Odd(problem="tags are not understood here", problem_mark=event.start_mark)
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise Odd(problem="it is nested too deeply", problem_mark=event.start_mark)
