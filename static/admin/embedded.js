// Inside Shopify's back office. htmx fetches every page and form there, App Bridge puts the session token into
// each fetch, and the page is morphed into the next. What cannot be morphed is opened as a page of its own, which
// fetches its token by way of the reload page. Without this script every link and form goes that way.
(() => {
  "use strict";
  // The token that this page was opened with is of no use to anybody any more, and must not be kept in an address.
  const kept = new URL(location.href);
  for (const name of ["id_token", "hmac", "session", "timestamp"]) kept.searchParams.delete(name);
  if (kept.href !== location.href) history.replaceState(history.state, "", kept.href);

  const parts = (page) =>
    [...page.head.querySelectorAll("script[src], link[rel=stylesheet]")].map((it) => it.src || it.href).sort().join();

  document.addEventListener("htmx:before:init", (event) => {
    if (event.target.matches("form[target]")) event.preventDefault(); // it opens a page of its own
  });

  document.addEventListener("htmx:before:response", (event) => {
    const { response: { raw: answer }, request } = event.detail.ctx;
    if (answer.status === 401) {
      event.preventDefault(); // App Bridge has tried again in vain: the reload page asks for a token anew
      location.assign(request.method === "GET" ? request.action : location.pathname + location.search);
    } else if (!(answer.headers.get("Content-Type") || "").startsWith("text/html")) {
      event.preventDefault();
      save(answer);
    }
  });

  // A form that is answered without leading on stands at an address that cannot be opened: it is not kept as ours.
  const stays = (source, raw) => source.method === "post" && !raw.redirected;
  document.addEventListener("htmx:before:history:update", (event) => {
    const { history: { path }, sourceElement, response: { raw } } = event.detail;
    if (stays(sourceElement, raw) && new URL(path, location).href === raw.url) event.preventDefault();
  });

  document.addEventListener("htmx:after:request", (event) => {
    const ctx = event.detail.ctx;
    if (ctx.target !== document.body || stays(ctx.sourceElement, ctx.response.raw)) return;
    if (parts(new DOMParser().parseFromString(ctx.text, "text/html")) === parts(document)) return;
    event.preventDefault(); // it brings scripts or styles of its own
    location.assign(ctx.response.raw.url);
  });

  document.addEventListener("htmx:after:swap", (event) => {
    if (event.detail.ctx.target === document.body) document.getElementById("main")?.focus({ preventScroll: true });
  });

  // The navigation beside the frame is Shopify's: it says where to go, and we go there.
  document.addEventListener("shopify:navigate", (event) => {
    const there = event.target.getAttribute("href");
    if (there) htmx.ajax("GET", there, { source: document.body, target: "body", swap: "outerMorph", push: "true" });
  });

  // What broke off is not saved, and the page that asked for it says so. A file that is made as it is handed out
  // may end amid its way without a word: a zip tells its end.
  const isWhole = async (file) => {
    if (file?.type !== "application/zip") return Boolean(file);
    return new TextDecoder().decode(await file.slice(-22, -18).arrayBuffer()) === "PK\x05\x06";
  };
  const save = async (answer) => {
    const broken = document.getElementById("broken-off");
    broken.hidden = true;
    const whole = await answer.blob().catch(() => null);
    if (!(await isWhole(whole))) {
      broken.hidden = false;
      broken.scrollIntoView();
      return;
    }
    const named = /filename="([^"]+)"/.exec(answer.headers.get("Content-Disposition") || "");
    const link = document.createElement("a");
    link.href = URL.createObjectURL(whole);
    link.download = named ? named[1] : "";
    link.click();
    URL.revokeObjectURL(link.href);
  };
})();
