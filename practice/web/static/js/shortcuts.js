// Keys and the command list. An element says its own key: data-shortcut="b", data-shortcut="g t", data-shortcut="/".
// The list opened by ? or Ctrl-K is made from the same elements, so it never names a key that does nothing.
import { openDialog } from "./dialog.js";

const SEQUENCE_MS = 1200;
const NAMES = { ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓" };
let typed = "";
let timer;

const usable = (element) => element.isConnected && !element.disabled && element.checkVisibility?.() !== false;

const writing = (element) =>
  element?.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element?.tagName ?? "") || element?.closest?.("[data-own-keys]");

function scope() {
  return document.querySelector("dialog[open]") ?? document;
}

function offered(keys) {
  return [...scope().querySelectorAll("[data-shortcut]")].filter((el) => el.dataset.shortcut === keys && usable(el)).at(-1);
}

const begun = (keys) => [...scope().querySelectorAll("[data-shortcut]")].some((el) => el.dataset.shortcut.startsWith(`${keys} `));

export function run(element) {
  if (element.matches("input:not([type=checkbox], [type=radio]), select, textarea")) {
    element.focus();
    element.select?.();
  } else {
    // So that whatever opens knows where to give the focus back.
    element.focus({ preventScroll: true });
    element.click();
  }
}

function forget() {
  clearTimeout(timer);
  typed = "";
}

function press(event) {
  const keys = typed ? `${typed} ${event.key}` : event.key;
  const target = offered(keys) ?? offered(event.key);
  forget();
  if (target) {
    event.preventDefault();
    run(target);
  } else if (begun(keys)) {
    typed = keys;
    timer = setTimeout(forget, SEQUENCE_MS);
  }
}

document.addEventListener("keydown", (event) => {
  const commands = document.querySelector("[data-commands]");
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k" && commands) {
    event.preventDefault();
    showCommands(commands);
    return;
  }
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (writing(event.target)) {
    if (event.key === "Escape" && event.target.matches("[type=search]") && !event.target.value) event.target.blur();
    return;
  }
  if (event.key === "?" && commands && !document.querySelector("dialog[open]")) {
    event.preventDefault();
    showCommands(commands);
  } else if (event.key.length === 1 || event.key.startsWith("Arrow")) press(event);
});

const label = (element) => element.dataset.command || element.getAttribute("aria-label") || element.textContent.trim();

function listed() {
  const seen = new Set();
  return [...document.querySelectorAll("[data-command], [data-shortcut]")].filter((element) => {
    const fresh = !seen.has(label(element)) && !element.closest("dialog") && usable(element);
    if (fresh) seen.add(label(element));
    return fresh;
  });
}

function row(element, dialog) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "command";
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
  const item = document.createElement("li");
  item.append(button);
  return item;
}

function showCommands(dialog) {
  dialog.querySelector("[data-commands-list]").replaceChildren(...listed().map((element) => row(element, dialog)));
  dialog.querySelector("[data-commands-filter]").value = "";
  narrow(dialog, "");
  openDialog(dialog);
}

function narrow(dialog, text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const items = [...dialog.querySelectorAll("[data-commands-list] > li")];
  for (const item of items) item.hidden = !words.every((word) => item.textContent.toLowerCase().includes(word));
  dialog.querySelector("[data-commands-none]").hidden = items.some((item) => !item.hidden);
}

const visible = (dialog) => [...dialog.querySelectorAll("[data-commands-list] > li:not([hidden]) > button")];

document.addEventListener("input", (event) => {
  const dialog = event.target.closest("[data-commands]");
  if (dialog && event.target.matches("[data-commands-filter]")) narrow(dialog, event.target.value);
});

document.addEventListener("keydown", (event) => {
  const dialog = event.target.closest?.("[data-commands]");
  if (!dialog) return;
  const rows = visible(dialog);
  const at = rows.indexOf(document.activeElement);
  if (event.key === "Enter" && event.target.matches("[data-commands-filter]")) {
    event.preventDefault();
    rows[0]?.click();
  } else if (event.key === "ArrowDown" && rows.length) {
    event.preventDefault();
    rows[Math.min(at + 1, rows.length - 1)].focus();
  } else if (event.key === "ArrowUp" && at >= 0) {
    event.preventDefault();
    (rows[at - 1] ?? dialog.querySelector("[data-commands-filter]")).focus();
  }
});

document.addEventListener("click", (event) => {
  const opener = event.target.closest('[data-dialog-open="commands"]');
  const dialog = document.querySelector("[data-commands]");
  if (opener && dialog) showCommands(dialog);
}, { capture: true });
