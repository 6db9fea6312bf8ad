"""What the demo's processes are told: the product's settings, and where the demo keeps its own things."""

import os
import secrets
import shutil
from pathlib import Path

ROOT = Path(__file__).parent.parent
VAR = ROOT / "var" / "demo"
DATABASE = "doorstep_demo"


def environment(port: int, smtp: int, *, database_url: str, redis_url: str) -> dict[str, str]:
    """Return the processes' environment, and clear what an earlier run left where they will look."""
    for old in VAR.glob("*.sqlite*"):
        old.unlink()
    return {
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "PORT": str(port),
        "PYTHONPATH": str(ROOT),
        "PROMETHEUS_MULTIPROC_DIR": str(_emptied("metrics")),
        "DEMO_MAIL": str(VAR / "mail.sqlite"),
        "DEMO_SMTP_PORT": str(smtp),
        "DEMO_STORES": str(VAR / "stores.sqlite"),
        "DOORSTEP_DEMO": "true",
        "DOORSTEP_URL": f"http://127.0.0.1:{port}",
        "DOORSTEP_WEB": "demo.web:web",
        "DOORSTEP_SECRET_KEYS": _kept_secret("master.key"),
        "DOORSTEP_SMTP_URL": f"smtp://127.0.0.1:{smtp}",
        "DOORSTEP_MAIL_FROM": "orders@doorstep.example",
        "DOORSTEP_JOURNAL_DIR": str(_emptied("journal")),
        "DOORSTEP_SHOPIFY_CLIENT_ID": "demo-client-id",
        "DOORSTEP_SHOPIFY_CLIENT_SECRET": _kept_secret("shopify.secret"),
    }


def _emptied(name: str) -> Path:
    folder = VAR / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return folder


def _kept_secret(name: str) -> str:
    """Return a secret of this checkout's own, made on the first run."""
    file = VAR / name
    if not file.exists():
        with os.fdopen(os.open(file, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600), "w") as opened:
            opened.write(secrets.token_urlsafe(48))
    return file.read_text()
