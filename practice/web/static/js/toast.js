// Messages that come and go. Good news leaves by itself, unless the pointer or the focus rests on it; bad news stays.
const STAY_MS = 7000;
const SYMBOLS = { ok: "check", info: "info", warn: "warn", bad: "stop" };
const SPRITE = new URL("../icons.svg", import.meta.url).pathname;

const box = () => document.getElementById("toasts");

export function symbol(name) {
  const ns = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(ns, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(ns, "use");
  use.setAttribute("href", `${SPRITE}#${name}`);
  svg.append(use);
  return svg;
}

function closer() {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "toast-close";
  button.dataset.toastClose = "";
  button.setAttribute("aria-label", "Close this message");
  button.append(symbol("close"));
  return button;
}

// An act of the diary is taken back by Ctrl-Z, any other as { post, target } says.
function undoButton(how) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button small";
  if (how === true) {
    button.dataset.undo = "";
  } else {
    button.setAttribute("hx-post", how.post);
    button.setAttribute("hx-target", how.target);
    button.setAttribute("hx-swap", "outerHTML");
  }
  button.append("Undo");
  return button;
}

function leadingOn({ label, url }) {
  const link = document.createElement("a");
  link.href = url;
  link.append(label);
  return link;
}

// undo: what it says can be taken back by Ctrl-Z; link: where a refusal leads on.
export function toast(text, kind = "ok", { undo = false, link = null } = {}) {
  const line = document.createElement("p");
  line.textContent = text;
  const item = document.createElement("div");
  item.className = `toast toast-${kind}`;
  item.dataset.toast = kind;
  if (link) line.append(" ", leadingOn(link));
  item.append(symbol(SYMBOLS[kind] ?? "info"), line, ...(undo ? [undoButton(undo)] : []), closer());
  // What was said before is no news any more once the next act succeeded.
  if (kind === "ok") box()?.querySelectorAll('[data-toast="ok"]').forEach((earlier) => earlier.remove());
  box()?.append(item);
  if (undo && undo !== true) window.htmx?.process(item);
  return item;
}

function mayLeave(item) {
  return item.dataset.toast === "ok" || item.dataset.toast === "info";
}

function startLeaving(item) {
  if (item.dataset.timed || !mayLeave(item)) return;
  item.dataset.timed = "";
  let timer;
  const wait = () => {
    clearTimeout(timer);
    timer = setTimeout(() => item.remove(), STAY_MS);
  };
  const hold = () => clearTimeout(timer);
  for (const name of ["pointerenter", "focusin"]) item.addEventListener(name, hold);
  for (const name of ["pointerleave", "focusout"]) item.addEventListener(name, wait);
  wait();
}

// A live region is silent about what it held when the page was loaded, so its items are put in once more.
function announceLoaded(region) {
  const loaded = [...region.querySelectorAll("[data-toast]")];
  requestAnimationFrame(() => region.append(...loaded));
}

document.addEventListener("click", (event) => {
  event.target.closest("[data-toast-close]")?.closest("[data-toast]").remove();
});

const region = box();
if (region) {
  announceLoaded(region);
  region.querySelectorAll("[data-toast]").forEach(startLeaving);
  new MutationObserver(() => region.querySelectorAll("[data-toast]").forEach(startLeaving)).observe(region, {
    childList: true,
    subtree: true,
  });
}
