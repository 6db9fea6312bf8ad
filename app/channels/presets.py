"""Mail providers that are known by name: where they take mail, and what a domain must show for them.

After their own documentation; none was tried with a real account.
"""

from dataclasses import dataclass

from app.channels.server import Security
from app.lib.words import merchant_sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """What is filled in for a provider, and what its merchants must know."""

    key: str
    """Also the key of its teller in app.channels.receipts, where it has one."""
    label: str
    host: str = ""
    port: int = 587
    security: Security = Security.STARTTLS
    user: str = ""
    help: str
    """Where the name and the password come from."""
    spf: str = ""
    """What a domain's SPF record includes for it; empty: mail is judged by its server's own address."""
    returns_to_itself: bool = False
    """Bounces go to a name of its own, so that SPF says nothing about the merchant's."""
    selectors: tuple[str, ...] = ()
    """Under which names it shows DKIM keys, where these are always the same."""
    domains: str = ""
    """Where it shows the DKIM records to copy."""


OWN = Preset(
    key="smtp",
    label=merchant_sentence("Another mail server"),
    help=merchant_sentence("The name and the password of a mailbox, or whatever your mail server asks for."),
)
PRESETS = (
    Preset(
        key="ses",
        label="Amazon SES",
        host="email-smtp.eu-west-1.amazonaws.com",
        help=merchant_sentence(
            "SMTP credentials, which the SES console creates under “SMTP settings”; the access keys of your "
            "account do not work. Put your own region into the server’s name."
        ),
        spf="amazonses.com",
        returns_to_itself=True,
        domains=merchant_sentence("“Identities” in the SES console: three CNAME records of Easy DKIM"),
    ),
    Preset(
        key="sendgrid",
        label="SendGrid",
        host="smtp.sendgrid.net",
        user="apikey",
        help=merchant_sentence("The name is the word apikey; the password is an API key that may send mail."),
        spf="sendgrid.net",
        returns_to_itself=True,
        selectors=("s1", "s2"),
        domains=merchant_sentence("“Sender Authentication” in SendGrid’s settings"),
    ),
    Preset(
        key="postmark",
        label="Postmark",
        host="smtp.postmarkapp.com",
        help=merchant_sentence("The server API token, as the name and as the password."),
        spf="spf.mtasv.net",
        returns_to_itself=True,
        domains=merchant_sentence("“Sender Signatures” in Postmark, behind “DNS Settings”"),
    ),
    Preset(
        key="mailgun",
        label="Mailgun",
        host="smtp.mailgun.org",
        help=merchant_sentence(
            "“SMTP credentials” of your domain in Mailgun. In the EU the server is smtp.eu.mailgun.org."
        ),
        spf="mailgun.org",
        selectors=("mx", "smtp", "pic", "mailo", "k1", "krs"),
        domains=merchant_sentence("“Domain settings”, “DNS records” in Mailgun"),
    ),
    OWN,
)
BY_KEY = {preset.key: preset for preset in PRESETS}
