"""Which role is needed for what: every page and button of a shop, by the module that it is in.

What is not listed needs an owner, and fails a test: whoever adds a page says here who may see it.
"""

from app.shops.team import Role

R, S, E, O = Role.READER, Role.SUPPORT, Role.EDITOR, Role.OWNER  # noqa: E741 - four letters, one table

TABLE: dict[str, dict[Role, str]] = {
    "overview": {R: "index", S: "look", E: "put_away"},
    "shipments": {R: "index"},
    "shipments_file": {S: "download"},
    "exceptions": {R: "index", S: "put_off resolve bring_back"},
    "several": {S: "put_off resolve bring_back"},
    "thresholds": {R: "index", E: "save"},
    "shipment": {R: "show"},
    "notes": {S: "write remove"},
    "carriage": {S: "choose undo"},
    "overrides": {S: "declare take_back ask"},
    "told": {R: "index"},
    "bulletins": {R: "show", E: "begin write send drop"},
    "case": {R: "show", S: "answer decide close"},
    "own_carriers": {R: "index", E: "add change remove undo"},
    "messages": {R: "index"},
    "again": {R: "ask", S: "send"},
    "wording": {R: "index show", E: "rewrite rename add move remove undo"},
    "wording_publishing": {R: "download", E: "publish revert take upload test"},
    "texts": {R: "index", E: "keep first forget test"},
    "whatsapp": {R: "index show", E: "keep say forget ask test"},
    "sending": {R: "index new show", E: "add save first forget test house resume"},
    "sender_domains": {R: "show", E: "make_key look sign_no_more"},
    "flows": {R: "index", E: "switch own_mails"},
    "flow_editor": {R: "show again", E: "change"},
    "flow_file": {R: "show download", E: "keep"},
    "flow_publish": {R: "show", E: "publish"},
    "flow_try": {R: "show"},
    "flow_rehearsal": {R: "show download", E: "begin"},
    "surveys": {R: "index"},
    "lift": {R: "index", E: "choose"},
    "waiting": {R: "index"},
    "reviews": {R: "index where", E: "answer hide publish choose"},
    "customers": {R: "index"},
    "customer": {R: "show", S: "withdraw copy receipts", O: "ask_to_erase erase"},
    "sources": {R: "index", E: "keep forget test only_the_store"},
    "hidden": {R: "index", E: "save"},
    "designer": {R: "index", E: "move when own brand read_theme vary undo publish revert"},
    "inbox": {R: "index show", E: "replay replay_all"},
    "imports": {R: "index show", E: "upload drop go undo"},
    "doctor": {R: "index", E: "look mend"},
    "calls": {R: "index", E: "retry retry_all"},
    "writeback": {R: "index", E: "switch"},
    "store_consent": {R: "index", E: "switch"},
    "services": {R: "index show", E: "change repeat forget rotate switch add"},
    "page_host": {R: "index", E: "choose give_up"},
    "privacy": {R: "index", S: "copy certificate"},
    "looks": {R: "index"},
    "team": {O: "index invite change let_go sign_out"},
    "settings": {R: "index"},
    "manners": {R: "index", E: "save"},
    "keys": {R: "index", O: "make revoke"},
    "keeping": {R: "index", O: "choose everything download ask_to_delete delete"},
    "disconnect": {O: "leave"},
}
"""Who looks, who answers shoppers (and takes files home), who changes what shoppers get, and what cannot
be undone; each may do what those before may."""

NEEDED = {
    f"admin.{room}.{name}": role
    for room, roles in TABLE.items()
    for role, names in roles.items()
    for name in names.split()
}


def needed(endpoint: str) -> Role:
    """Return the role that a page or a button needs."""
    return NEEDED.get(endpoint, Role.OWNER)
