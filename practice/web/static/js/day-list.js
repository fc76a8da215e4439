// The list of a day by keys: j and k (or the arrows) choose a row, the row's own keys act on it, Enter opens it.
// The choice survives the refreshing of the list.
const list = () => document.querySelector("[data-rows]");
const rows = () => [...list().querySelectorAll("[data-row]")].filter((row) => row.checkVisibility());
const current = () => document.activeElement?.closest?.("[data-row]");
let remembered = null;

const STEPS = { j: 1, k: -1, ArrowDown: 1, ArrowUp: -1 };
const writing = (element) => /^(INPUT|TEXTAREA|SELECT)$/.test(element?.tagName ?? "");

function choose(row) {
  remembered = row?.dataset.row ?? null;
  row?.focus();
  row?.scrollIntoView({ block: "nearest" });
}

function step(by) {
  const all = rows();
  const at = all.findIndex((row) => row.dataset.row === remembered);
  const first = all.find((row) => row.matches(".is-late, .is-now")) ?? all[0];
  choose(at < 0 ? first : all[Math.min(Math.max(at + by, 0), all.length - 1)]);
}

function press(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || writing(event.target)) return;
  if (document.querySelector("dialog[open]") || event.target.closest?.("#panel")) return;
  if (event.key in STEPS) {
    event.preventDefault();
    event.stopImmediatePropagation();
    step(STEPS[event.key]);
    return;
  }
  const row = current();
  if (!row) return;
  const target = event.key === "Enter" && event.target === row ? row.querySelector("a") : row.querySelector(`[data-row-key="${CSS.escape(event.key)}"]`);
  if (!target) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  target.click();
}

document.addEventListener("keydown", press, { capture: true });
document.addEventListener("focusin", (event) => {
  const row = event.target.closest?.("[data-row]");
  if (row) remembered = row.dataset.row;
});
document.addEventListener("htmx:afterSwap", () => {
  const lost = document.activeElement === document.body;
  const row = remembered && lost && list()?.querySelector(`[data-row="${remembered}"]`);
  if (row && !document.querySelector("#panel > *")) row.focus();
});
