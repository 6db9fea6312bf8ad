// Keeps a tracking page true while somebody looks at it. The page needs none of this.
// It asks with the tag of what it has (the browser's own If-None-Match), so that nothing new costs a few bytes.
(() => {
  "use strict";
  const SLOWEST = 300, RARELY = 600, AT_ONCE = 15; // seconds
  const main = document.getElementById("main");
  const said = document.getElementById("said");
  const saves = navigator.connection && navigator.connection.saveData;
  const first = saves || main.dataset.live === "rarely" ? RARELY : 30;
  const before = document.importNode(main, true);
  let wait = first, timer = 0, asked = Date.now(), tag = null, over = false;

  const plan = () => {
    clearTimeout(timer);
    if (!over && !document.hidden) timer = setTimeout(look, wait * 1000 * (0.9 + Math.random() / 5));
  };

  const look = async () => {
    asked = Date.now();
    clearTimeout(timer);
    wait = Math.max(first, Math.min(wait * 1.5, SLOWEST));
    try {
      const answer = await fetch(location.href, { cache: "no-cache", redirect: "error" });
      over = answer.status === 404 || answer.status === 410;
      const told = answer.headers.get("ETag");
      if (answer.ok && (tag === null || tag !== told)) show(await answer.text());
      if (answer.ok) tag = told;
    } catch (_) { /* no network just now: the page stays, and asks again later */ }
    plan();
  };

  const show = (text) => {
    const page = new DOMParser().parseFromString(text, "text/html");
    const fresh = page.getElementById("main");
    if (!fresh || fresh.isEqualNode(before)) return;
    before.replaceChildren(...document.importNode(fresh, true).childNodes);
    const headline = heading(main), held = main.contains(document.activeElement), y = scrollY;
    turn(main, document.importNode(fresh, true));
    document.title = page.title;
    wait = first;
    if (held && document.activeElement === document.body) {
      main.tabIndex = -1;
      main.focus({ preventScroll: true });
    }
    if (scrollY !== y) scrollTo({ top: y, behavior: "instant" });
    if (heading(main) !== headline) said.textContent = heading(main);
  };

  const heading = (where) => where.querySelector("h1").innerText.replace(/\s+/g, " ");

  // Turns what is shown into what came, and leaves alone whatever is the same: focus, open folds, typed words.
  const turn = (old, fresh) => {
    if (old.isEqualNode(fresh)) return;
    const alike = old.tagName === fresh.tagName && old.children.length === fresh.children.length;
    if (!alike || !old.children.length || words(old) !== words(fresh)) {
      return old === main ? old.replaceChildren(...fresh.childNodes) : old.replaceWith(fresh);
    }
    for (const { name } of [...old.attributes]) if (name !== "open" && !fresh.hasAttribute(name)) old.removeAttribute(name);
    for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
    const pairs = [...old.children].map((child, i) => [child, fresh.children[i]]);
    for (const [child, other] of pairs) turn(child, other);
  };

  const words = (node) => [...node.childNodes].map((child) => (child.nodeType === 3 ? child.data.trim() : "\0")).join("");

  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && Date.now() - asked > AT_ONCE * 1000) { wait = first; look(); } else plan();
  });
  addEventListener("online", () => { if (!document.hidden) look(); });
  plan();
})();
