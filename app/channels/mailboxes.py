"""Where anybody has a mailbox: in these names nobody but their owner may send."""

FREE = (
    "aol.com",
    "gmail.com",
    "gmx.de",
    "gmx.net",
    "googlemail.com",
    "hotmail.com",
    "icloud.com",
    "live.com",
    "mail.com",
    "me.com",
    "outlook.com",
    "web.de",
    "yahoo.com",
)
