// The month by keys: the arrows walk from day to day and over its edges, Page Up and Page Down leaf through.
const STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };
const LEAF = { PageUp: "ArrowLeft", PageDown: "ArrowRight" };
const table = document.querySelector("[data-month]");
const days = [...table.querySelectorAll("[data-day]")];

// One stop for the Tab key; the arrows do the rest.
function reach(day) {
  for (const each of days) each.tabIndex = each === day ? 0 : -1;
}

function walk(from, step) {
  const at = days.indexOf(from) + step;
  if (days[at]) days[at].focus();
  else location.assign(step < 0 ? table.dataset.before : table.dataset.after);
}

table.addEventListener("focusin", (event) => event.target.matches("[data-day]") && reach(event.target));
table.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || !event.target.matches("[data-day]")) return;
  if (event.key in STEPS) walk(event.target, STEPS[event.key]);
  else if (event.key in LEAF) document.querySelector(`[data-shortcut="${LEAF[event.key]}"]`)?.click();
  else return;
  event.preventDefault();
});
reach(days.find((day) => day.autofocus) ?? days[0]);
