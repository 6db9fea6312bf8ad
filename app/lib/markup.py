"""Text that a merchant writes, as HTML that can do nothing: a few tags, links by https alone."""

import re

import nh3

TAGS = {"a", "b", "br", "em", "i", "li", "ol", "p", "strong", "ul"}
BLOCK = re.compile(r"<(p|ul|ol)\b", re.IGNORECASE)


def clean(text: str) -> str:
    """Return a text without whatever is not allowed; where it has no paragraphs, empty lines make them."""
    written = text.replace("\r\n", "\n").strip()
    if written and not BLOCK.search(written):
        parts = re.split(r"\n\s*\n", written)
        written = "".join(f"<p>{part.strip().replace(chr(10), '<br>')}</p>" for part in parts)
    return nh3.clean(
        written,
        tags=TAGS,
        attributes={"a": {"href"}},
        attribute_filter=_secure,
        link_rel="noopener noreferrer",
        clean_content_tags={"script", "style"},
    )


def _secure(tag: str, name: str, value: str) -> str | None:
    """Keep an address that stands by itself, whatever page it is on."""
    del tag
    return value if name != "href" or value.startswith("https://") else None
