"""Folder plug-ins: a file that ends in `PLUGIN = …` is one, and being there is enough."""

import pkgutil
from functools import cache
from importlib import import_module
from typing import Any


@cache
def discover(package: str) -> dict[str, Any]:
    """Return every plug-in of a package by its key, sorted; modules without a PLUGIN are skipped."""
    path = import_module(package).__path__
    found = (
        getattr(import_module(f"{package}.{m.name}"), "PLUGIN", None) for m in pkgutil.iter_modules(path)
    )
    return {plugin.key: plugin for plugin in sorted((p for p in found if p), key=lambda p: str(p.key))}
