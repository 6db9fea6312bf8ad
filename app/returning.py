"""What goes on when a store comes back: its errands ended when it left, what was chosen did not."""

from collections.abc import Callable

from sqlalchemy.orm import Session

from app.flows import restocks
from app.flows.rehearsal import asked
from app.imports import bringing
from app.messages.providers import domains
from app.messages.whatsapp import registry
from app.privacy import retention, traces
from app.shops import page_host
from app.shops.models import Shop
from app.stock import shelves
from app.tracking.sources import following

GOES_ON: tuple[Callable[[Session, Shop], None], ...] = (
    retention.go_on,
    traces.go_on,
    page_host.go_on,
    domains.go_on,
    bringing.go_on,
    asked.go_on,
    shelves.go_on,
    restocks.go_on,
    following.go_on,
    registry.go_on,
)


def go_on(session: Session, shop: Shop) -> None:
    """Take up whatever was left half done, and look again at what is looked at regularly."""
    for it in GOES_ON:
        it(session, shop)
