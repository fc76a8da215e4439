// Keys and the command list. An element says its own key: data-shortcut="b", data-shortcut="g t", data-shortcut="/".
// The list opened by ? or Ctrl-K is made from the same elements, see commands.js.
import { showCommands } from "./commands.js";
import { offered, run, scope } from "./pressing.js";

const SEQUENCE_MS = 1200;
let typed = "";
let timer;

// A choice among cards is a field too, but nothing is written in it: the two keys that lead elsewhere work there.
const CHOICE = "input:is([type=radio], [type=checkbox])";
// A closed dialog keeps the focus for a moment: whoever types on at once does not mean its field any more.
const writing = (element, key) =>
  !element?.closest?.("dialog:not([open])") &&
  (element?.isContentEditable ||
    (/^(INPUT|TEXTAREA|SELECT)$/.test(element?.tagName ?? "") && !(element.matches(CHOICE) && /[?/]/.test(key))) ||
    element?.closest?.("[data-own-keys]"));

const begun = (keys) => [...scope().querySelectorAll("[data-shortcut]")].some((el) => el.dataset.shortcut.startsWith(`${keys} `));

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
  if (writing(event.target, event.key)) {
    if (event.key === "Escape" && event.target.matches("[type=search]") && !event.target.value) event.target.blur();
    return;
  }
  if (event.key === "?" && commands && !document.querySelector("dialog[open]")) {
    event.preventDefault();
    showCommands(commands);
  } else if (event.key.length === 1 || event.key.startsWith("Arrow")) press(event);
});
