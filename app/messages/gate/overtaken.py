"""What a parcel may have become meanwhile that makes telling of a milestone wrong."""

from app.vocabulary import ShipmentStatus as S
from app.vocabulary import Trigger

OFF_THE_ROAD = (
    S.OUT_FOR_DELIVERY,
    S.AVAILABLE_FOR_PICKUP,
    S.DELIVERED,
    S.RETURN_TO_SENDER,
    S.CANCELLED,
)
OVERTAKEN_BY = {
    Trigger.LABEL_CREATED: (S.PICKED_UP, S.IN_TRANSIT, S.ATTEMPT_FAILED, *OFF_THE_ROAD),
    Trigger.SHIPPED: OFF_THE_ROAD,
    Trigger.IN_TRANSIT: (S.ATTEMPT_FAILED, *OFF_THE_ROAD),
    Trigger.RUNNING_LATE: OFF_THE_ROAD,
    Trigger.OUT_FOR_DELIVERY: (
        S.AVAILABLE_FOR_PICKUP,
        S.DELIVERED,
        S.RETURN_TO_SENDER,
        S.ATTEMPT_FAILED,
        S.CANCELLED,
    ),
    Trigger.READY_TO_COLLECT: (S.OUT_FOR_DELIVERY, S.DELIVERED, S.RETURN_TO_SENDER, S.CANCELLED),
    Trigger.PICKUP_REMINDER: tuple(status for status in S if status is not S.AVAILABLE_FOR_PICKUP),
    Trigger.ATTEMPT_FAILED: OFF_THE_ROAD,
    Trigger.DELIVERED: (S.RETURN_TO_SENDER,),
}
