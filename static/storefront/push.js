// Lets this browser tell of an order. Without it, or where the browser cannot, the page says nothing of it.
(() => {
  "use strict";
  if (!("serviceWorker" in navigator && "PushManager" in window && "Notification" in window)) return;
  const WORKER = "/push-worker.js";
  const main = document.getElementById("main");

  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const name = (form) => `push:${new URL(form.action).pathname}`;
  const remember = (form, on) => {
    try {
      if (on) localStorage.setItem(name(form), "on"); else localStorage.removeItem(name(form));
    } catch (_) { /* nothing is kept here: the page offers it again */ }
  };
  const remembers = (form) => {
    try { return localStorage.getItem(name(form)) === "on"; } catch (_) { return false; }
  };
  const known = async () => {
    const worker = await navigator.serviceWorker.getRegistration(WORKER);
    return worker ? worker.pushManager.getSubscription() : null;
  };

  const paint = (form, on, blocked) => {
    form.querySelector("[data-on]").hidden = !on;
    form.querySelector("[data-off]").hidden = on;
    form.querySelector("[data-blocked]").hidden = !blocked;
    form.hidden = false;
  };

  const show = async () => {
    const form = main.querySelector("form[data-push][hidden]");
    if (form) paint(form, remembers(form) && Boolean(await known()), false);
  };

  const tell = async (form, on, subscription) => {
    const said = new URLSearchParams({ on: on ? "yes" : "no", endpoint: subscription.endpoint });
    if (on) for (const [to, from] of [["key", "p256dh"], ["auth", "auth"]]) said.set(to, text(subscription.getKey(from)));
    const answer = await fetch(form.action, { method: "POST", body: said, redirect: "error" });
    return answer.ok;
  };

  const begin = async (form) => {
    if (await Notification.requestPermission() !== "granted") return false;
    await navigator.serviceWorker.register(WORKER, { scope: "/" });
    const worker = await navigator.serviceWorker.ready;
    const asked = { userVisibleOnly: true, applicationServerKey: bytes(form.dataset.push) };
    return tell(form, true, await worker.pushManager.subscribe(asked));
  };

  const end = async (form) => {
    const subscription = await known();
    return !subscription || tell(form, false, subscription);
  };

  main.addEventListener("submit", async (event) => {
    const form = event.target.closest("form[data-push]");
    if (!form) return;
    event.preventDefault();
    const on = event.submitter.value === "yes";
    let done = false;
    try { done = await (on ? begin(form) : end(form)); } catch (_) { /* as if it had said no */ }
    if (done) remember(form, on);
    paint(form, on === done, on && !done);
  });

  new MutationObserver(show).observe(main, { childList: true, subtree: true });
  show();
})();
