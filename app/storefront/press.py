"""The press: how a page becomes the bytes that are kept, and what it must be drawn anew for."""

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Self

from app.lib.config import settings

ROOT = Path(__file__).parent.parent.parent
DRAWN_BY = ("app", "templates/storefront", "static/storefront", "requirements/runtime.txt")
"""Whatever of ours decides how a page looks; rather too much than too little, for it costs one drawing."""


@dataclass(frozen=True, slots=True)
class Print:
    """A page as it is kept and sent."""

    tag: str
    body: bytes
    """Gzipped."""

    @classmethod
    def of(cls, html: str) -> Self:
        """Return a page pressed."""
        page = html.encode()
        return cls(hashlib.blake2b(page, digest_size=12).hexdigest(), gzip.compress(page, mtime=0))

    @property
    def html(self) -> bytes:
        """The page as it was before."""
        return gzip.decompress(self.body)


@cache
def press() -> str:
    """Return the name of this press: another version of the house, or another address of it, has another."""
    name = hashlib.blake2b(settings().url.encode(), digest_size=12)
    for part in DRAWN_BY:
        folder = ROOT / part
        for file in sorted(folder.rglob("*")) if folder.is_dir() else [folder]:
            if file.is_file() and file.suffix != ".pyc":
                name.update(str(file.relative_to(ROOT)).encode() + b"\0" + file.read_bytes())
    return name.hexdigest()
