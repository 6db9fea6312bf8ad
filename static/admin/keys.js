// Lists by keyboard: while one stands in the list, j and k (or the arrows) go from row to row, and / to the
// search box; from the box the arrow down leads into the list. And pages that change in place: who dealt with a
// row stands at the next one, and what was unfolded stays so where a page refreshes itself. Every page works
// without it.
(() => {
  "use strict";
  let refreshes = false, dealt = -1;
  window.htmx?.registerExtension("unfolded", {
    htmx_before_morph_attr: (_, { attrName }) => !(refreshes && attrName === "open"),
  });
  document.addEventListener("htmx:before:swap", ({ detail: { ctx } }) => {
    refreshes = Boolean(ctx.sourceElement.dataset?.hxTrigger);
  });
  document.addEventListener("submit", ({ target }) => {
    const row = target.matches(".deal") && target.closest("tbody tr");
    dealt = row ? [...row.parentNode.children].indexOf(row) : -1;
  }, true);
  document.addEventListener("htmx:after:swap", () => {
    if (dealt < 0) return;
    const links = document.querySelectorAll("table.cards tbody th a");
    (links[Math.min(dealt, links.length - 1)] || document.querySelector("a.skip"))?.focus({ preventScroll: true });
    dealt = -1;
  });

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const rows = [...document.querySelectorAll("table.cards tbody th a")];
    if (!rows.length) return;
    const box = document.getElementById("q"), here = document.activeElement;
    if (here === box && event.key === "ArrowDown") return go(event, rows[0]);
    const row = here.closest("table.cards tbody tr");
    if (!row || here.matches("input, select, textarea")) return;
    const at = rows.findIndex((link) => row.contains(link));
    if (event.key === "j" || event.key === "ArrowDown") go(event, rows[at + 1]);
    else if (event.key === "k" || event.key === "ArrowUp") go(event, at > 0 ? rows[at - 1] : box);
    else if (event.key === "/") go(event, box);
  });

  const go = (event, to) => {
    if (!to) return;
    event.preventDefault();
    to.focus();
    to.scrollIntoView({ block: "nearest" });
  };
})();
