"""What an operator types of flows, and reads."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from click.testing import CliRunner, Result
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import events
from app.cli import main
from app.commerce.models import Checkout
from app.flows import published
from app.flows.models import Enrollment, Flow
from app.flows.plan import reading, written
from app.lib import clock
from app.messages.models import Message
from app.vocabulary import Trigger
from tests.unit.flows import world
from tests.unit.flows.strange import BEGIN
from tests.unit.flows.world import SHORT, World

TRIED = """\
tests:
  - name: who leaves a cart is reminded of it twice
    facts: consent.email
    expect: {message: 1 hour, message-2: 25 hours}
"""


def test_a_file_is_looked_at_and_its_tests_are_tried(tmp_path: Path) -> None:
    good, bad, odd = (tmp_path / name for name in ("good.yaml", "bad.yaml", "odd.yaml"))
    good.write_text(SHORT + TRIED)
    bad.write_text(SHORT + TRIED.replace("25 hours", "26 hours"))
    odd.write_text(SHORT.replace("wait: 1 hour", "wait: soon"))
    answer = typed("flows", "check", str(good))
    assert (answer.exit_code, answer.output) == (
        0,
        f"{good}: abandoned_checkout is sound; tests: 1, and all went as written\n",
    )
    answer = typed("flows", "check", str(good), str(bad), str(odd))
    assert answer.exit_code == 1
    assert (
        f"{bad}: line 15: who leaves a cart is reminded of it twice: 'message-2' was to come" in answer.output
    )
    assert f"{odd}: line 10: wait: 'soon' is no span of time" in answer.output


def test_the_flows_that_ship_do_what_their_own_tests_say() -> None:
    files = sorted(map(str, published.FOLDER.glob("*.yaml")))
    answer = typed("flows", "check", *files)
    assert answer.exit_code == 0, answer.output
    assert answer.output.count("and all went as written") == len(files) == len(published.PRESETS)


def test_a_flow_is_published_with_what_that_changes_and_told_back(session: Session, tmp_path: Path) -> None:
    shop_id = str(world.new(session).shop.id)
    file = tmp_path / "cart.yaml"
    file.write_text(SHORT)
    assert typed("flows", "publish", shop_id, str(file)).exit_code == 0
    file.write_text(
        SHORT.replace("1 hour", "2 hours") + TRIED.replace("1 hour", "2 hours").replace("25", "26")
    )
    answer = typed("flows", "publish", shop_id, str(file))
    assert "-- wait: 1 hour\n+- wait: 2 hours\n" in answer.output
    assert answer.output.endswith("version 2 holds for whoever comes from now on\n")
    told_back = typed("flows", "export", shop_id, "abandoned_checkout").output
    assert "- wait: 2 hours" in told_back
    assert "name: who leaves a cart is reminded of it twice" in told_back
    file.write_text(told_back)
    assert typed("flows", "check", str(file)).exit_code == 0
    file.write_text(SHORT.replace("about: checkout", "about: moon"))
    answer = typed("flows", "publish", shop_id, str(file))
    assert (answer.exit_code, "not about 'moon'" in answer.output) == (1, True)


def test_what_somebody_is_writing_in_the_admin_is_not_lost_to_a_file(
    session: Session, tmp_path: Path
) -> None:
    shop_id, file = world.new(session).shop.id, tmp_path / "cart.yaml"
    draft = written.write(reading.read(SHORT.replace("1 hour", "2 hours")))
    session.add(Flow(shop_id=shop_id, trigger=Trigger.ABANDONED_CHECKOUT, draft=draft))
    session.commit()
    file.write_text(SHORT)
    answer = typed("flows", "publish", str(shop_id), str(file))
    assert (answer.exit_code, "There is a draft" in answer.output) == (1, True)
    file.write_text(draft)
    assert typed("flows", "publish", str(shop_id), str(file)).exit_code == 0


@pytest.mark.parametrize("days", [1, 30])
def test_a_rehearsal_prints_whom_a_flow_would_have_written_to(
    session: Session, tmp_path: Path, days: int
) -> None:
    shop = world.new(session)
    with time_machine.travel(BEGIN, tick=False) as traveller:
        bought, left, never = shop.cart(), shop.cart(), shop.cart(agreed=False)
        for cart in (bought, left, never):
            started = events.CheckoutStarted(
                happened_at=clock.now(), profile_id=cart.profile_id, checkout_id=cart.id
            )
            events.record(session, shop.shop.id, started)
        session.commit()
        traveller.shift(timedelta(hours=2))
        buy(shop, bought.id)
        traveller.move_to(BEGIN + timedelta(days=days, minutes=-1))
        file = tmp_path / "cart.yaml"
        file.write_text(SHORT)
        answer = typed("simulate", str(file), "--since", f"{days}d")
        again = typed("simulate", str(file), "--since", f"{days}d")
    assert answer.exit_code == 0, answer.output
    assert answer.output == again.output
    lines = [re.sub(r" +", " ", line) for line in answer.output.splitlines()]
    assert lines[0] == f"Ridge (shop {shop.shop.id})"
    assert "Abandoned checkout, from" in lines[1]
    assert lines[1].endswith(": 3 would have come in")
    who = f"checkout-{left.id} {left.profile_id}"
    first, second = BEGIN + timedelta(hours=1), BEGIN + timedelta(hours=25)
    assert f"{first:%Y-%m-%d %H:%M} {who} message email sent" in lines
    assert (f"{second:%Y-%m-%d %H:%M} {who} message-2 email sent" in lines) is (days > 1)
    assert "Left: bought 1, finished 1, not for them 1." in lines or days == 1
    assert session.scalar(select(func.count()).select_from(Enrollment)) == 0
    assert session.scalar(select(func.count()).select_from(Message)) == 0


def test_what_cannot_be_rehearsed_is_said(session: Session, tmp_path: Path) -> None:
    world.new(session)
    odd = tmp_path / "odd.yaml"
    odd.write_text("flow: moon")
    for typing, sentence in (
        (("simulate", "moon"), "moon is none of abandoned_checkout"),
        (("simulate", str(odd)), "'starts' is missing."),
        (("simulate", "win_back", "--since", "soon"), "write it like 90d"),
        (("simulate", "win_back", "--shop", "99"), "There is no shop 99"),
        (("simulate", str(tmp_path / "none.yaml")), "There is no file"),
    ):
        answer = typed(*typing)
        assert answer.exit_code != 0
        assert sentence in answer.output


def typed(*words: str) -> Result:
    return CliRunner().invoke(main, words)


def buy(shop: World, cart_id: int) -> None:
    """Let a cart be bought."""
    cart = shop.session.get_one(Checkout, cart_id)
    cart.completed_at = clock.now()
    done = events.CheckoutCompleted(happened_at=clock.now(), profile_id=cart.profile_id, checkout_id=cart_id)
    events.record(shop.session, shop.shop.id, done)
    shop.session.commit()
