// The two editors: what is typed is kept a moment later, entries of the list change places by dragging their
// grips or by the arrow keys, and names are put in where the cursor is. Every page works without it; htmx
// carries the forms and puts the answer in place of what is there.
(() => {
  "use strict";
  const PAUSE = 500, EDGE = 48;
  let field = null, timer = 0, unsent = null, after = null, moved = null, drag = null, lost = null;

  document.addEventListener("focusin", ({ target }) => {
    if (target.matches(".studio-form :is(input:not([type]), textarea)")) field = target;
  });

  document.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-insert]");
    if (!button) return;
    const form = button.closest("form");
    const into = field && form.contains(field) ? field : form.querySelector("textarea, input:not([type])");
    into.focus();
    into.setRangeText(button.dataset.insert, into.selectionStart, into.selectionEnd, "end");
    into.dispatchEvent(new Event("input", { bubbles: true }));
  });

  document.addEventListener("input", ({ target }) => {
    if (target.dataset.swatch) {
      const into = document.getElementById(target.dataset.swatch);
      into.value = target.value;
      return into.dispatchEvent(new Event("input", { bubbles: true }));
    }
    const form = target.closest("form[data-live]");
    if (!form || !window.htmx) return; // without it, each pause would load the page anew
    clearTimeout(timer);
    unsent = form;
    timer = setTimeout(() => form.isConnected && form.requestSubmit(), PAUSE);
  });

  document.addEventListener("change", ({ target }) => target.closest("form[data-auto]")?.requestSubmit());
  document.addEventListener("submit", ({ target }) => {
    if (!target.matches("[data-live]")) return;
    clearTimeout(timer);
    unsent = null;
  });

  // Who types and at once presses something else: what was typed is kept first, and then that is pressed again.
  document.addEventListener("click", (event) => {
    after = null;
    const pressed = event.target.closest("a[href], button");
    if (!pressed || !unsent?.isConnected || unsent.contains(pressed)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    after = pressed;
    unsent.requestSubmit();
  }, true);

  // Places. The first entry's is 1.
  const rows = () => [...document.querySelectorAll("[data-row]")];
  const put = (row, place) => {
    const form = document.getElementById("mover");
    form.elements.moved.value = row.dataset.row;
    form.elements.place.value = place;
    moved = row.querySelector("[data-grip]").id;
    form.requestSubmit();
  };

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && drag) return stop();
    const grip = event.target.closest?.("[data-grip]");
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!grip || !step || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const all = rows(), row = grip.closest("[data-row]"), place = all.indexOf(row) + 1 + step;
    if (place >= 1 && place <= all.length) put(row, place);
  });

  document.addEventListener("pointerdown", (event) => {
    const grip = event.target.closest("[data-grip]");
    if (!grip || event.button) return;
    event.preventDefault();
    grip.focus();
    drag = { row: grip.closest("[data-row]"), place: 0, pointer: event.pointerId };
    grip.setPointerCapture(event.pointerId);
    drag.row.classList.add("studio-held");
  });

  document.addEventListener("pointermove", (event) => {
    if (!drag || event.pointerId !== drag.pointer) return;
    const others = rows().filter((row) => row !== drag.row);
    const below = others.findIndex((row) => {
      const box = row.getBoundingClientRect();
      return event.clientY < box.top + box.height / 2;
    });
    drag.place = (below < 0 ? others.length : below) + 1;
    mark(others, below);
    if (event.clientY < EDGE) scrollBy(0, -12);
    else if (event.clientY > innerHeight - EDGE) scrollBy(0, 12);
  });

  document.addEventListener("pointerup", (event) => {
    if (!drag || event.pointerId !== drag.pointer) return;
    const { row, place } = drag, here = rows().indexOf(row) + 1;
    stop();
    if (place && place !== here) put(row, place);
  });
  document.addEventListener("pointercancel", () => stop());

  const mark = (others, below) => {
    for (const row of rows()) row.classList.remove("studio-before", "studio-after");
    if (below >= 0) others[below].classList.add("studio-before");
    else others.at(-1)?.classList.add("studio-after");
  };
  const stop = () => {
    drag?.row.classList.remove("studio-held");
    for (const row of rows()) row.classList.remove("studio-before", "studio-after");
    drag = null;
  };

  document.addEventListener("htmx:after:swap", () => {
    if (moved) document.getElementById(moved)?.focus();
    moved = null;
    const pressed = after;
    after = null;
    if (pressed?.isConnected && !document.querySelector("form[data-live] [aria-invalid]")) pressed.click();
  });

  // What is typed while an answer is on its way goes as a change to what that answer brought.
  document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
    const was = ctx.sourceElement.elements?.was;
    if (was) ctx.request.body.set("was", was.value);
  });

  // What could not be kept stays as it was typed: the page says so, in words that it brought along, and the next
  // answer takes that back.
  const tell = (source, why, again) => {
    const bar = document.getElementById("lost"), button = bar.querySelector("button");
    lost = source;
    after = null;
    bar.querySelector("p").textContent = bar.dataset[(source.method === "post" ? "unsaved" : "unseen") + why];
    button.hidden = !again;
    bar.hidden = false;
  };
  document.addEventListener("htmx:before:swap", (event) => {
    const { sourceElement, response: { status } } = event.detail.ctx;
    if (status < 400) return;
    event.preventDefault();
    if (status < 500) tell(sourceElement, "Old", false);
    else tell(sourceElement, "Broken", true);
  });
  document.addEventListener("htmx:error", ({ detail: { ctx } }) => {
    if (ctx) tell(ctx.sourceElement, "Away", true);
  });
  document.addEventListener("click", ({ target }) => {
    if (!target.closest("#lost button") || !lost?.isConnected) return;
    if (lost.matches("form")) lost.requestSubmit();
    else lost.click();
  });
})();
