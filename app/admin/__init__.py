"""The merchant's pages, embedded in the store's own back office."""

from flask import Blueprint

from app.admin import (
    again,
    bulletins,
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
    overrides,
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
    surveys,
    team,
    texts,
    thresholds,
    told,
    waiting,
    whatsapp,
    wording,
    wording_publishing,
    writeback,
)
from app.admin.flow_editor import files as flow_files
from app.admin.flow_editor import pages as flow_pages
from app.admin.flow_editor import publishing as flow_publishing
from app.admin.flow_editor import rehearsing as flow_rehearsing
from app.admin.flow_editor import trying as flow_trying

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
    bulletins,
    exceptions,
    thresholds,
    shipment,
    notes,
    overrides,
    told,
    carriage,
    case,
    own_carriers,
    messages,
    wording,
    wording_publishing,
    again,
    texts,
    whatsapp,
    sending,
    sender_domains,
    flows,
    flow_pages,
    flow_files,
    flow_publishing,
    flow_trying,
    flow_rehearsing,
    lift,
    waiting,
    reviews,
    surveys,
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
