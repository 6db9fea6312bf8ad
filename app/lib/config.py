"""Settings of one installation, read from the environment."""

from functools import cache, cached_property
from pathlib import Path

from pydantic import AliasChoices, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "DOORSTEP_"


class Settings(BaseSettings):
    """What the operator decides; everything a merchant decides is a row of their shop."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, hide_input_in_errors=True)

    database_url: str = Field(validation_alias=AliasChoices("DATABASE_URL"))
    redis_url: str = Field(validation_alias=AliasChoices("REDIS_URL"))
    url: str = "http://127.0.0.1:8000"
    """Our own public address, without a trailing slash; links in mails start with it."""
    proxies: int = 0
    """How many proxies of the operator's stand in front; what they say tells visitors apart."""
    secret_keys: str = Field(min_length=32)
    """Comma-separated master keys of at least 32 characters; the first signs and encrypts, all verify."""

    shopify_client_id: str = ""
    shopify_client_secret: str = ""
    shopify_previous_secret: str = ""
    """The secret before the last rotation: Shopify signs with it for up to an hour."""

    oidc_issuer: str = ""
    """The OpenID provider that lets people in, exactly as it calls itself; empty: none does."""
    oidc_client_id: str = ""
    oidc_client_secret: str = ""
    oidc_name: str = "your company"
    """What its button says: "Sign in with …"."""

    smtp_url: str = "smtp://127.0.0.1:25"
    mail_from: str = "orders@localhost"
    mail_hosts_inside: str = ""
    """Comma-separated names of mail servers with private addresses that merchants may name as theirs."""
    daily_mails: int = 0
    """How many mails a shop may send a day over the operator's server; 0: as many as it likes."""
    dns_servers: str = ""
    """Comma-separated addresses of the DNS servers to ask; empty: the system's."""
    receipt_secrets: dict[str, str] = {}
    """By whom we are told what became of mails (app.channels.receipts), and the secret of each; as JSON."""
    journal_dir: Path = Path("var/journal")
    """Where workers keep their send journals; must survive a restart of the process."""
    webhook_body_limit: int = 5_000_000
    """Bytes; larger deliveries are answered 413."""

    web: str = "app.main:web"
    """What the web process serves; the demo puts its own pages beside ours."""
    demo: bool = False
    stand_ins: dict[str, str] = {}
    """Demo only: host name → host:port that plays it. Refused unless demo is on."""

    @property
    def is_https(self) -> bool:
        """Tell whether we are reached by https, as everywhere but on a developer's own machine."""
        return self.url.startswith("https://")

    @property
    def shopify_secrets(self) -> tuple[str, ...]:
        """The client secrets that may have signed a request, newest first."""
        return tuple(s for s in (self.shopify_client_secret, self.shopify_previous_secret) if s)

    @property
    def inside_mail_hosts(self) -> frozenset[str]:
        """The mail servers with private addresses that merchants may name."""
        return frozenset(name.strip().lower() for name in self.mail_hosts_inside.split(",") if name.strip())

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """The master keys, newest first."""
        return tuple(key.strip() for key in self.secret_keys.split(",") if key.strip())


@cache
def settings() -> Settings:
    """Return this process's settings; raises pydantic.ValidationError naming what is missing or wrong."""
    return Settings.model_validate({})


def variable(field: str) -> str:
    """Return the environment's name for a setting."""
    return field if field.isupper() else PREFIX + field.upper()
