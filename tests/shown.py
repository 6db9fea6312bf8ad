"""What a page shows or has read out, without what is for machines."""

from html.parser import HTMLParser

MACHINE = ("script", "style", "svg", "textarea", "pre", "code", "bdi")
VOID = ("br", "hr", "img", "input", "link", "meta", "path", "source", "wbr", "circle", "rect", "line")
SPOKEN = ("aria-label", "placeholder", "title", "alt")
"""Attributes that are read out, or shown."""


class Shown(HTMLParser):
    """Hands every text of a page on; what a shopper reads there is in an element with a `lang` of its own."""

    def __init__(self) -> None:
        super().__init__()
        self._within: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Hand on what is read out, and note whether what stands within is for machines or shoppers."""
        known = dict(attrs)
        for name in SPOKEN:
            if text := known.get(name):
                self.read_out(text)
        classes = (known.get("class") or "").split()
        is_data = tag in MACHINE or "mono" in classes or (tag != "html" and "lang" in known)
        if tag not in VOID:
            self._within.append((tag, is_data))

    def handle_endtag(self, tag: str) -> None:
        """Leave an element, and whatever was not closed in it."""
        if tag in (name for name, _ in self._within):
            while self._within.pop()[0] != tag:
                pass

    def handle_data(self, data: str) -> None:
        """Hand on what is shown."""
        if not any(is_data for _, is_data in self._within):
            self.shown(data)

    def read_out(self, text: str) -> None:
        """Take what is read out by itself."""
        raise NotImplementedError

    def shown(self, text: str) -> None:
        """Take what stands on the page, after what stood before."""
        raise NotImplementedError
