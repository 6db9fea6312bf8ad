"""What mails are made of: MJML in the shop's colors, compiled once; words in Liquid, parsed once.

Every trigger has its words.liquid, which fills the one layout, as HTML and as text.
"""

import re
from functools import cache, lru_cache
from pathlib import Path

import mjml
from liquid import BoundTemplate

from app.messages.liquid import Sandbox, sandbox
from app.shops import brand
from app.vocabulary import Trigger

FOLDER = Path(__file__).parent.parent.parent / "templates" / "messages"
INCLUDE = re.compile(r'<mj-include path="([\w/.]+)" />')
COLOR = re.compile(r"var\(--(dark-)?([\w-]+)\)")
LOOKS = 256
"""How many brands' parsed layouts are kept."""


@cache
def words(trigger: Trigger) -> BoundTemplate:
    """Return what a trigger's mails say: a template that prints nothing and assigns every sentence."""
    return _plain().from_string(
        read("words.liquid") + read(f"{trigger}/words.liquid"), f"{trigger}/words.liquid"
    )


@cache
def text() -> BoundTemplate:
    """Return the text part of every mail."""
    return _plain().from_string(read("mail.txt"), "mail.txt")


@lru_cache(maxsize=LOOKS)
def html(color: str) -> BoundTemplate:
    """Return the HTML part of every mail in a brand's colors, for light and for dark."""
    return _escaping().from_string(layout(color), "mail.mjml")


def layout(color: str) -> str:
    """Return the layout as HTML, its words still Liquid."""
    shades = {"": brand.tokens(color), "dark-": brand.tokens(color, dark=True)}
    source = INCLUDE.sub(lambda found: read(found[1]), read("mail.mjml"))
    colored = COLOR.sub(lambda found: shades[found[1] or ""][found[2]], source)
    return str(mjml.mjml2html(colored, fonts={}))


def read(path: str) -> str:
    """Return a file of the templates' folder."""
    return (FOLDER / path).read_text()


@cache
def _escaping() -> Sandbox:
    return sandbox(autoescape=True)


@cache
def _plain() -> Sandbox:
    return sandbox(autoescape=False)
