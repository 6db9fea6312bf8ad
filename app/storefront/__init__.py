"""The shopper's pages."""

from flask import Blueprint

blueprint = Blueprint("storefront", __name__)
