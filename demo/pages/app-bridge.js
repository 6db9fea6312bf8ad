// A stand-in for Shopify's App Bridge, for the demo and the tests: the part of it that Doorstep relies on.
(() => {
  "use strict";
  const asked = new Map();
  let count = 0;
  const tell = (what, more = {}) => parent.postMessage({ bridge: what, ...more }, "*");

  addEventListener("message", (event) => {
    if (event.source !== parent || !event.data?.office) return;
    const { office, number, token, href } = event.data;
    if (office === "token") asked.get(number)?.(token), asked.delete(number);
    else if (office === "navigate") link(href)?.dispatchEvent(new CustomEvent("shopify:navigate", { bubbles: true }));
    else if (office === "save") dirty()?.requestSubmit();
    else if (office === "discard") dirty()?.reset();
  });

  const link = (href) => [...document.querySelectorAll("s-app-nav s-link")].find((it) => it.getAttribute("href") === href);
  const idToken = () =>
    new Promise((resolve) => {
      asked.set(++count, resolve);
      tell("token", { number: count });
    });
  window.shopify = { idToken, config: { apiKey: document.querySelector("meta[name=shopify-api-key]")?.content } };

  // Every fetch to the app's own address carries a token; where the app says that it is stale, once more a fresh one.
  const plain = window.fetch.bind(window);
  window.fetch = async (what, how = {}) => {
    const request = new Request(what, how);
    if (new URL(request.url).origin !== location.origin) return plain(what, how);
    const once = async () => {
      const sent = new Request(request.clone());
      sent.headers.set("Authorization", `Bearer ${await idToken()}`);
      return plain(sent);
    };
    const answer = await once();
    return answer.status === 401 && answer.headers.has("X-Shopify-Retry-Invalid-Session-Request") ? once() : answer;
  };

  // The reload page has nothing on it: fetch a token, and go on to where the visitor wanted to be.
  const reload = new URLSearchParams(location.search).get("shopify-reload");
  if (reload) {
    idToken().then((token) => {
      const there = new URL(reload, location.origin);
      there.searchParams.set("id_token", token);
      location.replace(there);
    });
    return;
  }

  let changed = null;
  const dirty = () => (changed?.isConnected ? changed : null);
  const bar = (form) => {
    changed = form;
    tell("save-bar", { shown: Boolean(form) });
  };
  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (form?.hasAttribute("data-save-bar")) bar(form);
  });
  for (const over of ["submit", "reset"]) document.addEventListener(over, (event) => event.target === changed && bar(null));

  const navigation = () => {
    const links = [...document.querySelectorAll("s-app-nav s-link:not([rel=home])")];
    tell("navigation", { links: links.map((it) => ({ href: it.getAttribute("href"), name: it.textContent })) });
    tell("page", { title: document.title, path: location.pathname });
  };
  document.addEventListener("DOMContentLoaded", () => {
    navigation();
    new MutationObserver(navigation).observe(document.querySelector("title"), { childList: true });
  });
})();
