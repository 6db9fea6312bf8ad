"""The merchant's pages, embedded in the store's own back office: a folder for each thing they are about."""

from flask import Blueprint

from app.admin import shell
from app.admin.doors import entrance
from app.admin.rooms import ROOMS
from app.admin.stores import connect_shopify
from app.admin.wording import preview

SHOP = "/<int(max=9223372036854775807):shop_id>"
"""Where a shop's pages are: by its number, for its key is a secret."""

blueprint = Blueprint("admin", __name__)
blueprint.after_request(shell.protect)
entrance.register(blueprint)
blueprint.register_blueprint(connect_shopify.blueprint, url_prefix="/shopify")
blueprint.register_blueprint(preview.blueprint)
for room in ROOMS:
    blueprint.register_blueprint(room.blueprint, url_prefix=SHOP)
