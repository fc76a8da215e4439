// The command list (? or Ctrl-K): what this page offers, where one can go, and the clients called what is typed.
// It is made from the elements that do it, so it never names a key that does nothing.
import { openDialog } from "./dialog.js";
import { offered, run, usable } from "./pressing.js";

const NAMES = { ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓" };
const FIND_AFTER_MS = 120;
const FIND_FROM = 2;
let asked = 0;
let timer;

function label(element) {
  if (element.dataset.command) return element.dataset.command;
  const copy = element.cloneNode(true);
  copy.querySelectorAll("kbd").forEach((key) => key.remove());
  return element.getAttribute("aria-label") || copy.textContent.trim();
}

// Of several elements with one key only the one that the key would press is listed.
function listed() {
  const seen = new Set();
  // What this page can do comes first, then where one can go.
  const all = [...document.querySelectorAll("[data-command], [data-shortcut]")];
  const ordered = [...all.filter((one) => !one.closest(".rail-list")), ...all.filter((one) => one.closest(".rail-list"))];
  return ordered.filter((element) => {
    const key = element.dataset.shortcut;
    if (element.closest("dialog") || !usable(element) || (key && offered(key, document) !== element)) return false;
    const fresh = !seen.has(label(element));
    seen.add(label(element));
    return fresh;
  });
}

function item(button) {
  const line = document.createElement("li");
  button.className = "command";
  line.append(button);
  return line;
}

function row(element, dialog) {
  const button = document.createElement("button");
  button.type = "button";
  button.append(label(element));
  const keys = document.createElement("span");
  for (const key of (element.dataset.shortcut ?? "").split(" ").filter(Boolean)) {
    const kbd = document.createElement("kbd");
    kbd.textContent = NAMES[key] ?? key;
    keys.append(kbd, " ");
  }
  button.append(keys);
  button.addEventListener("click", () => {
    dialog.addEventListener("dialog:closed", () => run(element), { once: true });
    dialog.close();
  });
  return item(button);
}

const parts = (dialog) => ({
  list: dialog.querySelector("[data-commands-list]"),
  filter: dialog.querySelector("[data-commands-filter]"),
  found: dialog.querySelector("[data-commands-found]"),
  none: dialog.querySelector("[data-commands-none]"),
  keys: dialog.querySelector("[data-commands-keys]"),
});

export function showCommands(dialog) {
  const { list, filter } = parts(dialog);
  list.replaceChildren(...listed().map((element) => row(element, dialog)));
  filter.value = "";
  narrow(dialog);
  openDialog(dialog);
}

const rows = (dialog) => [...dialog.querySelectorAll("li:not([hidden]) > .command")];

function narrow(dialog) {
  const { list, filter, found, keys } = parts(dialog);
  const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const line of list.children) line.hidden = !words.every((word) => line.textContent.toLowerCase().includes(word));
  keys.hidden = words.length > 0;
  found.replaceChildren();
  say(dialog, false);
  find(dialog);
}

function say(dialog, isAsking) {
  const { none } = parts(dialog);
  none.hidden = isAsking || rows(dialog).length > 0;
}

// Enter may come before the clients do: then the first of them is opened as soon as they are there.
function find(dialog) {
  const { filter } = parts(dialog);
  const text = filter.value.trim();
  const number = ++asked;
  delete dialog.dataset.takeFirst;
  clearTimeout(timer);
  if (text.length < FIND_FROM || !dialog.dataset.commandsFind) return;
  say(dialog, true);
  timer = setTimeout(async () => {
    const people = await clientsCalled(dialog.dataset.commandsFind, text);
    if (number !== asked) return;
    // To open a record for a name that is the name of a command would only be in the way.
    const wanted = rows(dialog).length ? people.filter((one) => !one.pathname.startsWith("/book")) : people;
    parts(dialog).found.replaceChildren(...wanted.map(item));
    say(dialog, false);
    if ("takeFirst" in dialog.dataset) rows(dialog)[0]?.click();
  }, FIND_AFTER_MS);
}

async function clientsCalled(url, text) {
  const answer = await fetch(`${url}?q=${encodeURIComponent(text)}`, { headers: { "HX-Request": "true" } }).catch(() => null);
  if (!answer?.ok) return [];
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return [...page.querySelectorAll("[role=option]")].map((option) => {
    option.removeAttribute("role");
    return document.adoptNode(option);
  });
}

function enter(dialog) {
  const first = rows(dialog)[0];
  if (first) first.click();
  else dialog.dataset.takeFirst = "";
}

function step(dialog, by) {
  const all = rows(dialog);
  const at = all.indexOf(document.activeElement);
  if (at + by < 0) parts(dialog).filter.focus();
  else all[Math.min(at + by, all.length - 1)]?.focus();
}

document.addEventListener("input", (event) => {
  const dialog = event.target.closest("[data-commands]");
  if (dialog && event.target.matches("[data-commands-filter]")) narrow(dialog);
});

const KEYS = {
  Enter: (dialog, event) => event.target.matches("[data-commands-filter]") && (event.preventDefault(), enter(dialog)),
  ArrowDown: (dialog, event) => (event.preventDefault(), step(dialog, 1)),
  ArrowUp: (dialog, event) => (event.preventDefault(), step(dialog, -1)),
};

document.addEventListener("keydown", (event) => {
  const dialog = event.target.closest?.("[data-commands]");
  if (dialog) KEYS[event.key]?.(dialog, event);
});

document.addEventListener(
  "click",
  (event) => {
    const opener = event.target.closest('[data-dialog-open="commands"]');
    const dialog = document.querySelector("[data-commands]");
    if (opener && dialog) showCommands(dialog);
  },
  { capture: true },
);
