from collections.abc import Sequence
from datetime import timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audience import suppression
from app.audience.models import Suppression
from app.channels.receipts.base import Receipt, ReceiptKind
from app.lib import clock
from app.messages.dispatch import outbox
from app.messages.dispatch.outbox import Result
from app.messages.models import Message, ReceiptRow
from app.messages.responses import receipts
from app.vocabulary import Category, MessageState, Reason, Trigger
from tests.unit.test_letter import Story, story

__all__ = ["story"]

K, S = ReceiptKind, MessageState
NOW = clock.now()


@given(kinds=st.lists(st.sampled_from(K), max_size=8), chance=st.randoms(use_true_random=False))
def test_the_order_and_the_number_of_receipts_change_nothing(
    kinds: list[ReceiptKind], chance: Random
) -> None:
    shuffled = [*kinds, *kinds]
    chance.shuffle(shuffled)
    assert told(S.SENT, kinds) is told(S.SENT, shuffled)


@given(state=st.sampled_from(S), kinds=st.lists(st.sampled_from(K)))
def test_a_state_only_climbs(state: MessageState, kinds: list[ReceiptKind]) -> None:
    before = receipts.RANK.get(state, 0)
    assert receipts.RANK.get(told(state, kinds), 0) >= before


@pytest.mark.parametrize(
    ("kinds", "becomes"),
    [
        ([K.DELIVERED], S.DELIVERED),
        ([K.DELAYED], S.SENT),
        ([K.DROPPED], S.FAILED),
        ([K.DROPPED, K.DELIVERED, K.DROPPED], S.DELIVERED),
        ([K.DELIVERED, K.BOUNCED], S.BOUNCED),
        ([K.BOUNCED, K.DELIVERED], S.BOUNCED),
        ([K.COMPLAINED, K.DELIVERED, K.BOUNCED], S.COMPLAINED),
    ],
)
def test_the_worst_that_was_told_holds(kinds: list[ReceiptKind], becomes: MessageState) -> None:
    assert told(S.SENT, kinds) is becomes


def test_a_receipt_counts_once_whoever_repeats_it(session: Session, story: Story) -> None:
    message = sent(session, story)
    one = receipt(message, K.DELIVERED)
    assert [receipts.keep(session, "ses", [one, one]), receipts.keep(session, "ses", [one])] == [1, 0]
    session.refresh(message)
    assert message.state is S.DELIVERED
    assert len(session.scalars(select(ReceiptRow)).all()) == 1


def test_what_is_not_ours_is_left_alone(session: Session, story: Story) -> None:
    message = sent(session, story)
    stranger = Receipt(ref="0123", kind=K.BOUNCED, at=NOW, event_id="1")
    assert receipts.keep(session, "ses", [stranger]) == 0
    session.refresh(message)
    assert message.state is S.SENT


@pytest.mark.parametrize(("kind", "reason"), [(K.BOUNCED, "bounced"), (K.COMPLAINED, "complained")])
def test_a_dead_address_and_a_complaint_end_all_mail_to_it(
    session: Session, story: Story, kind: ReceiptKind, reason: str
) -> None:
    message = sent(session, story)
    receipts.keep(session, "ses", [receipt(message, kind)])
    assert suppressed(session, message) == reason


def test_who_took_it_all_back_and_is_dead_cannot_be_written_to_by_asking_again(
    session: Session, story: Story
) -> None:
    message = sent(session, story)
    about = session, message.shop_id, message.medium, message.to or ""
    suppression.suppress(*about, None, reason=suppression.UNSUBSCRIBED)
    receipts.keep(session, "ses", [receipt(message, K.BOUNCED)])
    suppression.lift(*about, None)
    assert suppressed(session, message) == "bounced"
    suppression.suppress(*about, None, reason=suppression.UNSUBSCRIBED)
    suppression.lift(*about, None)
    assert suppressed(session, message) == "bounced"


def test_a_few_bounces_for_now_are_nothing_and_five_let_the_address_rest(
    session: Session, story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    messages = [sent(session, story, step) for step in range(1, 6)]
    for message in messages[:4]:
        receipts.keep(session, "ses", [receipt(message, K.DELAYED), receipt(message, K.DELAYED, "again")])
    assert suppressed(session, messages[0]) is None
    receipts.keep(session, "ses", [receipt(messages[4], K.DELAYED)])
    assert suppressed(session, messages[0]) == receipts.SOFT_REASON
    later = clock.now() + receipts.SOFT_REST + timedelta(minutes=1)
    with monkeypatch.context() as moved:
        moved.setattr(clock, "now", lambda: later)
        assert suppressed(session, messages[0]) is None
    receipts.keep(session, "ses", [receipt(messages[0], K.BOUNCED)])
    assert session.scalars(select(Suppression.until)).all() == [None]
    assert suppressed(session, messages[0]) == "bounced"


@pytest.mark.parametrize("state", [S.SENDING, S.UNKNOWN, S.HELD, S.QUEUED])
def test_a_receipt_settles_what_was_in_doubt(session: Session, story: Story, state: MessageState) -> None:
    message = sent(session, story)
    message.state, message.reason, message.journal = state, Reason.FATE_UNKNOWN, "host.boot.name"
    message.sent_at = None
    session.flush()
    receipts.keep(session, "ses", [receipt(message, K.DELIVERED)])
    late = Result(message_id=message.id, fence=message.fence, state=S.QUEUED)
    assert outbox.record(session, [late]) == 0
    session.refresh(message)
    row = session.execute(select(Message.state, Message.reason, Message.journal)).one()
    assert tuple(row) == (S.DELIVERED, None, None)
    assert message.sent_at is not None


def test_what_the_provider_dropped_says_so_and_its_address_is_written_to_again(
    session: Session, story: Story
) -> None:
    message = sent(session, story)
    receipts.keep(session, "sendgrid", [receipt(message, K.DROPPED)])
    assert (message.state, message.reason) == (S.FAILED, Reason.DROPPED)
    assert suppressed(session, message) is None


def told(state: MessageState, kinds: Sequence[ReceiptKind]) -> MessageState:
    for kind in kinds:
        state = receipts.after(state, kind)
    return state


def sent(session: Session, story: Story, step: int = 1) -> Message:
    message = story.message(Trigger.THANK_YOU, [], step)
    message.rfc_id, message.state = f"<{step:030x}@doorstep.test>", S.SENT
    message.sent_at = clock.now()
    session.flush()
    return message


def receipt(message: Message, kind: ReceiptKind, event: str = "") -> Receipt:
    ref = message.rfc_id.strip("<>").partition("@")[0]
    return Receipt(ref=ref, kind=kind, at=NOW, event_id=f"{ref}{kind}{event}", detail="550 5.1.1")


def suppressed(session: Session, message: Message) -> str | None:
    address = message.to or ""
    return suppression.is_suppressed(
        session, message.shop_id, message.medium, address, Category.TRANSACTIONAL
    )
