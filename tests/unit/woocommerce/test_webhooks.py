from app.platforms.woocommerce import webhooks
from app.platforms.woocommerce.api import Store
from tests.unit.woocommerce.recorded import Json
from tests.unit.woocommerce.store import KEYS, TOPICS, URL, StoreApi

ADDRESS = webhooks.Address(base="https://doorstep.test", key="shop-key", secret="Alphanumeric1")


def test_a_new_store_gets_every_webhook_that_it_offers(api: StoreApi) -> None:
    assert sorted(mend()) == sorted(TOPICS)
    assert {hook["topic"] for hook in api.hooks.values()} == set(TOPICS)
    for hook in api.hooks.values():
        assert hook["delivery_url"] == "https://doorstep.test/webhooks/woocommerce/shop-key"
        assert hook["secret"] == "Alphanumeric1"


def test_what_is_well_is_left_alone(api: StoreApi) -> None:
    mend()
    before = len(api.asked)
    assert mend() == []
    assert {asked.method for asked in api.asked[before:]} <= {"GET", "POST"}


def test_a_sleeping_webhook_is_woken_with_the_secret_that_we_know(api: StoreApi) -> None:
    mend()
    hook = hook_for(api, "order.updated")
    hook.update(status="disabled", secret="changed by hand")
    assert mend() == ["order.updated"]
    assert (hook_for(api, "order.updated")["status"], hook_for(api, "order.updated")["secret"]) == (
        *("active", "Alphanumeric1"),
    )


def test_one_that_the_merchant_paused_sleeps_on(api: StoreApi) -> None:
    mend()
    hook_for(api, "order.updated").update(status="paused")
    assert mend() == []


def test_a_missing_webhook_is_made_again(api: StoreApi) -> None:
    mend()
    del api.hooks[hook_for(api, "order.created")["id"]]
    assert mend() == ["order.created"]


def test_webhooks_follow_us_to_a_new_address(api: StoreApi) -> None:
    mend()
    moved = webhooks.Address(base="https://new.test", key="shop-key", secret="Alphanumeric1")
    webhooks.mend(Store(URL, KEYS), moved)
    assert {hook["delivery_url"] for hook in api.hooks.values()} == {moved.url}
    assert len(api.hooks) == len(TOPICS)


def test_a_second_webhook_for_a_topic_is_removed_and_strangers_stay(api: StoreApi) -> None:
    mend()
    api.hooks[900] = hook_for(api, "order.updated") | {"id": 900}
    api.hooks[901] = {"id": 901, "topic": "order.updated", "delivery_url": "https://other.example/hook"}
    mend()
    assert 900 not in api.hooks
    assert 901 in api.hooks


def test_anew_replaces_all_of_ours(api: StoreApi) -> None:
    mend()
    old = set(api.hooks)
    webhooks.mend(Store(URL, KEYS), ADDRESS, anew=True)
    assert not old & set(api.hooks)
    assert len(api.hooks) == len(TOPICS)


def mend() -> list[str]:
    return webhooks.mend(Store(URL, KEYS), ADDRESS)


def hook_for(api: StoreApi, topic: str) -> Json:
    return next(hook for hook in api.hooks.values() if hook["topic"] == topic)
