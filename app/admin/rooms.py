"""Every page of a shop that has an address, and its buttons."""

from app.admin.customers import index as customers
from app.admin.customers import page as customer
from app.admin.designer import index as designer
from app.admin.doors import team
from app.admin.exceptions import case, several, thresholds
from app.admin.exceptions import index as exceptions
from app.admin.flows import lift, waiting
from app.admin.flows import switches as flows
from app.admin.flows.editor import files as flow_files
from app.admin.flows.editor import pages as flow_pages
from app.admin.flows.editor import publishing as flow_publishing
from app.admin.flows.editor import rehearsing as flow_rehearsing
from app.admin.flows.editor import trying as flow_trying
from app.admin.home import overview
from app.admin.messages import again
from app.admin.messages import index as messages
from app.admin.privacy import index as privacy
from app.admin.privacy import looks
from app.admin.reviews import index as reviews
from app.admin.reviews import surveys
from app.admin.sending import domains as sender_domains
from app.admin.sending import servers as sending
from app.admin.sending import texts, whatsapp
from app.admin.services import index as services
from app.admin.settings import index as settings
from app.admin.settings import keeping, keys, manners, page_host
from app.admin.shipments import bulletins, carriage, notes, overrides, told
from app.admin.shipments import file as shipments_file
from app.admin.shipments import index as shipments
from app.admin.shipments import page as shipment
from app.admin.sources import hidden, own_carriers
from app.admin.sources import index as sources
from app.admin.stores import calls, disconnect, doctor, imports, inbox, writeback
from app.admin.stores import consent as store_consent
from app.admin.wording import index as wording
from app.admin.wording import publishing as wording_publishing

ROOMS = (
    overview,
    shipments,
    shipments_file,
    bulletins,
    exceptions,
    several,
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
    settings,
    manners,
    keys,
    keeping,
    disconnect,
)
