"""What is seen of a flow beside its steps: what its messages say in their places, and that it is paused."""

import html
import re

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.flows import switches
from app.lib import clock
from app.messages.providers import complaints
from app.shops import choices
from app.shops.models import Shop
from app.vocabulary import Trigger


def test_what_a_message_says_in_its_place_is_shown_beside_it(merchant: FlaskClient, shop: Shop) -> None:
    def look(step: str) -> str:
        return merchant.get(f"/admin/{shop.id}/flows/abandoned_checkout", query_string={"step": step}).text

    def mail(step: str) -> str:
        framed = re.search(r'<iframe sandbox title="[^"]+" src="([^"]+)"', look(step))
        assert framed, step
        return html.unescape(merchant.get(framed[1]).text)

    assert "Still thinking it over?" in mail("first")
    assert "This is our last reminder of it." in mail("third")
    text = html.unescape(look("text"))
    assert "flow-bubble" in text
    assert "Reply STOP" in text


def test_offers_that_are_paused_say_so_at_their_switch(
    merchant: FlaskClient, session: Session, shop: Shop
) -> None:
    switches.switch(session, shop.id, Trigger.WIN_BACK, on=True)
    choices.keep(session, shop, {complaints.PAUSED: clock.now().isoformat()})
    session.commit()
    page = merchant.get(f"/admin/{shop.id}/flows").text
    assert 'class="fl is-paused" id="win_back"' in page
    assert "On, and paused by Doorstep since" in page
    assert "See why, and resume them" in page
