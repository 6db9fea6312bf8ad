"""The merchant's pages, embedded in the store's own back office."""

from flask import Blueprint

blueprint = Blueprint("admin", __name__)
