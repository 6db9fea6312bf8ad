// Lists by keyboard: while one stands in the list, j and k (or the arrows) go from row to row, and / to the
// search box; from the box the arrow down leads into the list. Every page works without it.
(() => {
  "use strict";
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
