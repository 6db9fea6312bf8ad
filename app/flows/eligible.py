"""Writes down who could have been offered something, whoever is left out among them: both can be compared."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy.orm import Session

from app.flows import hold_outs
from app.flows.models import Eligibility, Enrollment
from app.flows.plan.advance import Turn
from app.flows.plan.definition import Flow, Message
from app.lib import clock
from app.lib.db import add_new, held
from app.shops.models import Shop


def note(session: Session, turns: Sequence[tuple[Enrollment, Flow, Turn]]) -> None:
    """Write down whose first message of a flow is due now, whether it is sent or only noted; each once."""
    reached = [(row, flow) for row, flow, turn in turns if _is_first(row, flow, turn)]
    if not reached:
        return
    shops = held(session, Shop, {row.shop_id for row, _ in reached})
    rows = [line for row, flow in reached for line in _lines(row, flow, hold_outs.share(shops[row.shop_id]))]
    rows.sort(
        key=lambda line: (line["shop_id"], line["comparison"], line["drawn_as"])
    )  # no two wait for each other
    add_new(session, Eligibility, rows)


def _is_first(row: Enrollment, flow: Flow, turn: Turn) -> bool:
    is_asked = any(isinstance(deed.step, Message) for deed in turn.done)
    messages = {step.id for step in flow.steps if isinstance(step, Message)}
    return is_asked and row.profile_id is not None and not any(step in messages for step, _ in row.path)


def _lines(row: Enrollment, flow: Flow, share: int) -> Iterator[dict[str, Any]]:
    who = f"{row.shop_id}|{row.profile_id}"
    for comparison, of_hundred, left_out in hold_outs.arms(who, flow, gets_none=row.gets_none, percent=share):
        yield {
            "shop_id": row.shop_id,
            "comparison": comparison,
            "share": of_hundred,
            "drawn_as": row.profile_id,
            "profile_id": row.profile_id,
            "left_out": left_out,
            "at": clock.now(),
        }
