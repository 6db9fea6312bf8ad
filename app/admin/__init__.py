"""The merchant's pages, embedded in the store's own back office."""

from flask import Blueprint

from app.admin import (
    calls,
    carriage,
    case,
    connect_shopify,
    customer,
    customers,
    designer,
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
    mail_preview,
    messages,
    notes,
    overview,
    own_carriers,
    page_host,
    privacy,
    reviews,
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
    wording,
    wording_publishing,
    writeback,
)

SHOP = "/<int(max=9223372036854775807):shop_id>"
"""Where a shop's pages are: by its number, for its key is a secret."""

blueprint = Blueprint("admin", __name__)
blueprint.after_request(shell.protect)
home.register(blueprint)
blueprint.register_blueprint(connect_shopify.blueprint, url_prefix="/shopify")
blueprint.register_blueprint(mail_preview.blueprint)
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
    wording,
    wording_publishing,
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
    designer,
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
