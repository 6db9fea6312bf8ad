"""Tables of sentences by what they are about: each is said in the reader's language when it is asked for."""

from collections.abc import Hashable, Iterator, Mapping
from typing import TypeVar

from app.admin.saying import say

K = TypeVar("K", bound=Hashable)


class Said(Mapping[K, str]):
    """A table whose sentences, marked where they are written, come out said."""

    def __init__(self, sentences: Mapping[K, str]) -> None:
        self._sentences = sentences

    def __getitem__(self, key: K) -> str:
        text = self._sentences[key]
        return say(text) if text else ""

    def written(self, key: K) -> str:
        """Return a sentence as it is written, for what is kept."""
        return self._sentences[key]

    def __iter__(self) -> Iterator[K]:
        return iter(self._sentences)

    def __len__(self) -> int:
        return len(self._sentences)
