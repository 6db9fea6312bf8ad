"""Steps of flows that others outside are told of: an event, once, on the shopper's timeline."""

from sqlalchemy.orm import Session

from app import events
from app.flows.actions.base import Task
from app.lib import clock


def record(session: Session, task: Task, topic: str) -> None:
    """Let it have happened that somebody came to a step; `topic` says who hears of it."""
    came = events.StepReached(
        happened_at=clock.now(),
        profile_id=task.matter.profile_id,
        order_id=task.matter.order_id,
        flow=task.flow,
        step=task.step,
        key=task.key,
        topic=topic,
        says=task.says,
    )
    events.record(session, task.shop_id, came, once=f"step:{task.key}")
