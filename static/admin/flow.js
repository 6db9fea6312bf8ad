// The flow editor by hand and by keys: a step is picked up by its grip, goes from slot to slot, and is dropped.
// What is done is the form of the page; without this file the buttons of a step do the same.
(() => {
  "use strict";
  const NEAR = 60, STEP = 14;
  let held = null;

  const form = () => document.getElementById("flow-edit");
  // The page brings the sentences, in its reader's language; {names} in them are filled here.
  const told = () => document.getElementById("flow-told");
  const say = (text) => { if (told()) told().textContent = text; };
  const sentence = (name, blanks = {}) =>
    (told()?.dataset[name] || "").replace(/\{(\w+)\}/g, (blank, of) => blanks[of] ?? blank);
  const slotsFor = (card) => {
    const step = card.closest(".flow-step");
    const own = step.nextElementSibling;
    return [...document.querySelectorAll(".flow-canvas .flow-slot")]
      .filter((slot) => !step.contains(slot) && slot !== own && slot !== step.previousElementSibling);
  };

  function pick(grip, byHand) {
    const card = grip.closest(".flow-card"), slots = slotsFor(card);
    if (!slots.length) return say(sentence("nowhere"));
    held = { card, grip, slots, at: -1, byHand };
    const canvas = card.closest(".flow-canvas");
    canvas.classList.add("flow-moving");
    canvas.classList.toggle("by-hand", byHand);
    card.closest(".flow-step").classList.add("flow-held");
    for (const slot of canvas.querySelectorAll(".flow-slot")) slot.classList.toggle("is-off", !slots.includes(slot));
    if (!byHand) {
      const next = slots.findIndex((slot) => card.compareDocumentPosition(slot) & Node.DOCUMENT_POSITION_FOLLOWING);
      held.next = next < 0 ? slots.length : next;
      say(sentence("picked", { step: card.dataset.title }));
    }
  }

  function aim(at) {
    if (held.at >= 0) held.slots[held.at].classList.remove("is-here");
    held.at = at;
    if (at < 0) return;
    held.slots[at].classList.add("is-here");
    if (!held.byHand) {
      held.slots[at].scrollIntoView({ block: "nearest" });
      say(sentence("place", { where: held.slots[at].dataset.where, at: at + 1, many: held.slots.length }));
    }
  }

  function release(text) {
    const canvas = held.card.closest(".flow-canvas");
    canvas.classList.remove("flow-moving", "by-hand");
    held.card.closest(".flow-step").classList.remove("flow-held");
    for (const slot of canvas.querySelectorAll(".flow-slot")) slot.classList.remove("is-here", "is-off");
    held = null;
    if (text) say(text);
  }

  function drop() {
    const { card, slots, at } = held;
    release("");
    if (at < 0) return say(sentence("left"));
    form().elements.to.value = slots[at].dataset.slot;
    press(`move:${card.dataset.step}`);
  }

  function press(what) {
    const button = document.getElementById("flow-do");
    button.value = what;
    form().requestSubmit(button);
  }

  const over = (y) => {
    let best = -1, least = NEAR;
    held.slots.forEach((slot, at) => {
      const box = slot.getBoundingClientRect(), gap = Math.abs((box.top + box.bottom) / 2 - y);
      if (gap < least) { least = gap; best = at; }
    });
    return best;
  };

  document.addEventListener("pointerdown", (event) => {
    const grip = event.target.closest(".flow-grip");
    if (!grip || held || event.button) return;
    event.preventDefault();
    grip.focus();
    pick(grip, true);
    if (held) held.from = event.clientY;
  });
  document.addEventListener("pointermove", (event) => {
    if (!held || !held.byHand) return;
    held.moved ||= Math.abs(event.clientY - held.from) > 4;
    if (event.clientY < NEAR) scrollBy(0, -STEP);
    else if (event.clientY > innerHeight - NEAR) scrollBy(0, STEP);
    aim(over(event.clientY));
  });
  document.addEventListener("pointerup", () => {
    if (!held || !held.byHand) return;
    if (held.moved) drop(); else release("");
  });
  document.addEventListener("pointercancel", () => { if (held) release(sentence("left")); });

  document.addEventListener("keydown", (event) => {
    const grip = event.target.closest(".flow-grip");
    if (held) {
      const last = held.slots.length - 1;
      if (event.key === "Escape") release(sentence("left"));
      else if (event.key === "ArrowDown") aim(held.at < 0 ? Math.min(held.next, last) : Math.min(held.at + 1, last));
      else if (event.key === "ArrowUp") aim(held.at < 0 ? Math.max(held.next - 1, 0) : Math.max(held.at - 1, 0));
      else if (event.key === "Home") aim(0);
      else if (event.key === "End") aim(last);
      else if (event.key === "Enter" || event.key === " ") drop();
      else if (event.key === "Tab") return release(sentence("left"));
      else return;
      return event.preventDefault();
    }
    if (grip && (event.key === " " || event.key === "Enter")) {
      event.preventDefault();
      return pick(grip, false);
    }
    if (!document.querySelector(".flow-canvas") || event.target.matches("input, select, textarea")) return;
    const turned = event.key.toLowerCase();
    if ((event.ctrlKey || event.metaKey) && (turned === "z" || turned === "y")) {
      const button = document.querySelector(`[data-key="${turned === "y" || event.shiftKey ? "redo" : "undo"}"]`);
      if (button) { event.preventDefault(); button.click(); }
    }
  });

  // After a change the page is the new one: what was done is told, and the step that it was done to is looked at.
  document.addEventListener("htmx:after:swap", () => {
    held = null; // what was picked up may be gone
    const done = document.querySelector('[data-key="undo"]'), chosen = document.getElementById("chosen");
    say(done?.dataset.did || "");
    if (!chosen) return;
    chosen.scrollIntoView({ block: "nearest" });
    const here = document.activeElement;
    if (!here || here === document.body || here.matches(".flow-grip")) chosen.querySelector(".flow-grip").focus({ preventScroll: true });
  });

  document.addEventListener("toggle", (event) => {
    const menu = event.target;
    if (menu.open && menu.matches(".flow-slot details")) {
      for (const other of document.querySelectorAll(".flow-slot details[open]")) if (other !== menu) other.open = false;
    }
  }, true);
  document.addEventListener("keydown", (event) => {
    const open = event.key === "Escape" && event.target.closest(".flow-canvas details[open]");
    if (open) { open.open = false; open.querySelector("summary").focus(); }
  });
})();
