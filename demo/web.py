"""What the demo's web process serves: the app, the mail viewer, a back office, and the world's fakes."""

from app.lib.config import settings
from app.lib.rsgi import Exchange, Pages, Scope
from app.main import web as product
from demo import fakes
from demo.office import office
from demo.viewer import viewer

outside = Pages(fakes.application)
mails = Pages(viewer)
back_office = Pages(office)


async def web(scope: Scope, exchange: Exchange) -> None:
    """Answer a request of the demo."""
    host = scope.headers.get("host", "").partition(":")[0]
    if host in settings().stand_ins or scope.path.startswith("/pictures/"):
        await outside(scope, exchange)
    elif scope.path in ("/mail", "/mail.json") or scope.path.startswith("/mail/"):
        await mails(scope, exchange)
    elif scope.path == "/office" or scope.path.startswith("/office/"):
        await back_office(scope, exchange)
    else:
        await product(scope, exchange)
