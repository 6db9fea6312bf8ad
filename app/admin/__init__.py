"""The merchant's pages, embedded in the store's own back office."""

from flask import Blueprint

from app.admin import (
    calls,
    carriage,
    case,
    connect_shopify,
    customer,
    customers,
    disconnect,
    doctor,
    exceptions,
    flows,
    hidden,
    home,
    imports,
    inbox,
    lift,
    looks,
    messages,
    notes,
    overview,
    own_carriers,
    page_host,
    privacy,
    reviews,
    sections,
    sender_domains,
    sending,
    services,
    shell,
    shipment,
    shipments,
    shipments_file,
    sources,
    store_consent,
    team,
    texts,
    thresholds,
    waiting,
    whatsapp,
    writeback,
)

SHOP = "/<int(max=9223372036854775807):shop_id>"
"""Where a shop's pages are: by its number, for its key is a secret."""

blueprint = Blueprint("admin", __name__)
blueprint.after_request(shell.protect)
home.register(blueprint)
blueprint.register_blueprint(connect_shopify.blueprint, url_prefix="/shopify")
ROOMS = (
    overview,
    shipments,
    shipments_file,
    exceptions,
    thresholds,
    shipment,
    notes,
    carriage,
    case,
    own_carriers,
    messages,
    texts,
    whatsapp,
    sending,
    sender_domains,
    flows,
    lift,
    waiting,
    reviews,
    customers,
    customer,
    sources,
    hidden,
    sections,
    inbox,
    imports,
    doctor,
    calls,
    writeback,
    store_consent,
    services,
    page_host,
    privacy,
    looks,
    team,
    disconnect,
)
for room in ROOMS:
    blueprint.register_blueprint(room.blueprint, url_prefix=SHOP)
