"""Every table, by one import, and each found by its shop: whoever deletes one passes over no other's."""

from sqlalchemy import Index, PrimaryKeyConstraint, Table, UniqueConstraint

from app.audience.models import ConsentRow, Profile, Suppression
from app.commerce.discounts import Discount
from app.commerce.gaps import Comparison, MissedOrder
from app.commerce.models import (
    Checkout,
    Delivery,
    Fulfillment,
    InHand,
    LineItem,
    Order,
    Product,
    Refund,
    Variant,
)
from app.commerce.reorders import Reorder
from app.events import EventRow
from app.flows.models import (
    Eligibility,
    Enrollment,
    Flow,
    FlowDraft,
    FlowVersion,
    HeldBack,
    Rehearsal,
    StoreMails,
)
from app.hooks.models import Hook, HookPending
from app.imports.models import Import
from app.insights.models import ArmRow, DayChange, DaySum
from app.lib.db import Base
from app.messages.dispatch.bulletins import Bulletin
from app.messages.models import Click, Message, ReceiptRow
from app.messages.providers.models import MailDay, MailDomain, Provider
from app.messages.responses.replies import Reply
from app.messages.whatsapp.models import WhatsAppTemplate, WhatsAppUse
from app.messages.wording.steps import TemplateStep
from app.messages.wording.versions import Template, TemplateVersion
from app.privacy.traces import Trace
from app.reviews.models import Review, ReviewPhoto
from app.shops.api_keys import ApiKey
from app.shops.entering import WayIn
from app.shops.models import AccessRecord, Call, Checkup, ConnectState, Credential, Errand, PrivacyTask, Shop
from app.shops.team import Member
from app.stock.models import Level, Location, Shelf, Waiting
from app.surveys.models import SurveyAnswer
from app.tracking.forecast.models import Forecast, Prediction, Transit
from app.tracking.models import DrawnPage, ExceptionRow, Lane, OwnCarrier, Shipment, TrackingEvent
from app.tracking.page.designs import PageDesign, PageVersion
from app.tracking.page.visits import PageVisit
from app.tracking.parcels.notes import Note
from app.tracking.polls.models import CarrierAccount, CarrierWatch
from app.tracking.scans.overrides import Override
from app.tracking.shoppers.browsers import PushSubscription
from app.tracking.shoppers.cases import Case, CaseEntry
from app.tracking.shoppers.feedback import Feedback
from app.tracking.shoppers.own_orders import OwnOrdersLink
from app.tracking.shoppers.recipients import Recipient
from app.tracking.shoppers.wishes import UpdateWish

__all__ = [
    "AccessRecord",
    "ApiKey",
    "ArmRow",
    "Base",
    "Bulletin",
    "Call",
    "CarrierAccount",
    "CarrierWatch",
    "Case",
    "CaseEntry",
    "Checkout",
    "Checkup",
    "Click",
    "Comparison",
    "ConnectState",
    "ConsentRow",
    "Credential",
    "DayChange",
    "DaySum",
    "Delivery",
    "Discount",
    "DrawnPage",
    "Eligibility",
    "Enrollment",
    "Errand",
    "EventRow",
    "ExceptionRow",
    "Feedback",
    "Flow",
    "FlowDraft",
    "FlowVersion",
    "Forecast",
    "Fulfillment",
    "HeldBack",
    "Hook",
    "HookPending",
    "Import",
    "InHand",
    "Lane",
    "Level",
    "LineItem",
    "Location",
    "MailDay",
    "MailDomain",
    "Member",
    "Message",
    "MissedOrder",
    "Note",
    "Order",
    "Override",
    "OwnCarrier",
    "OwnOrdersLink",
    "PageDesign",
    "PageVersion",
    "PageVisit",
    "Prediction",
    "PrivacyTask",
    "Product",
    "Profile",
    "Provider",
    "PushSubscription",
    "ReceiptRow",
    "Recipient",
    "Refund",
    "Rehearsal",
    "Reorder",
    "Reply",
    "Review",
    "ReviewPhoto",
    "Shelf",
    "Shipment",
    "Shop",
    "StoreMails",
    "Suppression",
    "SurveyAnswer",
    "Template",
    "TemplateStep",
    "TemplateVersion",
    "Trace",
    "TrackingEvent",
    "Transit",
    "UpdateWish",
    "Variant",
    "Waiting",
    "WayIn",
    "WhatsAppTemplate",
    "WhatsAppUse",
]


def _begins_with_shop(table: Table) -> bool:
    keys = UniqueConstraint | PrimaryKeyConstraint
    lists = [list(it.columns) for it in table.indexes if it.dialect_options["postgresql"]["where"] is None]
    lists += [list(it.columns) for it in table.constraints if isinstance(it, keys)]
    return any(columns and columns[0] is table.c.shop_id for columns in lists)


for _table in Base.metadata.tables.values():
    if "shop_id" in _table.c and not _begins_with_shop(_table):
        Index(f"ix_{_table.name}_shop_id", _table.c.shop_id)
